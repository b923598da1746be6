"""How a workflow's figures went, by hour, day, week and month: rows that any tool can read.

    marks of hours ─► the hour, its day, its week, its month ─► from cells ─► rows

Weeks begin on Monday; everything is in UTC. A period that goes on has rows too,
which follow its runs within half a minute.

Invariant: once no mark is left, every row is what the cells of its period come to.

Upstream: `upkeep.rollups`. Downstream: `store.period_cells`, `analysis.trend_figures`, `store.trend_writes`.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import Connection

from longpole import runtime
from longpole.analysis.metric_cells import limited
from longpole.analysis.rollup import merge
from longpole.analysis.trend_figures import TrendFigures, trend_figures
from longpole.domain.units import instant
from longpole.store.cell_reads import Names
from longpole.store.dirty_marks import Behind
from longpole.store.period_cells import cover, raw_cells, run_cells_of
from longpole.store.rollup_work import OvertakenError, next_cells, take_marks
from longpole.store.trend_writes import TrendPeriod, replace_trends

_HOURS_AT_ONCE = 50
_OF_TRENDS = Names(
    ("run_count", "failed", "cost_usd", "cache_rate_nodes", "cache_known_nodes"), ("time_sketch", "sketches")
)


def refresh_trends(*, seconds: float | None = None) -> int:
    """Write the rows of the periods in which cells changed; how many hours those were.

    What other processes are at is left to them, and after `seconds` so is the rest.
    """
    done = 0
    last = None if seconds is None else time.monotonic() + seconds
    try:
        while hours := _refresh_some():
            done += hours
            if last is not None and time.monotonic() > last:
                break
    except OvertakenError:
        pass  # or the cells have changed again: next time
    return done


def _refresh_some() -> int:
    with runtime.reading() as connection:
        marks = next_cells(connection, Behind.TRENDS, None, _HOURS_AT_ONCE)
        periods = sorted(_periods((mark[2], mark[3]) for mark in marks), key=_place)
        figures = [_figures(connection, period) for period in periods]
    if not marks:
        return 0
    now = instant(runtime.current().clock())
    with runtime.unit_of_work() as connection:
        take_marks(connection, marks)
        for period, of_period in zip(periods, figures, strict=True):
            replace_trends(connection, period, of_period, now)
    return len(marks)


def _place(period: TrendPeriod) -> tuple[int, datetime, datetime]:
    return period.workflow_key, period.start, period.end


def _periods(hours: Iterable[tuple[int, int]]) -> set[TrendPeriod]:
    """The periods that hours lie in."""
    found: set[TrendPeriod] = set()
    for workflow_key, start in hours:
        hour = datetime.fromtimestamp(start, UTC)
        day = hour.replace(hour=0)
        week = day - timedelta(days=day.weekday())
        month = day.replace(day=1)
        next_month = (month + timedelta(days=31)).replace(day=1)
        found |= {
            TrendPeriod(workflow_key, "hourly", hour, hour + timedelta(hours=1)),
            TrendPeriod(workflow_key, "daily", day, day + timedelta(days=1)),
            TrendPeriod(workflow_key, "weekly", week, week + timedelta(weeks=1)),
            TrendPeriod(workflow_key, "monthly", month, next_month),
        }
    return found


def _figures(connection: Connection, period: TrendPeriod) -> list[TrendFigures]:
    start, end = int(period.start.timestamp()), int(period.end.timestamp())
    found = cover(connection, [period.workflow_key], start, end)
    cells = run_cells_of(connection, found, _OF_TRENDS, raw_cells(connection, found))
    most = runtime.current().settings.metrics_max
    whole, _ = limited(merge(cells, np.zeros((len(cells), 1), np.int64)), most)
    if not len(whole):
        return []
    return list(
        trend_figures(
            {name: int(values[0]) for name, values in whole.numbers.items()},
            {name: values[0] for name, values in whole.sketches.items()},
        )
    )
