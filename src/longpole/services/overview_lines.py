"""The figures of many workflows at once, of a period and of the one before it, and how each went from point to point.

There may be thousands of cells, so everything is done for all workflows
together, column by column. A line tells the same as the workflow's summary.

    cells ─► a cell per workflow and point ─► sparklines
                           └► a cell per workflow ─► figures ─┐
    cells of the period before ────► a cell per workflow ─────┴► change

Upstream: `whole_overview`. Downstream: `store.period_cells`, `analysis.rollup`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from longpole.analysis.rollup import Cells, merge
from longpole.analysis.rollup_cells import CACHE_RATE_UNIT, START
from longpole.analysis.sketch import Ints
from longpole.analysis.sketch_groups import quantiles, spreads
from longpole.domain.figures import TimeFigures
from longpole.domain.overview import OverviewTotals, Points, Sparklines, TotalSparklines
from longpole.domain.periods import Period, Question
from longpole.domain.units import NS_PER_SECOND, PICO_PER_USD, instant
from longpole.services.cell_figures import dollars
from longpole.services.figures import ratio
from longpole.services.periods import before
from longpole.store.cell_reads import Names
from longpole.store.dirty_marks import DAY_SECONDS, HOUR_SECONDS
from longpole.store.period_cells import cover, run_cells_of

_NAMES = Names(("run_count", "failed", "cost_usd", "cache_rate_nodes", "cache_known_nodes"), ("time_sketch",))
_MOST_DAYS_BY_HOUR = 2
_MOST_POINTS = 31
_WORKFLOW = 1  # part of a cell's key
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What cells come to, an element of each array per workflow (or per workflow and point); NaN where unknown."""

    run_count: Ints
    failed: Ints
    error_rate: Floats
    cost_pico_usd: Floats
    cache_hit_rate: Floats
    p95: Floats

    def by_name(self) -> Mapping[str, NDArray[np.number]]:
        """Those of which the change is told, by their dotted names in a summary."""
        return {
            "run_count": self.run_count,
            "execution_time.p95": self.p95,
            "error_rate": self.error_rate,
            "total_cost": self.cost_pico_usd,
            "cache_hit_rate": self.cache_hit_rate,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The figures of workflows, in the order in which they were asked for; `by_point`: of one after the other."""

    points: Points
    figures: Figures
    before: Figures
    by_point: Figures
    times: list[TimeFigures]
    costs: list[Decimal | None]

    def changes(self) -> list[dict[str, float | None]]:
        """Of each workflow (now - before) / before, None where that says nothing."""
        then = self.before.by_name()
        columns = {name: known(relative(now, then[name])) for name, now in self.figures.by_name().items()}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def sparklines(self) -> list[Sparklines]:
        """How each workflow went."""
        shape = (-1, len(self.points.starts))
        columns = (
            self.by_point.run_count.reshape(shape).tolist(),
            known(self.by_point.p95.reshape(shape).round(6)),
            known(self.by_point.error_rate.reshape(shape).round(4)),
            known((self.by_point.cost_pico_usd / PICO_PER_USD).reshape(shape).round(9)),
            known(self.by_point.cache_hit_rate.reshape(shape).round(2)),
        )
        return [Sparklines(*row) for row in zip(*columns, strict=True)]

    def totals(self) -> OverviewTotals:
        """What all workflows come to together, and how that went."""
        now, then = _summed(self.figures), _summed(self.before)
        of_points = _summed(self.by_point, len(self.points.starts))
        runs, failed, pico = (column[0] for column in now)
        names = ("run_count", "failed", "error_rate", "total_cost")
        rows = ((*each[:2], divided(each[1], each[0]), each[2]) for each in (now, then))
        changes = [known(relative(*pair))[0] for pair in zip(*rows, strict=True)]
        return OverviewTotals(
            run_count=int(runs),
            failed=int(failed),
            error_rate=ratio(int(failed), int(runs)),
            total_cost=None if np.isnan(pico) else sum((each for each in self.costs if each is not None), Decimal(0)),
            change=dict(zip(names, changes, strict=True)),
            sparkline=TotalSparklines(
                of_points[0].astype(np.int64).tolist(),
                known(divided(of_points[1], of_points[0]).round(4)),
                known((of_points[2] / PICO_PER_USD).round(9)),
            ),
        )


def lines(connection: Connection, keys: Sequence[int], asked: Question) -> Lines:
    """The lines of workflows, by their keys.

    Raises:
        RangeTooLargeError: As `period_cells.cover`.
    """
    points = _points(asked)
    cells = _cells(connection, keys, asked.period)
    first = int(points.starts[0].timestamp())
    at = np.clip((cells.keys[:, START] - first) // points.seconds, 0, len(points.starts) - 1)
    by_point = merge(cells, np.column_stack([_places(cells, keys), at]))
    whole = merge(by_point, by_point.keys[:, :1])
    then = _cells(connection, keys, before(asked.period, asked.days))
    then = merge(then, _places(then, keys).reshape(-1, 1))
    return Lines(
        points,
        _figures(whole, whole.keys[:, 0], len(keys)),
        _figures(then, then.keys[:, 0], len(keys)),
        _figures(by_point, _flat(by_point, len(points.starts)), len(keys) * len(points.starts)),
        _times(whole, len(keys)),
        _costs(whole, len(keys)),
    )


def _points(asked: Question) -> Points:
    """Hours, or so many days that there are not too many points."""
    days = -(-asked.days // _MOST_POINTS)
    length = HOUR_SECONDS if asked.days <= _MOST_DAYS_BY_HOUR else days * DAY_SECONDS
    align = HOUR_SECONDS if length == HOUR_SECONDS else DAY_SECONDS
    first = asked.period.since_ns // NS_PER_SECOND // align * align
    count = (asked.now_ns // NS_PER_SECOND - first) // length + 1
    return Points(length, tuple(instant((first + place * length) * NS_PER_SECOND) for place in range(count)))


def _cells(connection: Connection, keys: Sequence[int], period: Period) -> Cells:
    until = None if period.until_ns is None else period.until_ns // NS_PER_SECOND
    return run_cells_of(connection, cover(connection, keys, period.since_ns // NS_PER_SECOND, until), _NAMES)


def _places(cells: Cells, keys: Sequence[int]) -> Ints:
    """The place of each cell's workflow among those that were asked for."""
    places = {key: place for place, key in enumerate(keys)}
    return np.array([places[key] for key in cells.keys[:, _WORKFLOW].tolist()], dtype=np.int64)


def _figures(cells: Cells, places: Ints, size: int) -> Figures:
    """What merged cells come to, each at its place."""

    def counted(name: str) -> Ints:
        column = np.zeros(size, np.int64)
        column[places] = np.maximum(cells.numbers[name], 0)
        return column

    def summed(name: str) -> Floats:
        column = np.full(size, np.nan)
        values = cells.numbers[name]
        column[places] = np.where(values < 0, np.nan, values)
        return column

    run_count, failed, nodes = counted("run_count"), counted("failed"), counted("cache_known_nodes")
    p95 = np.full(size, np.nan)
    p95[places] = [np.nan if ns is None else ns for ns in quantiles(cells.sketches["run_time"], 0.95)]
    return Figures(
        run_count,
        failed,
        divided(failed, run_count),
        summed("cost_usd"),
        divided(summed("cache_rate_nodes"), nodes) / CACHE_RATE_UNIT,
        p95 / NS_PER_SECOND,
    )


def _flat(cells: Cells, points: int) -> Ints:
    """The place of each cell among those of all workflows and points, one workflow after the other."""
    flat: Ints = cells.keys[:, 0] * points + cells.keys[:, 1]
    return flat


def _summed(figures: Figures, points: int = 1) -> tuple[Floats, Floats, Floats]:
    """Runs, failed ones and what is known of the cost, summed over workflows; point by point."""
    costs = figures.cost_pico_usd.reshape(-1, points)
    summed = np.where(np.isnan(costs).all(axis=0), np.nan, np.nansum(costs, axis=0))
    runs, failed = (column.reshape(-1, points).sum(axis=0) for column in (figures.run_count, figures.failed))
    return runs.astype(np.float64), failed.astype(np.float64), summed


def _times(cells: Cells, size: int) -> list[TimeFigures]:
    """The distribution of run times of each place."""
    found = [TimeFigures()] * size
    if not len(cells):
        return found
    spread = spreads(cells.sketches["run_time"])
    columns = [
        spread.totals / spread.counts,
        spread.least,
        spread.greatest,
        spread.deviations,
        *spread.quantiles,
    ]
    places = cells.keys[spread.places, 0].tolist()
    for place, row in zip(places, (np.array(columns) / NS_PER_SECOND).T.tolist(), strict=True):
        found[place] = TimeFigures(*row)
    return found


def _costs(cells: Cells, size: int) -> list[Decimal | None]:
    found: list[Decimal | None] = [None] * size
    for place, pico in zip(cells.keys[:, 0].tolist(), cells.numbers["cost_usd"].tolist(), strict=True):
        found[place] = None if pico < 0 else dollars(pico)
    return found


def divided(part: NDArray[np.number], whole: NDArray[np.number]) -> Floats:
    """`part / whole`; NaN where there is no whole."""
    made: Floats = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=made, where=np.asarray(whole) != 0)
    return made


def relative(now: NDArray[np.number], then: NDArray[np.number]) -> Floats:
    """`(now - then) / then`; NaN where that says nothing."""
    return divided(np.asarray(now, np.float64) - then, np.asarray(then, np.float64))


def known(values: Floats) -> list[Any]:
    """Numbers as lists, nested as they are; None for NaN."""
    made = values.astype(object)
    made[np.isnan(values)] = None
    return list(made.tolist())
