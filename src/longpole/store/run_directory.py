"""Run ids are unique, whatever the tables are partitioned by.

On SQLite a unique index of `runs` sees to it. On PostgreSQL such an index
would have to contain the day, so a small table has each run's id and key; who
locks a row of it locks the run.

Upstream: `run_writes`, `recorded_runs`, `retention`. Downstream: `tables.runs`.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, select, text

from longpole.store.bulk import Row, insert_new_rows, insert_rows
from longpole.store.tables import run_directory, runs

_CLAIM = text(
    "INSERT INTO run_directory (workflow_run_id, run_key) SELECT id, key "
    'FROM unnest(CAST(:ids AS text[]), CAST(:keys AS bigint[])) AS given (id, key) ORDER BY id COLLATE "C" '
    "ON CONFLICT (workflow_run_id) DO UPDATE SET run_key = run_directory.run_key RETURNING workflow_run_id, run_key"
)
_RUN_KEY, _RUN_ID = (runs.columns.keys().index(name) for name in ("run_key", "workflow_run_id"))


def claim(connection: Connection, keys: Mapping[str, int]) -> dict[str, int]:
    """The keys of runs, by their ids; nobody else writes any of them until this transaction ends.

    They are locked one by one in the order of their ids, those that are new as
    well: two transactions that claim some of the same never wait for each
    other. On SQLite, where there is but one writer, nothing is claimed.

    Args:
        connection: A transaction that may write.
        keys: For each run the key that it gets if it is new: one that has it afterwards is.
    """
    if connection.dialect.name != "postgresql":
        return {}
    given = {"ids": list(keys), "keys": list(keys.values())}
    return {run_id: key for run_id, key in connection.execute(_CLAIM, given)}  # noqa: C416 - rows are no pairs


def insert_new_runs(connection: Connection, rows: Sequence[Row], *, are_claimed: bool = False) -> int:
    """Insert rows of `runs` whose ids and keys do not exist already; how many those were.

    Sort them by their ids: see `bulk.insert_new_rows`. On PostgreSQL claim
    several before, or insert one.
    """
    if connection.dialect.name != "postgresql":
        return insert_new_rows(connection, runs, rows)
    if not are_claimed:
        entries = [(row[_RUN_ID], row[_RUN_KEY]) for row in rows]
        if insert_new_rows(connection, run_directory, entries) != len(rows):
            return 0
    insert_rows(connection, runs, rows)
    return len(rows)


def having_ids(connection: Connection, workflow_run_ids: Sequence[str]) -> ColumnElement[bool]:
    """What holds of the rows of `runs` with these ids; where there is a directory, its rows are locked."""
    if connection.dialect.name != "postgresql":
        return runs.c.workflow_run_id.in_(workflow_run_ids)
    query = select(run_directory.c.run_key).where(run_directory.c.workflow_run_id.in_(workflow_run_ids))
    in_order = query.order_by(run_directory.c.workflow_run_id.collate("C"))  # the order of `claim`
    keys = connection.scalars(in_order.with_for_update()).all()
    return runs.c.run_key.in_(keys)


def forget_runs(connection: Connection, run_keys: Sequence[int]) -> None:
    """Take runs out that are deleted."""
    if connection.dialect.name == "postgresql" and run_keys:
        connection.execute(run_directory.delete().where(run_directory.c.run_key.in_(run_keys)))
