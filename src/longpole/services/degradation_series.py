"""The figures of a workflow that are watched, hour by hour, as a whole and by version.

Upstream: `degradations`, `cli.degradations`. Downstream: `store.cell_reads`, `analysis.watched`.
"""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from longpole.analysis.rollup import Cells
from longpole.analysis.rollup_cells import START, VERSION_OF_RUN
from longpole.analysis.watched import HOUR, LEAST_RUNS, Points, width_for
from longpole.domain.degradations import DegradedMetric
from longpole.domain.units import NS_PER_SECOND
from longpole.services.cell_figures import Total, totals
from longpole.store.cell_reads import Names, Span, cells_of_runs
from longpole.store.dimension_reads import version_names
from longpole.store.rollup_horizons import Tier

DAYS = 28
_MOST_VERSIONS = 3
_RECENT_HOURS = 72
_NAMES = Names(("run_count", "failed", "cost_usd", "cost_known_runs"), ("time_sketch",))
_NO_VERSION = 0
_KNOWN = 0.95


@dataclass(frozen=True, slots=True)
class Watched:
    """A series, and the version that it is of; None: of all runs."""

    version: str | None
    points: Points


def watched(connection: Connection, workflow_key: int, now: int) -> list[Watched]:
    """The series of a workflow up to the last full hour; those that have points enough.

    Args:
        connection: A transaction.
        workflow_key: The workflow.
        now: Seconds since the epoch.
    """
    end = now // HOUR * HOUR
    span = Span(Tier.HOUR, [workflow_key], end - DAYS * 24 * HOUR, end)
    cells = cells_of_runs(connection, [span], _NAMES)
    if not len(cells):
        return []
    found = [Watched(None, points) for points in _series(cells, end)]
    keys, counts = _recent_versions(cells, end)
    if len(keys) > 1:
        names = version_names(connection, keys)
        for key in sorted(keys, key=lambda key: -counts[key])[:_MOST_VERSIONS]:
            chosen = cells.where(np.flatnonzero(cells.keys[:, VERSION_OF_RUN] == key))
            if key in names:
                found += [Watched(names[key], points) for points in _series(chosen, end)]
    return found


def _recent_versions(cells: Cells, end: int) -> tuple[list[int], dict[int, int]]:
    recent = cells.keys[:, START] >= end - _RECENT_HOURS * HOUR
    counts: dict[int, int] = {}
    for key, count in zip(cells.keys[recent, VERSION_OF_RUN], cells.numbers["run_count"][recent], strict=True):
        counts[int(key)] = counts.get(int(key), 0) + int(count)
    counts.pop(_NO_VERSION, None)
    return list(counts), counts


def _series(cells: Cells, end: int) -> list[Points]:
    hours, runs = cells.keys[:, START], cells.numbers["run_count"]
    by_width: dict[int, dict[int, Total]] = {}
    found = []
    for metric, least in LEAST_RUNS.items():
        width = width_for(hours, runs, least)
        if width is not None:
            if width not in by_width:
                by_width[width] = totals(cells, hours // width)
            found.append(_points(metric, least, by_width[width], width, end))
    return [points for points in found if np.isfinite(points.values).any()]


def _points(metric: DegradedMetric, least: int, by_place: dict[int, Total], width: int, end: int) -> Points:
    first = min(by_place)
    last = max(max(by_place) + 1, end // width)
    values, runs = np.full(last - first, np.nan), np.zeros(last - first, np.int64)
    for place, whole in by_place.items():
        runs[place - first] = whole.count("run_count")
        if runs[place - first] >= least and (value := _value(metric, whole)) is not None:
            values[place - first] = value
    return Points(metric, first * width, width, values, runs)


def _value(metric: DegradedMetric, whole: Total) -> float | None:
    count = whole.count("run_count")
    if metric is DegradedMetric.ERROR_RATE:
        return whole.count("failed") / count
    if metric is DegradedMetric.COST:
        cost = whole["cost_usd"]
        known = whole.count("cost_known_runs")
        return None if not cost or known < _KNOWN * count else cost / 1e12 / known
    quantile = whole.sketch("run_time").quantile(0.5 if metric is DegradedMetric.RUN_TIME_P50 else 0.95)
    return None if quantile is None else quantile / NS_PER_SECOND
