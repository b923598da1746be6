"""Puts cells in the place of those that were there: a unit's, an hour's, a day's, all of them at once.

Only one transaction at a time does this, whichever process it is of; others
wait for it. Whoever reads goes on reading what was there before.

Upstream: `services.rollups`. Downstream: `tables.rollups`.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Table, text

from longpole.analysis.rollup import Cells
from longpole.store.bulk import delete_rows, insert_new_rows, insert_rows
from longpole.store.cell_columns import rows_of
from longpole.store.keys import dimension_key
from longpole.store.quick_reads import array
from longpole.store.row_packing import key_of
from longpole.store.tables import node_cells, nodes, run_cells, versions
from longpole.store.values import text as storable

OTHER = ("other", None, "other", None, "other")
"""Stands for the nodes of a cell that are too many to be told apart, as a row of `nodes`."""

OTHER_NODE = key_of(OTHER)
OTHER_VERSION = dimension_key("other", "versions")
"""Likewise for versions of a workflow."""

Place = tuple[int, int, int]
"""Tier, workflow, start."""


def take_turn(connection: Connection) -> None:
    """Be the only transaction that writes cells until this one ends; SQLite has but one writer anyway.

    Call it first: what is read afterwards is what the one before has left.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE run_cells IN SHARE ROW EXCLUSIVE MODE"))


def replace_cells(connection: Connection, places: Iterable[Place], of_runs: Cells, of_nodes: Cells) -> None:
    """Delete what stands at some places, and insert cells, each of which is at one of them."""
    gone = sorted(set(places))
    for table, cells in ((run_cells, of_runs), (node_cells, of_nodes)):
        _delete(connection, table, gone)
        insert_rows(connection, table, rows_of(table, cells, connection.dialect.name))


def _delete(connection: Connection, table: Table, places: Sequence[Place]) -> None:
    if places and connection.dialect.name == "postgresql":  # all at once: there are hundreds of them
        sql = (
            f"DELETE FROM {table.name} AS cell USING unnest(%s::smallint[], %s::bigint[], %s::bigint[]) "  # noqa: S608 - a name of our own
            "AS given (tier, w, start) "
            "WHERE cell.tier = given.tier AND cell.workflow_key = given.w AND cell.cell_start = given.start"
        )
        connection.exec_driver_sql(sql, tuple(map(array, zip(*places, strict=True))))
    else:
        delete_rows(connection, table, places)


def add_names(connection: Connection, named: Mapping[int, str], *, is_folded: bool) -> None:
    """See to it that versions have their rows, and that `other` has its own where something was folded into it."""
    rows = [(key, storable(name)) for key, name in sorted({**named, OTHER_VERSION: "other"}.items())] if named else []
    insert_new_rows(connection, versions, rows)
    if is_folded:
        insert_new_rows(connection, nodes, [(OTHER_NODE, *OTHER)])
