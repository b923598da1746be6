"""Many rows at once, by the quickest way that each driver has: tuples on SQLite, COPY on PostgreSQL.

Upstream: `run_writes`, `dimension_writes`, `recorded_nodes`. Source: measured,
see the storage benchmark: SQLAlchemy's own inserts are two to four times slower.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table

Row = tuple[Any, ...]

_COPY_FROM_ROWS = 32  # below it, the round trips of COPY cost more than they save
_VALUES_AT_ONCE = 999  # as many as every build of SQLite takes
_UNLESS_THERE = " ON CONFLICT DO NOTHING"
_NO_VALUE = float("nan")
"""What SQLite stores as NULL. Python's driver takes a float as it is, and asks of each None whether it can be adapted,
which is most of the time of an insert: 5.6 µs a node execution against 2.3."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert whole rows, in the order of the table's columns, none of which exist already."""
    if not rows:
        return
    if connection.dialect.name == "postgresql" and len(rows) >= _COPY_FROM_ROWS:
        _copy(connection, table, rows)
    elif connection.dialect.name == "sqlite":
        _insert_by_the_dozen(connection, table, rows)
    else:
        connection.exec_driver_sql(_insert(table, connection.dialect.name), list(rows))


def _insert_by_the_dozen(connection: Connection, table: Table, rows: Sequence[Row], otherwise: str = "") -> int:
    """Insert several rows a statement; how many went in, or were changed instead if `otherwise` says so.

    The driver hands the processor to other threads after each statement, and waits to get it back: beside one busy
    thread that would be up to five milliseconds a row.
    """
    counting = connection.execution_options(preserve_rowcount=True)
    at_once = _VALUES_AT_ONCE // len(table.columns)
    begin = changed = 0
    while begin < len(rows):
        while at_once > len(rows) - begin:
            at_once //= 2  # so that there are few statements, whose plans the driver keeps
        end = len(rows) - (len(rows) - begin) % at_once
        packs = [_flat(rows[first : first + at_once]) for first in range(begin, end, at_once)]
        changed += counting.exec_driver_sql(_insert(table, "sqlite", at_once) + otherwise, packs).rowcount
        begin = end
    return changed


def _flat(rows: Iterable[Row]) -> Row:
    """The values of rows one after the other, as SQLite's driver takes them quickest."""
    return tuple([_NO_VALUE if value is None else value for value in chain.from_iterable(rows)])


def insert_new_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert the rows that do not exist already; how many those were.

    A row that another transaction is inserting is waited for, so two
    transactions that insert the same rows must do it in the same order: sort
    them.
    """
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        return _insert_by_the_dozen(connection, table, rows, _UNLESS_THERE)
    sql = _insert(table, connection.dialect.name) + _UNLESS_THERE
    counting = connection.execution_options(preserve_rowcount=True)
    return counting.exec_driver_sql(sql, list(rows)).rowcount


def update_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Replace whole rows, which exist, by their primary key, which is the first column."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        _insert_by_the_dozen(connection, table, rows, _replacing(table))
    else:
        connection.exec_driver_sql(_update(table), [(*row[1:], row[0]) for row in rows])


def delete_by_key(connection: Connection, table: Table, keys: Sequence[int]) -> None:
    """Delete rows by the first column of their primary key."""
    column = next(iter(table.columns)).name
    for begin in range(0, len(keys), _VALUES_AT_ONCE):
        some = list(keys[begin : begin + _VALUES_AT_ONCE])
        is_sqlite = connection.dialect.name == "sqlite"
        condition = f"IN ({', '.join('?' * len(some))})" if is_sqlite else "= ANY(%s)"
        sql = f"DELETE FROM {table.name} WHERE {column} {condition}"  # noqa: S608 - names of our own tables
        connection.exec_driver_sql(sql, tuple(some) if is_sqlite else (some,))


def delete_rows(connection: Connection, table: Table, keys: Sequence[Row]) -> None:
    """Delete rows by the first columns of their primary key, all keys naming equally many."""
    if keys:
        mark = _mark(connection.dialect.name)
        columns = [column.name for column in table.columns][: len(keys[0])]
        condition = " AND ".join(f"{column} = {mark}" for column in columns)
        sql = f"DELETE FROM {table.name} WHERE {condition}"  # noqa: S608 - names of our own tables
        connection.exec_driver_sql(sql, list(keys))


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({_names(table)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _mark(dialect_name: str) -> str:
    return "?" if dialect_name == "sqlite" else "%s"


def _names(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


@lru_cache
def _insert(table: Table, dialect_name: str, rows: int = 1) -> str:
    marks = ", ".join([_mark(dialect_name)] * len(table.columns))
    values = ", ".join([f"({marks})"] * rows)
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES {values}"  # noqa: S608 - names of our own tables


@lru_cache
def _replacing(table: Table) -> str:
    key, *rest = (column.name for column in table.columns)
    return f" ON CONFLICT ({key}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in rest)}"


@lru_cache
def _update(table: Table) -> str:
    key, *rest = (column.name for column in table.columns)
    return f"UPDATE {table.name} SET {', '.join(f'{name} = %s' for name in rest)} WHERE {key} = %s"  # noqa: S608 - as above
