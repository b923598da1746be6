"""Whole numbers of many rows as arrays, without a Python object for each of them: a million rows in one to two seconds.

SQLite writes a row as hexadecimal digits, sixteen a number, and all rows of a
query into one text; PostgreSQL makes an array of each column and sends it as it
has it. Either is an array as it stands.

    SQLite       0000000000000001ffffffffffffffff…       one text
    PostgreSQL   size │ header │ 8 │ number │ 8 │ …      one message, an array per column

Invariant: rows come in the order of the keys, which are given sorted, and of
one key in the order of `then_by`, as those of `quick_reads.rows_of_keys` do.

Upstream: `advice_executions`. Source: measured, processor seconds for a million rows of twenty numbers: SQLite 1.5
(as tuples of the driver 2.9), PostgreSQL 0.1 and 1.9 of the server (row by row 1.9 and 1.2). sqlite.org/printf.html;
PostgreSQL manual, `COPY`, "Binary Format"; `array_send` in its source.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.exc import OperationalError

from longpole.store.columns import Ints
from longpole.store.quick_reads import array, of_each, sql_of
from longpole.store.values import MAX_BIGINT

UNKNOWN = -1
"""In the place of NULL, where numbers are 0 and more."""
NO_INSTANT = -MAX_BIGINT
"""In the place of NULL where they may be below 0."""
_HEADER_BYTES = 19 + 2
"""Of a binary copy, and how many fields its only row has."""
_ARRAY_HEADER_BYTES = 20
_ELEMENT = np.dtype([("size", ">i4"), ("number", ">i8")])
_NO_ELEMENTS = np.empty(0, dtype=_ELEMENT)


@dataclass(frozen=True)
class Numbers:
    """Which numbers are read of the rows of a table: by the key that it is clustered by, in the order of `then_by`."""

    key: Column[int]
    then_by: Column[Any]
    columns: tuple[ColumnElement[Any], ...]

    def of_keys(self, connection: Connection, keys: Sequence[int]) -> list[Ints]:
        """An array per column, for keys in their order; some thousand at a time, or memory may not suffice."""
        if not keys:
            return [np.empty(0, dtype=np.int64) for _ in self.columns]
        if connection.dialect.name == "postgresql":
            return self._copied(connection, keys)
        return self._spelt(connection, keys)

    def _spelt(self, connection: Connection, keys: Sequence[int]) -> list[Ints]:
        head, tail = _sqlite_sql(self, connection.dialect)
        sql = f"{head} IN ({','.join(map(str, keys))}) {tail}"
        spelt = connection.exec_driver_sql(sql).scalar()
        rows = np.frombuffer(bytes.fromhex(spelt or ""), dtype=">i8").reshape(-1, len(self.columns))
        return [rows[:, place].astype(np.int64) for place in range(len(self.columns))]

    def _copied(self, connection: Connection, keys: Sequence[int]) -> list[Ints]:
        sent = _binary(connection, _postgresql_sql(self, connection.dialect).replace(_KEYS, array(keys)))
        found: list[Ints] = []
        at = _HEADER_BYTES
        for _ in self.columns:
            size = int.from_bytes(sent[at : at + 4], "big", signed=True)  # below 0: there are no rows
            count = max(size - _ARRAY_HEADER_BYTES, 0) // _ELEMENT.itemsize
            elements = np.frombuffer(sent, _ELEMENT, count, at + 4 + _ARRAY_HEADER_BYTES) if count else _NO_ELEMENTS
            found.append(elements["number"].astype(np.int64))
            at += 4 + max(size, 0)
        return found


def known(column: ColumnElement[Any], otherwise: int = UNKNOWN) -> ColumnElement[int]:
    """A number; another in its place where it is NULL."""
    return func.coalesce(column, literal_column(str(otherwise)))


@lru_cache
def _sqlite_sql(asked: Numbers, dialect: Dialect) -> tuple[str, str]:
    """What comes before the keys, and after them."""
    named = [column.label(f"n{place}") for place, column in enumerate(asked.columns)]
    names = ",".join(f"n{place}" for place in range(len(named)))
    spelt = f"SELECT group_concat(printf('{'%016llx' * len(named)}',{names}),'') FROM"
    head = f"{spelt} ({sql_of(select(*named), dialect)} WHERE {asked.key.name}"
    return head, f"ORDER BY {asked.key.name}, {asked.then_by.name})"


_KEYS = "{keys}"


@lru_cache
def _postgresql_sql(asked: Numbers, dialect: Dialect) -> str:
    named: list[Any] = [cast(column, BigInteger).label(f"n{place}") for place, column in enumerate(asked.columns)]
    of_one = f"{sql_of(select(*named), dialect)} WHERE {asked.key.name}"
    asks = of_each(of_one, f" ORDER BY {asked.then_by.name}", f"'{_KEYS}'")
    arrays = ", ".join(f"array_agg(n{place})" for place in range(len(named)))
    return f"COPY (SELECT {arrays} FROM ({asks}) AS every) TO STDOUT (FORMAT BINARY)"  # noqa: S608 - our own query


def _binary(connection: Connection, sql: str) -> bytes:
    driver: Any = connection.connection.driver_connection
    dialect: Any = connection.dialect
    try:
        with driver.cursor() as cursor, cursor.copy(sql) as copy:
            return b"".join(copy)
    except dialect.loaded_dbapi.OperationalError as error:
        raise OperationalError(sql, None, error) from error
