"""Many rows of a query as the plain tuples that the driver makes, for what reads a hundred thousand at a time.

SQLAlchemy's rows and column types cost as much again as the reading itself;
whoever asks here takes what is in the columns as it stands.

Upstream: `rollup_raw`, `rollup_work`, `cell_reads`, `period_cells`, `advice_*`.
Source: measured, see the storage benchmark.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Select
from sqlalchemy.exc import OperationalError

Rows = list[tuple[Any, ...]]
_KEYS_PER_QUERY = 500  # any build of SQLite takes as many


def sql_of(query: Select[Any], dialect: Dialect) -> str:
    """The text of a query that has no parameters but constants."""
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def rows_of(connection: Connection, query: Select[Any]) -> Rows:
    """The rows of a query that has no parameters but constants."""
    return rows(connection, sql_of(query, connection.dialect), ())


def rows_of_keys(connection: Connection, sql: str, keys: Sequence[int], in_order_of: str = "") -> Rows:
    """The rows of a query that ends in a comparison with the keys that are wanted, such as `… WHERE run_key`.

    In no order; with `in_order_of`, such as `run_key, node_execution_id`, and `keys` sorted, in that order.
    """
    order = f" ORDER BY {in_order_of}" if in_order_of else ""
    if connection.dialect.name == "postgresql":
        return rows(connection, of_each(sql, order), (array(keys),)) if keys else []
    found: Rows = []
    for some in _portions(keys):
        found += rows(connection, f"{sql} IN ({', '.join('?' * len(some))}){order}", tuple(some))
    return found


def of_each(sql: str, order: str = "", keys: str = "%s") -> str:
    """Asks key by key, by the index: without statistics, as after an import, PostgreSQL would read the whole table."""
    each = f"{sql} = wanted.key{order} OFFSET 0"
    return f"SELECT found.* FROM unnest({keys}::bigint[]) AS wanted (key), LATERAL ({each}) AS found"  # noqa: S608 - our own query


def array(numbers: Sequence[int]) -> str:
    """Numbers in PostgreSQL's own spelling: the driver takes ten times as long to spell a list."""
    return f"{{{','.join(map(str, numbers))}}}"


def rows(connection: Connection, sql: str, parameters: tuple[Any, ...]) -> Rows:
    """The rows of a query, in the words of the database itself."""
    return plain(connection, connection.exec_driver_sql(sql, parameters), sql)


def plain(connection: Connection, result: CursorResult[Any], sql: str = "") -> Rows:
    """What a query found, in the driver's own types; `sql` is what an error says."""
    driver: Any = connection.dialect
    cursor: Any = result.cursor
    try:
        found: Rows = cursor.fetchall()
    except driver.loaded_dbapi.OperationalError as error:
        raise OperationalError(sql, None, error) from error
    result.close()
    return found


def _portions(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for begin in range(0, len(keys), _KEYS_PER_QUERY):
        yield keys[begin : begin + _KEYS_PER_QUERY]
