"""Run ids are unique, whatever the tables are partitioned by.

On SQLite a unique index of `runs` sees to it. On PostgreSQL such an index
would have to contain the day, so a small table has each run's id and key; who
locks a row of it locks the run.

Upstream: `run_writes`, `recorded_runs`, `retention`. Downstream: `tables.runs`.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, select

from longpole.store.bulk import Row, insert_new_rows, insert_rows
from longpole.store.tables import run_directory, runs

_RUN_KEY, _RUN_ID = (runs.columns.keys().index(name) for name in ("run_key", "workflow_run_id"))


def insert_new_runs(connection: Connection, rows: Sequence[Row]) -> int:
    """Insert rows of `runs` whose ids and keys do not exist already; how many those were.

    Sort them by their ids: see `bulk.insert_new_rows`.
    """
    if connection.dialect.name != "postgresql":
        return insert_new_rows(connection, runs, rows)
    entries = [(row[_RUN_ID], row[_RUN_KEY]) for row in rows]
    if insert_new_rows(connection, run_directory, entries) != len(rows):
        ids = [run_id for run_id, _ in entries]
        found = connection.execute(select(run_directory).where(run_directory.c.workflow_run_id.in_(ids)))
        ours = set(map(tuple, found)).intersection(entries)
        rows = [row for row, entry in zip(rows, entries, strict=True) if entry in ours]
    insert_rows(connection, runs, rows)
    return len(rows)


def having_ids(connection: Connection, workflow_run_ids: Sequence[str]) -> ColumnElement[bool]:
    """What holds of the rows of `runs` with these ids; where there is a directory, its rows are locked."""
    if connection.dialect.name != "postgresql":
        return runs.c.workflow_run_id.in_(workflow_run_ids)
    query = select(run_directory.c.run_key).where(run_directory.c.workflow_run_id.in_(workflow_run_ids))
    keys = connection.scalars(query.order_by(run_directory.c.workflow_run_id).with_for_update()).all()
    return runs.c.run_key.in_(keys)


def forget_runs(connection: Connection, run_keys: Sequence[int]) -> None:
    """Take runs out that are deleted."""
    if connection.dialect.name == "postgresql" and run_keys:
        connection.execute(run_directory.delete().where(run_directory.c.run_key.in_(run_keys)))
