"""Whoever changes a run says so in the same transaction: which cells are behind, and since when.

A mark is only ever added, never found again and reused: one that is there
already may be on its way out, taken by somebody who did not see this change.

    run appears in a unit          a mark with its key: it can be added
    run changes, moves or goes     a mark for the unit it was in, one for the unit it is in

Invariant: what the marks and the rows say in one snapshot of the database
belongs together.

Upstream: `run_writes`, `recorded_runs`, `repricing`, `abandoned_runs`. Downstream: `rollup_work`.
Source: the design's comparison of five ways to keep rollups exact; the others lose marks.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple

from sqlalchemy import Connection, select

from longpole.store.bulk import Row, insert_rows
from longpole.store.keys import row_key
from longpole.store.quick_reads import array
from longpole.store.tables import dirty_marks, runs

UNIT_SECONDS, HOUR_SECONDS, DAY_SECONDS = 300, 3_600, 86_400
_UNIT_NS = UNIT_SECONDS * 1_000_000_000
_KEYS_PER_QUERY = 1_000
ANY_CHANGE = 0
"""In the place of a run's key: more happened than that a run appeared."""


class Behind(IntEnum):
    """What is behind: a unit behind its runs, an hour behind its units, a day behind its hours, trends behind all."""

    UNIT = 0
    HOUR = 1
    DAY = 2
    TRENDS = 3


class Place(NamedTuple):
    """The unit that a run counts in."""

    workflow_key: int
    cell_start: int


class Move(NamedTuple):
    """A run that was written: where it counted before and where it does now; None: nowhere."""

    run_key: int
    was: Place | None
    now: Place | None


def place(workflow_key: int | None, period_ns: int, *, is_counted: bool) -> Place | None:
    """Where a run counts; None while it has neither an end nor been given up, or belongs to no workflow yet."""
    if workflow_key is None or not is_counted:
        return None
    return Place(workflow_key, period_ns // _UNIT_NS * UNIT_SECONDS)


def mark(connection: Connection, moves: Iterable[Move]) -> None:
    """Mark the units that runs were in and are in, as part of the transaction that writes them."""
    changed: dict[Place, None] = {}
    rows: list[Row] = []
    for move in moves:
        if move.was is None and move.now is not None:
            rows.append((Behind.UNIT, row_key(), move.now.workflow_key, move.now.cell_start, move.run_key))
            continue
        changed.update(dict.fromkeys(unit for unit in (move.was, move.now) if unit is not None))
    rows += [(Behind.UNIT, row_key(), unit.workflow_key, unit.cell_start, ANY_CHANGE) for unit in changed]
    insert_rows(connection, dirty_marks, rows)


def mark_runs(connection: Connection, run_keys: Sequence[int]) -> None:
    """Mark the units of runs that changed where they are."""
    query = select(runs.c.run_key, runs.c.workflow_key, runs.c.period_ns, runs.c.is_ended | runs.c.is_abandoned)
    moves = []
    for begin in range(0, len(run_keys), _KEYS_PER_QUERY):
        some = run_keys[begin : begin + _KEYS_PER_QUERY]
        for key, workflow_key, period_ns, is_counted in connection.execute(query.where(runs.c.run_key.in_(some))):
            at = place(workflow_key, period_ns, is_counted=is_counted)
            moves.append(Move(key, at, at))
    mark(connection, moves)


def replace_marks(connection: Connection, behind: Behind, cells: Iterable[tuple[int, int]]) -> None:
    """Mark coarser cells (workflow's key, start), each by one new mark in the place of those it has.

    Whoever is at work on the older marks finds them gone, and leaves the cell
    to the next one. Only one transaction at a time may do this.
    """
    wanted = sorted(set(cells))
    if wanted:
        drop_marks(connection, behind, wanted)
        insert_rows(connection, dirty_marks, [(behind, row_key(), *cell, ANY_CHANGE) for cell in wanted])


def drop_marks(connection: Connection, behind: Behind, cells: Iterable[tuple[int, int]]) -> None:
    """Take away the marks of cells that were computed otherwise."""
    rows = [(workflow_key, start, int(behind)) for workflow_key, start in cells]
    if rows and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_DROP_ALL, tuple(map(array, zip(*rows, strict=True))))
    elif rows:
        connection.exec_driver_sql(_DROP, rows)


_DROP = "DELETE FROM dirty_marks WHERE workflow_key = ? AND cell_start = ? AND tier = ?"
_DROP_ALL = (
    "DELETE FROM dirty_marks AS mark "
    "USING unnest(%s::bigint[], %s::bigint[], %s::smallint[]) AS given (w, start, tier) "
    "WHERE mark.workflow_key = given.w AND mark.cell_start = given.start AND mark.tier = given.tier"
)


def delete_marks(connection: Connection, marks: Sequence[Row]) -> int:
    """Take away marks, given as whole rows, whose cells are up to date now; how many of them were still there."""
    if not marks:
        return 0
    counting = connection.execution_options(preserve_rowcount=True)
    if connection.dialect.name == "postgresql":
        return counting.exec_driver_sql(_DELETE_ALL, tuple(map(array, zip(*marks, strict=True)))).rowcount
    return counting.exec_driver_sql(_DELETE, list(marks)).rowcount


_NAMES = [column.name for column in dirty_marks.columns]
_DELETE = f"DELETE FROM dirty_marks WHERE {' AND '.join(f'{name} = ?' for name in _NAMES)}"  # noqa: S608 - names of our own columns
_DELETE_ALL = (
    "DELETE FROM dirty_marks AS mark USING unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[], "  # noqa: S608 - as above
    f"%s::bigint[]) AS given ({', '.join(_NAMES)}) WHERE {' AND '.join(f'mark.{n} = given.{n}' for n in _NAMES)}"
)
