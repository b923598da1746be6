"""What there is to compute: marks, and the cells and runs that they are about.

    marks of a unit                      what is done
    only runs that are new               they are added to the cell as it stands
    any other change                     the cell is computed from all its runs, and all its marks go

Which cell a unit's runs go into is said by `rollup_horizons`.

Invariant: marks are taken oldest first, so that two that take marks of one
unit at the same time take its oldest one both, and only one of them finds it
still there when it writes.

Upstream: `services.rollups`, `period_cells`. Downstream: `rollup_horizons`, `tables.rollups`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from longpole.store.bulk import Row
from longpole.store.cell_writes import take_turn
from longpole.store.dirty_marks import ANY_CHANGE, Behind, delete_marks
from longpole.store.quick_reads import array, rows, rows_of
from longpole.store.rollup_horizons import SECONDS, Horizons, Place, Tier, horizons
from longpole.store.rollup_raw import Stretch, keys_within
from longpole.store.tables import dirty_marks

_MARKS, _PLACES = 5_000, 300


@dataclass(slots=True)
class Work:
    """Marks, and what they ask for.

    Attributes:
        horizons: What held when it was found; if something else does when it is done, it is found again.
        marks: All that go when it is done, as whole rows.
        anew: Cells to be computed from all their runs.
        grown: Cells that get more runs.
        run_keys: The runs that are to be read for them.
    """

    horizons: Horizons
    marks: list[Row] = field(default_factory=list)
    anew: list[Place] = field(default_factory=list)
    grown: list[Place] = field(default_factory=list)
    run_keys: list[int] = field(default_factory=list)

    @property
    def places(self) -> list[Place]:
        """All cells that change."""
        return self.anew + self.grown


def next_units(connection: Connection) -> Work:
    """The units that have waited longest, some hundred; nothing where none waits."""
    marks = select(dirty_marks).where(dirty_marks.c.tier == Behind.UNIT).order_by(dirty_marks.c.mark_key)
    return units_behind(connection, rows_of(connection, marks.limit(_MARKS)), _MARKS)


def count_marks(connection: Connection, most: int) -> int:
    """How many marks there are, counted up to `most`."""
    some = select(dirty_marks.c.tier).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def units_behind(connection: Connection, marks: Sequence[Row], limit: int | None = None) -> Work:
    """What marks of units ask for, the oldest first; if there are `limit` of them there may be more."""
    work = Work(horizons(connection))
    of_place: dict[Place, list[Row]] = {}
    for mark in marks:
        of_place.setdefault(work.horizons.place(mark[2], mark[3]), []).append(mark)
    chosen = dict(list(of_place.items())[: _PLACES if limit else None])
    alive = {place: rows for place, rows in chosen.items() if place[2] >= work.horizons.raw}
    work.anew = [place for place, rows in alive.items() if any(row[4] == ANY_CHANGE for row in rows)]
    work.grown = [place for place in alive if place not in set(work.anew)]
    work.marks = [row for rows in chosen.values() for row in rows]
    if limit is not None and len(marks) >= limit:
        work.marks = list(dict.fromkeys([*work.marks, *_later_marks(connection, work.anew, int(marks[-1][1]))]))
    work.run_keys += keys_within(connection, [stretch_of(place) for place in work.anew])
    work.run_keys += sorted({row[4] for place in work.grown for row in chosen[place]})
    return work


def stretch_of(place: Place) -> Stretch:
    """The time of a cell."""
    tier, workflow_key, start = place
    return Stretch(workflow_key, start, start + SECONDS[Tier(tier)])


_LATER_MARKS = (
    "SELECT * FROM dirty_marks WHERE workflow_key = ? AND cell_start >= ? AND cell_start < ? "
    "AND tier = 0 AND mark_key >= ?"
)
_LATER_MARKS_OF_ALL = (
    "SELECT mark.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS stretch (workflow, since, until), "
    "LATERAL (SELECT * FROM dirty_marks WHERE workflow_key = stretch.workflow AND cell_start >= stretch.since "
    "AND cell_start < stretch.until AND tier = 0 AND mark_key >= %s OFFSET 0) AS mark"
)


def _later_marks(connection: Connection, places: Sequence[Place], from_key: int) -> Iterable[Row]:
    """The marks of cells that are computed anew from everything, so that no run of theirs is added once more."""
    asked = [(each.workflow_key, each.start, each.end) for each in map(stretch_of, places)]
    if not asked:
        return []
    if connection.dialect.name == "postgresql":
        return rows(connection, _LATER_MARKS_OF_ALL, (*map(array, zip(*asked, strict=True)), from_key))
    return [mark for each in asked for mark in rows(connection, _LATER_MARKS, (*each, from_key))]


class OvertakenError(Exception):
    """Another process did the same in the meantime; nothing of it may be written once more."""


def take_marks(connection: Connection, marks: Sequence[Row]) -> None:
    """Be the one who brings up to date what marks are about: alone until the transaction ends.

    Raises:
        OvertakenError: Some of them are gone.
    """
    take_turn(connection)
    if delete_marks(connection, marks) != len(marks):
        raise OvertakenError


def next_cells(connection: Connection, behind: Behind, starting_before: int | None, limit: int) -> list[Row]:
    """Marks of coarser cells, the oldest first, of which all those of a cell; None: whenever it starts."""
    marks = select(dirty_marks).where(dirty_marks.c.tier == behind)
    if starting_before is not None:
        marks = marks.where(dirty_marks.c.cell_start < starting_before)
    return rows_of(connection, marks.order_by(dirty_marks.c.mark_key).limit(limit))
