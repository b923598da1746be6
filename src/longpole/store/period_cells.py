"""Everything that a stretch of time holds, from as few cells as there are, as of this very moment.

    start          day          day          day           now
      ├─ hours ─────┼─── day ────┼─── hours ──┼─ hours ──────┤
                                  (a late run:  └─ 5-minute units of the hour that goes on
                                   the day is       └─ raw rows of units that are marked
                                   behind them)

A cell that is marked as behind the finer ones is replaced by those, down to
the raw rows, so that what was stored a moment ago counts already.

Invariant: every run that counts is in exactly one of the parts.

Upstream: `services.period_figures`, `services.breakdown`, `services.bottlenecks`, `services.overview`.
Downstream: `cell_reads`, `rollup_work`, `rollup_cells`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from longpole.analysis.rollup import Cells, joined
from longpole.analysis.rollup_cells import MODEL, START, WHOLE
from longpole.analysis.sketch import Ints
from longpole.domain.errors import RangeTooLargeError
from longpole.store import cell_reads
from longpole.store.bulk import Row
from longpole.store.cell_reads import Names, Span
from longpole.store.dirty_marks import DAY_SECONDS, HOUR_SECONDS, Behind
from longpole.store.quick_reads import plain
from longpole.store.rollup_cells import Made, cells_of_runs
from longpole.store.rollup_horizons import Place, Tier, horizons
from longpole.store.rollup_work import Work, units_behind
from longpole.store.tables import dirty_marks

_KEYS_PER_QUERY = 500
_START_BITS = 40
"""Seconds since the epoch have fewer, for thirty thousand years to come."""
MOST_RAW_RUNS = 20_000
"""So many runs are read one by one: a second's work."""

Range = tuple[int, int | None]
"""From one instant up to, not including, another; None: however late."""


@dataclass(slots=True)
class Cover:
    """Which cells and which raw runs make up a stretch of time, for some workflows.

    Attributes:
        workflow_keys: The workflows.
        days: The days that lie in it wholly.
        edges: The hours before and after them.
        behind: Days and hours that their finer cells stand for, and cells that the raw runs of `work` stand for.
        work: The raw runs.
    """

    workflow_keys: Sequence[int]
    days: Range
    edges: list[Range]
    behind: set[Place]
    work: Work

    def spans(self) -> list[tuple[Tier, Range]]:
        """Where to look for cells; what lies there may not be wanted of every workflow."""
        stale_days = sorted({day for tier, _, day in self.behind if tier == Tier.DAY and _is_in(self.days, day)})
        hours = _touching([*self.edges, *((day, day + DAY_SECONDS) for day in stale_days)])
        stale_hours = {hour for tier, key, hour in self.behind if tier == Tier.HOUR and self._has_hour(key, hour)}
        units = _touching((hour, hour + HOUR_SECONDS) for hour in stale_hours)
        wanted = [(Tier.DAY, self.days), *((Tier.HOUR, each) for each in hours), *((Tier.UNIT, each) for each in units)]
        return [(tier, (start, end)) for tier, (start, end) in wanted if end is None or start < end]

    def wanted(self, places: Ints) -> NDArray[np.bool_]:
        """Whether each cell is a part of the stretch, by its tier, workflow and start: int64 of shape (cells, 3)."""
        known = _Coded(places[:, 1], self.behind)
        tiers, starts = places[:, 0], places[:, 2]
        hours = starts // HOUR_SECONDS * HOUR_SECONDS
        days = starts // DAY_SECONDS * DAY_SECONDS
        is_apart = known.has(Tier.DAY, days) & _are_in(self.days, days)
        has_hour = is_apart | np.any([_are_in(edge, hours) for edge in self.edges], axis=0)
        of_day = _are_in(self.days, starts) & ~known.has(Tier.DAY, starts)
        of_hour = has_hour & (starts >= self.work.horizons.hours) & ~known.has(Tier.HOUR, starts)
        of_unit = has_hour & (starts >= self.work.horizons.units) & known.has(Tier.HOUR, hours)
        of_unit &= ~known.has(Tier.UNIT, starts)
        return np.select([tiers == Tier.DAY, tiers == Tier.HOUR], [of_day, of_hour], of_unit)

    def _has_hour(self, workflow_key: int, hour: int) -> bool:
        """Whether an hour counts by itself, or its units do, and not its day."""
        day = hour // DAY_SECONDS * DAY_SECONDS
        is_apart = (Tier.DAY, workflow_key, day) in self.behind and _is_in(self.days, day)
        return is_apart or any(_is_in(edge, hour) for edge in self.edges)


class _Coded:
    """Places as single numbers, so that it can be asked of all cells at once whether theirs is among some."""

    def __init__(self, keys: Ints, places: Iterable[Place]) -> None:
        known, self._of_cell = np.unique(keys, return_inverse=True)
        numbers = {key: number for number, key in enumerate(known.tolist())}
        self._codes: dict[int, list[int]] = {tier: [] for tier in Tier}
        for tier, key, start in places:
            if key in numbers:
                self._codes[tier].append((numbers[key] << _START_BITS) + start)

    def has(self, tier: Tier, starts: Ints) -> NDArray[np.bool_]:
        """Of each cell whether there is a place of the tier, its workflow and that start."""
        codes = (self._of_cell.reshape(-1) << _START_BITS) + starts
        return np.isin(codes, np.array(self._codes[tier], dtype=np.int64))


def cover(
    connection: Connection, workflow_keys: Sequence[int], start: int, end: int | None, *, by_hour: bool = False
) -> Cover:
    """What makes up the time from `start` up to `end`, both at a full hour, in seconds since the epoch.

    Where hours are no longer kept it begins with a whole day. With `by_hour` no
    cell is longer than an hour; before their horizon there is nothing then.

    Raises:
        RangeTooLargeError: More runs are not in their cells yet than are read one by one; refreshing helps.
    """
    if not by_hour and start < horizons(connection).hours:
        start = start // DAY_SECONDS * DAY_SECONDS  # of that day only the whole is known
    first_day = -(-start // DAY_SECONDS) * DAY_SECONDS
    last_day = None if end is None else end // DAY_SECONDS * DAY_SECONDS
    days: Range = (first_day, last_day)
    edges: list[Range] = [(start, first_day)]
    if last_day is not None:
        edges = [(start, end)] if last_day < first_day else [(start, first_day), (last_day, end)]
    if by_hour:
        days, edges = (start, start), [(start, end)]
    marks = _marks(connection, workflow_keys, start // DAY_SECONDS * DAY_SECONDS, end)
    unit_marks = [mark for mark in marks if mark[0] == Behind.UNIT and mark[3] >= start]
    work = units_behind(connection, unit_marks)
    if len(work.run_keys) > MOST_RAW_RUNS:
        raise RangeTooLargeError(len(work.run_keys), MOST_RAW_RUNS)
    found = Cover(workflow_keys, days, edges, set(work.anew), work)
    for tier, _, workflow_key, at, _ in marks:
        if tier != Behind.UNIT:
            found.behind.add((Tier(tier), workflow_key, at))
    for tier, workflow_key, at in [*work.places, *found.behind]:
        if tier < Tier.HOUR:
            found.behind.add((Tier.HOUR, workflow_key, at // HOUR_SECONDS * HOUR_SECONDS))
        if tier < Tier.DAY:
            found.behind.add((Tier.DAY, workflow_key, at // DAY_SECONDS * DAY_SECONDS))
    work.grown = []  # these cells are read with the others
    return found


def run_cells_of(connection: Connection, found: Cover, names: Names, made: Made | None = None) -> Cells:
    """The cells of runs of a stretch, with some of their numbers and sketches; several may have one key."""
    cells = [_wanted(found, cell_reads.cells_of_runs(connection, _spans(found), names))]
    if made is not None or found.work.run_keys:
        raw = made or cells_of_runs(connection, found.work, with_nodes=False)
        cells.append(names.of(raw.of_runs))
    return joined(cells)


def node_cells_of(connection: Connection, found: Cover, names: Names, made: Made) -> Cells:
    """The cells of nodes as wholes, likewise."""
    cells = _wanted(found, cell_reads.cells_of_nodes(connection, _spans(found), names, model_key=0))
    raw = made.of_nodes.where(np.flatnonzero(made.of_nodes.keys[:, MODEL] == WHOLE))
    return joined([cells, names.of(raw)])


def model_cells_of(connection: Connection, found: Cover, names: Names, made: Made) -> Cells:
    """The cells of what each model did for the nodes, likewise."""
    cells = joined([cell_reads.cells_of_nodes(connection, _spans(found), names), names.of(made.of_nodes)])
    raw_from = len(cells) - len(made.of_nodes)
    by_model = np.flatnonzero(cells.keys[:, MODEL] != WHOLE)
    stored, raw = by_model[by_model < raw_from], by_model[by_model >= raw_from]
    return joined([_wanted(found, cells.where(stored)), cells.where(raw)])


def raw_cells(connection: Connection, found: Cover) -> Made:
    """The cells of the raw runs of a stretch."""
    return cells_of_runs(connection, found.work)


def _spans(found: Cover) -> list[Span]:
    return [Span(tier, found.workflow_keys, start, end) for tier, (start, end) in found.spans()]


def _wanted(found: Cover, cells: Cells) -> Cells:
    """The cells that are a part of the stretch; neighbours of one place are asked for once."""
    if not len(cells):
        return cells
    places = cells.keys[:, : START + 1]
    begins = np.flatnonzero(np.concatenate([[True], np.any(places[1:] != places[:-1], axis=1)]))
    answers = found.wanted(places[begins])
    if answers.all():
        return cells
    return cells.where(np.flatnonzero(np.repeat(answers, np.diff(np.append(begins, len(cells))))))


def _marks(connection: Connection, workflow_keys: Sequence[int], start: int, end: int | None) -> list[Row]:
    query = select(dirty_marks).where(dirty_marks.c.cell_start >= start, dirty_marks.c.tier <= Behind.DAY)
    if end is not None:
        query = query.where(dirty_marks.c.cell_start < end)
    found: list[Row] = []
    for begin in range(0, len(workflow_keys), _KEYS_PER_QUERY):
        some = query.where(dirty_marks.c.workflow_key.in_(workflow_keys[begin : begin + _KEYS_PER_QUERY]))
        found += plain(connection, connection.execute(some))
    return found


def _touching(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in order, those that touch made one."""
    made: list[Range] = []
    for start, end in sorted(ranges, key=lambda each: each[0]):
        if made and (made[-1][1] is None or start <= made[-1][1]):
            last = made[-1][1]
            made[-1] = (made[-1][0], None if last is None or end is None else max(last, end))
        else:
            made.append((start, end))
    return made


def _are_in(within: Range, starts: Ints) -> NDArray[np.bool_]:
    after = starts >= within[0]
    return after if within[1] is None else after & (starts < within[1])


def _is_in(within: Range, start: int) -> bool:
    return within[0] <= start and (within[1] is None or start < within[1])
