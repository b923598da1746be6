"""Everything that one look answers: which workflow is in trouble, what to do about it, what was saved so far.

One state of the database, read once; what is too much to be listed is counted.

Upstream: `rest.overview`. Downstream: `overview_lines`, `overview_highlights`, `store.overview_reads`.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from longpole import runtime
from longpole.domain.overview import Overview, OverviewWorkflow
from longpole.domain.periods import Question
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.services.fresh_cells import fresh
from longpole.services.overview_highlights import Advised, Degraded, advised, cache_savings, degraded
from longpole.services.overview_lines import Lines, known, lines
from longpole.services.periods import question
from longpole.store.overview_reads import PlacedWorkflow, all_workflows

MOST_WORKFLOWS = 500
_MOST_DEGRADED = 10
_MOST_ADVICE = 5


def overview(days: int = 7, app_id: str | None = None) -> Overview:
    """All applications, or one, with figures of the last `days` days.

    Raises:
        InvalidInputError: `days` is not 1 to 365.
    """
    asked = question(app_id or "", "", days)
    runtime.current().cache.counts.flush()  # whoever asks sees his own hits
    return fresh(lambda connection: _overview(connection, asked, app_id))


def _overview(connection: Connection, asked: Question, app_id: str | None) -> Overview:
    every, apps = all_workflows(connection, app_id, MOST_WORKFLOWS)
    found = lines(connection, [each.workflow_key for each in every.listed], asked)
    shown = {each.named for each in every.listed}
    got_worse = degraded(connection, app_id, _MOST_DEGRADED, shown)
    to_do = advised(connection, app_id, _MOST_ADVICE, shown)
    return Overview(
        period_start=instant(asked.period.since_ns),
        period_end=instant(asked.now_ns),
        apps=apps,
        totals=found.totals(),
        points=found.points,
        workflows=_workflows(every.listed, found, got_worse, to_do),
        left_out=every.left_out,
        degraded=got_worse.latest,
        degraded_count=got_worse.count,
        advice=to_do.most,
        advice_count=to_do.count,
        cache=cache_savings(connection, app_id, asked.period.since_ns // NS_PER_SECOND),
        brought=to_do.brought,
    )


def _workflows(
    listed: Sequence[PlacedWorkflow], found: Lines, got_worse: Degraded, to_do: Advised
) -> tuple[OverviewWorkflow, ...]:
    columns = zip(
        listed,
        found.figures.run_count.tolist(),
        found.figures.failed.tolist(),
        known(found.figures.error_rate),
        found.times,
        found.costs,
        known(found.figures.cache_hit_rate),
        found.changes(),
        found.sparklines(),
        strict=True,
    )
    return tuple(
        OverviewWorkflow(
            app_id=of.app_id,
            workflow_id=of.workflow_id,
            workflow_name=of.workflow_name,
            run_count=run_count,
            failed=failed,
            error_rate=error_rate,
            last_run_at=instant(of.last_run_ns),
            execution_time=times,
            total_cost=cost,
            cache_hit_rate=hit_rate,
            change=change,
            sparkline=sparkline,
            degradations=got_worse.counts.get(of.named, 0),
            worst=got_worse.worst.get(of.named),
            recommendations=to_do.counts.get(of.named, 0),
            advice=to_do.best.get(of.named),
        )
        for of, run_count, failed, error_rate, times, cost, hit_rate, change, sparkline in columns
    )
