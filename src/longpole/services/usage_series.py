"""What each day, or hour, used: runs, tokens, money, memory, processor time, workflow by workflow.

A day without runs used nothing; of its peak memory nothing is known. Nothing is
known either of a day whose runs did not say it. The day, or hour, that goes on
is apart: `so_far`.

Upstream: `forecasts`. Downstream: `store.period_cells`, `store.usage_reads`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from longpole.analysis.rollup import merge
from longpole.analysis.rollup_cells import START, VERSION_OF_RUN
from longpole.domain.forecasts import ForecastMetric
from longpole.domain.units import NS_PER_SECOND, PICO_PER_USD
from longpole.services.cell_scope import of_version
from longpole.store.cell_reads import Names
from longpole.store.dirty_marks import HOUR_SECONDS
from longpole.store.period_cells import cover, run_cells_of
from longpole.store.usage_reads import cpu_by_period
from longpole.store.workflow_scope import WorkflowScope

Floats = NDArray[np.float64]

_NUMBERS: Final = {
    ForecastMetric.COST: ("cost_usd", PICO_PER_USD),
    ForecastMetric.RUN_COUNT: ("run_count", 1),
    ForecastMetric.TOKENS: ("total_tokens", 1),
    ForecastMetric.MEMORY_PEAK: ("memory_max_bytes", 1),
}
_WORKFLOW = 1


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used, by workflow and period.

    Attributes:
        starts: When each period begins, seconds since the epoch, and when the last one ends.
        by_workflow: float64 of shape (workflows, periods); NaN where nothing is known.
        so_far: float64 of shape (workflows,): the same of the period that goes on; 0 where nothing is known.
    """

    starts: Sequence[int]
    by_workflow: Floats
    so_far: Floats


def usage(
    connection: Connection,
    scopes: Sequence[WorkflowScope],
    metric: ForecastMetric,
    stretch: tuple[int, int],
    seconds: int,
) -> Usage:
    """The periods of `seconds` each from the first one that is known up to the one that goes on.

    `stretch` is from when on they are asked for, and now, in seconds since the epoch.
    """
    since, last = (instant // seconds * seconds for instant in stretch)
    table = np.full((len(scopes), (last - since) // seconds + 1), np.nan)
    has_runs = np.zeros(table.shape, dtype=np.bool_)
    places = {scope.workflow_key: place for place, scope in enumerate(scopes)}
    within = (since, last + seconds)
    if metric is ForecastMetric.CPU_TIME:
        read = _cpu(connection, places, within, seconds)
    else:
        read = _cells(connection, scopes, metric, within, seconds)
    for key, start, value in read:
        place = places[key], (start - since) // seconds
        has_runs[place] = True
        table[place] = np.nan if value is None else value
    known = np.flatnonzero(np.isfinite(table).any(0))
    first = int(known[0]) if known.size else table.shape[1] - 1
    if metric is not ForecastMetric.MEMORY_PEAK:
        has_begun = np.maximum.accumulate(np.isfinite(table), axis=1)
        table = np.where(has_begun & ~has_runs, 0.0, table)
    starts = range(since + first * seconds, last + 1, seconds)
    return Usage(starts, table[:, first:-1], np.nan_to_num(table[:, -1]))


Read = list[tuple[int, int, float | None]]
"""Workflow, start of a period that has runs, and what they used; None where nothing is known of it."""


def _cpu(connection: Connection, places: Iterable[int], within: tuple[int, int], seconds: int) -> Read:
    found = cpu_by_period(connection, list(places), *within, seconds)
    return [(key, start, None if cpu_ns is None else cpu_ns / NS_PER_SECOND) for key, start, cpu_ns in found]


def _cells(
    connection: Connection,
    scopes: Sequence[WorkflowScope],
    metric: ForecastMetric,
    within: tuple[int, int],
    seconds: int,
) -> Read:
    name, unit = _NUMBERS[metric]
    found = cover(connection, [scope.workflow_key for scope in scopes], *within, by_hour=seconds == HOUR_SECONDS)
    cells = run_cells_of(connection, found, Names((name,)))
    if len(scopes) == 1:
        cells = of_version(cells, VERSION_OF_RUN, scopes[0])
    starts = cells.keys[:, START] // seconds * seconds
    merged = merge(cells, np.column_stack([cells.keys[:, _WORKFLOW], starts]))
    values = merged.numbers[name].tolist()
    return [
        (key, start, value / unit if value >= 0 else None)
        for (key, start), value in zip(merged.keys.tolist(), values, strict=True)
    ]
