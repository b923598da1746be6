"""The figures of many workflows at once, of a period and of the one before it, and how each went from point to point.

There may be thousands of cells, so everything is done for all workflows
together, column by column. A line tells the same as the workflow's summary.

    cells ─► a cell per workflow and point ─► sparklines
      └─────────► a cell per workflow ─► figures ─┐
    cells of the period before ──► a cell per workflow ─┴► change

Upstream: `whole_overview`. Downstream: `store.period_cells`, `analysis.rollup`, `analysis.sketch_stacks`.
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
from longpole.analysis.sketch_stacks import Spreads, Stack, decoded
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
    many, size = len(points.starts), len(keys)
    now = _cells(connection, keys, asked.period)
    then = _cells(connection, keys, before(asked.period, asked.days))
    first = int(points.starts[0].timestamp())
    at = np.clip((now.keys[:, START] - first) // points.seconds, 0, many - 1)
    places, flat, places_then = _places(now, keys), _places(now, keys) * many + at, _places(then, keys)
    times, times_then = decoded(now.sketches["run_time"]), decoded(then.sketches["run_time"]).stack
    by_point = times.stack.merged(flat[times.stack.places])
    whole = by_point.merged(by_point.places // many)
    numbers = _summed_up(now, places)
    return Lines(
        points,
        _figures(numbers, whole, size),
        _figures(_summed_up(then, places_then), times_then.merged(places_then[times_then.places]), size),
        _figures(_summed_up(now, flat), by_point, size * many),
        _times(whole.spreads(times.sums(places[times.stack.places])), size),
        _costs(numbers, size),
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


def _summed_up(cells: Cells, places: Ints) -> Cells:
    """The numbers of all cells of a place together; the place is their key."""
    return merge(Cells(cells.keys, cells.numbers, {}), places.reshape(-1, 1))


def _figures(cells: Cells, times: Stack, size: int) -> Figures:
    """What merged cells and their run times come to, each at its place."""
    places = cells.keys[:, 0]

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
    p95[times.places] = times.quantiles(0.95)
    return Figures(
        run_count,
        failed,
        divided(failed, run_count),
        summed("cost_usd"),
        divided(summed("cache_rate_nodes"), nodes) / CACHE_RATE_UNIT,
        p95 / NS_PER_SECOND,
    )


def _summed(figures: Figures, points: int = 1) -> tuple[Floats, Floats, Floats]:
    """Runs, failed ones and what is known of the cost, summed over workflows; point by point."""
    costs = figures.cost_pico_usd.reshape(-1, points)
    summed = np.where(np.isnan(costs).all(axis=0), np.nan, np.nansum(costs, axis=0))
    runs, failed = (column.reshape(-1, points).sum(axis=0) for column in (figures.run_count, figures.failed))
    return runs.astype(np.float64), failed.astype(np.float64), summed


def _times(spread: Spreads, size: int) -> list[TimeFigures]:
    """The distribution of run times of each place."""
    found = [TimeFigures()] * size
    columns = (
        spread.totals / spread.counts,
        spread.least,
        spread.greatest,
        spread.deviations,
        *spread.quantiles,
    )
    rows = (np.array(columns) / NS_PER_SECOND).T.tolist()
    for place, row in zip(spread.places.tolist(), rows, strict=True):
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
