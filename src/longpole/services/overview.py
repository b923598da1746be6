"""Which applications and workflows there are, with what each came to lately and how it went from day to day.

A workflow's line tells the same as its summary does; its sparkline has a point
per UTC day, or per hour where no more than two days are asked for.

Upstream: `runs`. Downstream: `store.overview_reads`, `store.period_cells`, `cell_figures`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from sqlalchemy import Connection

from longpole.analysis.rollup import Cells, merge
from longpole.analysis.rollup_cells import START
from longpole.analysis.sketch_groups import quantiles
from longpole.domain.figures import AppFigures, SparklinePoint, WorkflowFigures
from longpole.domain.periods import Question
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.services.cell_figures import NOTHING, Total, dollars, seconds, time_figures, totals
from longpole.services.figures import ratio
from longpole.store.cell_reads import Names
from longpole.store.dirty_marks import DAY_SECONDS, HOUR_SECONDS
from longpole.store.overview_reads import KnownWorkflow, known_apps, known_workflows
from longpole.store.period_cells import cover, run_cells_of

_OF_LINES = Names(("run_count", "failed", "cost_usd"), ("time_sketch",))
_OF_APPS = Names(("run_count",))
_MOST_DAYS_BY_HOUR = 2
_WORKFLOW = 1  # part of a cell's key


def workflows(connection: Connection, asked: Question) -> tuple[WorkflowFigures, ...]:
    """The workflows of an application (`asked.app_id`), the one that ran last first."""
    known = known_workflows(connection, asked.app_id)
    if not known:
        return ()
    found = cover(connection, [each.workflow_key for each in known], asked.period.since_ns // NS_PER_SECOND, None)
    step = HOUR_SECONDS if asked.days <= _MOST_DAYS_BY_HOUR else DAY_SECONDS
    points = _by_step(run_cells_of(connection, found, _OF_LINES), step)
    places = {each.workflow_key: place for place, each in enumerate(known)}
    of_line = np.array([places[key] for key in points.keys[:, 0].tolist()], dtype=np.int64)
    lines = totals(points, of_line)
    sparklines: dict[int, list[SparklinePoint]] = defaultdict(list)
    for line, point in zip(of_line.tolist(), _points(points), strict=True):
        sparklines[line].append(point)
    return tuple(
        _line(asked.app_id, workflow, lines.get(place, NOTHING), sparklines[place])
        for place, workflow in enumerate(known)
    )


def _by_step(cells: Cells, seconds_each: int) -> Cells:
    """One cell per workflow and point of its sparkline."""
    starts = cells.keys[:, START] // seconds_each * seconds_each
    return merge(cells, np.column_stack([cells.keys[:, _WORKFLOW], starts]))


def _points(cells: Cells) -> Iterator[SparklinePoint]:
    """A point for each cell: there are thousands of them, so all of a kind are computed together."""
    starts = {start: instant(start * NS_PER_SECOND) for start in np.unique(cells.keys[:, 1]).tolist()}
    columns = zip(
        cells.keys[:, 1].tolist(),
        *(cells.numbers[name].tolist() for name in ("run_count", "failed", "cost_usd")),
        quantiles(cells.sketches["run_time"], 0.95),
        strict=True,
    )
    for start, runs, failed, cost, p95 in columns:
        yield SparklinePoint(
            starts[start], runs, seconds(p95), ratio(failed, runs), None if cost < 0 else dollars(cost)
        )


def _line(app_id: str, workflow: KnownWorkflow, own: Total, sparkline: Sequence[SparklinePoint]) -> WorkflowFigures:
    return WorkflowFigures(
        app_id=app_id,
        workflow_id=workflow.workflow_id,
        workflow_name=workflow.workflow_name,
        run_count=own.count("run_count"),
        failed=own.count("failed"),
        last_run_at=instant(workflow.last_run_ns),
        execution_time=time_figures(own.sketch("run_time")),
        total_cost=dollars(own["cost_usd"]),
        sparkline=tuple(sparkline),
    )


def apps(connection: Connection) -> tuple[AppFigures, ...]:
    """The applications that have runs, by id, with how many workflows and counted runs each has."""
    known = known_apps(connection)
    keys = [key for app in known for key in app.workflow_keys]
    if not keys:
        return ()
    cells = run_cells_of(connection, cover(connection, keys, 0, None), _OF_APPS)
    runs_of = totals(cells, cells.keys[:, _WORKFLOW])
    return tuple(
        AppFigures(
            app.app_id,
            len(app.workflow_keys),
            sum(runs_of.get(key, NOTHING).count("run_count") for key in app.workflow_keys),
            instant(app.last_run_ns),
        )
        for app in known
    )
