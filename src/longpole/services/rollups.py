"""Brings cells up to the runs as they are: what is marked is computed anew, and nothing else.

    marks and rows, read in one snapshot ─► cells ─► written, if the marks are still there
                                              │        └─ gone: somebody else was quicker; begin anew
                                              └─ computed outside of the lock, so that ingest goes on

Invariant: a cell without a mark is what `analysis.rollup_cells` makes of the
raw rows of its time, byte by byte, whoever wrote them, in whatever order, and
however many processes refresh.

Upstream: `upkeep.rollups`. Downstream: `store.rollup_work`, `store.rollup_raw`, `store.cell_writes`.
Source: the design's §3.4.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from longpole import runtime
from longpole.analysis.rollup import Cells
from longpole.analysis.rollup_cells import START
from longpole.domain.units import NS_PER_SECOND, nanoseconds
from longpole.services.rollup_limits import limited
from longpole.store import cell_reads, cell_writes, custom_metrics, rollup_work
from longpole.store.abandoned_runs import abandon_runs
from longpole.store.dirty_marks import DAY_SECONDS, HOUR_SECONDS, Behind, replace_marks
from longpole.store.rollup_cells import Made, cells_of_runs
from longpole.store.rollup_horizons import SECONDS, Place, Tier, horizons
from longpole.store.rollup_work import OvertakenError, Work

_TRIES = 5
_CELLS_AT_ONCE = 100
_RUNS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many runs were read, and how many cells of each length were computed."""

    runs: int = 0
    units: int = 0
    hours: int = 0
    days: int = 0

    def __add__(self, other: "Refreshed") -> "Refreshed":
        """Both together."""
        return Refreshed(
            self.runs + other.runs, self.units + other.units, self.hours + other.hours, self.days + other.days
        )

    def __bool__(self) -> bool:
        """Whether anything was done."""
        return self != Refreshed()


def refresh(*, everything: bool = False, seconds: float | None = None) -> Refreshed:
    """Compute what is behind: units, hours that are over, and days that are over.

    The hour and the day that go on are left to their finer cells, which whoever
    reads them takes in their place; with `everything` they are computed as well.
    What other processes are at is left to them, and after `seconds` so is the rest.
    """
    done = Refreshed()
    now = runtime.current().clock() // NS_PER_SECOND
    last = None if seconds is None else time.monotonic() + seconds
    steps = [_refresh_units]
    for behind, length in ((Behind.HOUR, HOUR_SECONDS), (Behind.DAY, DAY_SECONDS)):
        steps.append(partial(_merge_cells, behind, None if everything else now - length + 1))
    for step in steps:
        while more := _repeated(step):
            done += more
            if last is not None and time.monotonic() > last:
                return done
    return done


def backlog(most: int) -> int:
    """How many changes are not in the cells or trends yet, counted up to `most`."""
    with runtime.reading() as connection:
        return rollup_work.count_marks(connection, most)


def abandon() -> int:
    """Count runs as partial that have been silent for longer than `LONGPOLE_RUN_ABANDON_SECONDS`; how many."""
    here = runtime.current()
    silent_before_ns = here.clock() - nanoseconds(here.settings.run_abandon_seconds)
    total = 0
    while True:
        with runtime.unit_of_work() as connection:
            given_up = abandon_runs(connection, silent_before_ns, _RUNS_AT_ONCE)
        total += given_up
        if given_up < _RUNS_AT_ONCE:
            return total


def _repeated(step: Callable[[], Refreshed]) -> Refreshed:
    for _ in range(_TRIES):
        try:
            return step()
        except OvertakenError:
            continue
    return Refreshed()  # whoever was quicker each time does it; what is left keeps its marks


def _refresh_units() -> Refreshed:
    with runtime.reading() as connection:
        work = rollup_work.next_units(connection)
        if not work.marks:
            return Refreshed()
        made = cells_of_runs(connection, work)
    made = limited(made)
    with runtime.unit_of_work() as connection:
        rollup_work.take_marks(connection, work.marks)
        if horizons(connection) != work.horizons:
            raise OvertakenError
        _put(connection, work.places, made)
        _mark_coarser(connection, work)
    return Refreshed(runs=len(work.run_keys), units=max(1, len(work.places)))


def _put(connection: Connection, places: Sequence[Place], made: Made) -> None:
    cell_writes.add_names(connection, made.versions, is_folded=made.is_folded)
    cell_writes.replace_cells(connection, places, made.of_runs, made.of_nodes)
    if made.names_left_out:
        custom_metrics.remember_left_out(connection, made.names_left_out, runtime.current().clock())


def _mark_coarser(connection: Connection, work: Work) -> None:
    def starts(seconds: int, *tiers: Tier) -> set[tuple[int, int]]:
        return {(key, start // seconds * seconds) for tier, key, start in work.places if tier in tiers}

    replace_marks(connection, Behind.HOUR, starts(HOUR_SECONDS, Tier.UNIT))
    replace_marks(connection, Behind.DAY, starts(DAY_SECONDS, Tier.HOUR))
    replace_marks(connection, Behind.TRENDS, starts(HOUR_SECONDS, *Tier))


def _merge_cells(behind: Behind, starting_before: int | None) -> Refreshed:
    """Merge hours from their units, or days from their hours."""
    tier = Tier.HOUR if behind is Behind.HOUR else Tier.DAY
    with runtime.reading() as connection:
        marks = rollup_work.next_cells(connection, behind, starting_before, _CELLS_AT_ONCE)
        places: list[Place] = [(tier, mark[2], mark[3]) for mark in marks]
        spans = [
            cell_reads.Span(tier - 1, [workflow_key], start, start + SECONDS[tier]) for _, workflow_key, start in places
        ]
        of_runs = cell_reads.cells_of_runs(connection, spans)
        of_nodes = cell_reads.cells_of_nodes(connection, spans)
    if not marks:
        return Refreshed()
    made = limited(Made(_coarser(of_runs, tier), _coarser(of_nodes, tier)))
    with runtime.unit_of_work() as connection:
        rollup_work.take_marks(connection, marks)
        _put(connection, places, made)
        if behind is Behind.HOUR:
            days = {(key, start // DAY_SECONDS * DAY_SECONDS) for _, key, start in places}
            replace_marks(connection, Behind.DAY, days)
    return Refreshed(hours=len(marks)) if behind is Behind.HOUR else Refreshed(days=len(marks))


def _coarser(cells: Cells, tier: Tier) -> Cells:
    """The same cells under the keys of those that they are to be merged into."""
    keys = cells.keys.copy()
    keys[:, 0] = tier
    keys[:, START] = keys[:, START] // SECONDS[tier] * SECONDS[tier]
    return Cells(keys, cells.numbers, cells.sketches)
