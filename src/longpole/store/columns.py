"""Columns of many rows as arrays: a few bytes a value, however many rows there are.

Numbers that may be unknown are floats, with NaN for NULL (whole to 2⁵³, which
is 104 days of nanoseconds); keys are 64-bit integers.

Upstream: `period_reads`, `overview_reads`. Downstream: `analysis`.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, Select, cast, func, type_coerce

from longpole.domain.units import PICO_PER_USD, usd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MakeArray = Callable[[Sequence[Any]], NDArray[Any]]
_ROWS_AT_A_TIME = 20_000
STREAMED = {"stream_results": True}
"""Of one statement: set on a connection, which is changed by it, it would hold of all that comes after."""


def raw(column: ColumnElement[Any]) -> ColumnElement[int]:
    """A number as the driver gives it, whatever the column's type makes of it otherwise."""
    return type_coerce(column, Integer)


def pico_dollars(column: ColumnElement[Decimal | None], dialect_name: str) -> ColumnElement[int]:
    """Money as whole pico-dollars on either database."""
    if dialect_name == "sqlite":
        return type_coerce(column, BigInteger)
    return cast(func.trunc(type_coerce(column, BigInteger) * PICO_PER_USD), BigInteger)


def read_columns(connection: Connection, query: Select[Any], arrays: Sequence[MakeArray]) -> list[NDArray[Any]]:
    """The columns of a query, each made into an array by its function in `arrays`."""
    result = connection.execute(query, execution_options=STREAMED)
    parts: list[list[NDArray[Any]]] = [[] for _ in arrays]
    for rows in result.partitions(_ROWS_AT_A_TIME):
        for part, make, column in zip(parts, arrays, zip(*rows, strict=True), strict=True):
            part.append(make(column))
    return [np.concatenate(part) if part else make(()) for part, make in zip(parts, arrays, strict=True)]


def floats(values: Sequence[Any]) -> Floats:
    """Numbers; NaN where they are unknown."""
    return np.array(values, dtype=np.float64)


def ints(values: Sequence[int]) -> Ints:
    """Numbers that are always known."""
    return np.array(values, dtype=np.int64)


def amounts(values: Sequence[int | None]) -> Ints:
    """Pico-dollars; -1 where they are unknown, as no cost is below 0."""
    return np.array([-1 if value is None else value for value in values], dtype=np.int64)


def total_dollars(pico: Ints) -> Decimal | None:
    """The exact sum of known amounts, whatever it comes to; None where none is known."""
    known = pico[pico >= 0]
    if known.size == 0:
        return None
    nano, rest = np.divmod(known, 1_000_000_000)  # two sums that cannot overflow
    return usd(Decimal(int(nano.sum()) * 1_000_000_000 + int(rest.sum())).scaleb(-12))
