"""PostgreSQL: tables by day, so that a day is removed in a moment and its space is free at once.

    runs ─┬─ runs_20261124
          ├─ runs_20261125      keys made on that day, UTC
          ├─ …                  made some days ahead
          └─ runs_default       whatever belongs to no day that was made, and what outlives its day

A day takes its rows out of the default when it is made. Whoever changes the
parts of a table must lock it for a moment; that is given up at once where it
would have to wait, since everybody else would wait behind it.

Upstream: `upkeep.partitions`, `services.retention`. Downstream: the tables.
Source: PostgreSQL manual, "Table Partitioning"; `LOCK`, "lock_timeout".
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from longpole.domain.units import NS_PER_DAY, instant, instant_ns
from longpole.store.keys import first_key_at

PARTITIONED = {
    "runs": "run_key",
    "node_executions": "run_key",
    "node_attempts": "run_key",
    "trace_chunks": "chunk_key",
}
"""Table → the key whose day says in which partition a row is."""

_LOCK_WAIT_MS = 50
_DAY = re.compile(rf"({'|'.join(PARTITIONED)})_(\d{{8}})")
_PARTITION = re.compile(rf"({'|'.join(PARTITIONED)})_(\d{{8}}|default)")


def compared_on(dialect_name: str) -> Callable[..., bool]:
    """For Alembic: what to compare with a database; partitions, and what only the other kind has, are left out."""

    def is_compared(item: Any, name: str | None, kind: str, is_reflected: bool, _other: Any) -> bool:  # noqa: FBT001 - its signature
        if is_reflected:
            return not (kind == "table" and name and _PARTITION.fullmatch(name))
        return item.info.get("only_on", dialect_name) == dialect_name if kind in {"table", "index"} else True

    return is_compared


def is_partitioned(connection: Connection) -> bool:
    """Whether there are partitions at all."""
    return connection.dialect.name == "postgresql"


def day_of(at_ns: int) -> date:
    """The UTC day of an instant."""
    return instant(at_ns).date()


def begin_of(day: date) -> int:
    """The first instant of a UTC day, nanoseconds since the epoch."""
    return instant_ns(datetime(day.year, day.month, day.day, tzinfo=UTC))


def bounds(day: date) -> tuple[int, int]:
    """The first key of a day, and that of the next."""
    begin = begin_of(day)
    return first_key_at(begin), first_key_at(begin + NS_PER_DAY)


def days(connection: Connection, table: str) -> list[date]:
    """The days for which a table has a partition, the oldest first."""
    query = text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:parent AS regclass)")
    names = connection.scalars(query, {"parent": table})
    found = (_DAY.fullmatch(name) for name in names)
    return sorted(datetime.strptime(each[2], "%Y%m%d").replace(tzinfo=UTC).date() for each in found if each)


def make_day(connection: Connection, table: str, day: date) -> None:
    """Make a partition of a day that has none, with those rows of the default that belong into it.

    Raises:
        StorageUnavailableError: The table is in use for longer than others should wait; try again.
    """
    key = PARTITIONED[table]
    name, (low, high) = _name(table, day), bounds(day)
    like = f"LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE"
    _run(connection, f"CREATE TABLE {name} ({like})")
    _wait_no_longer(connection)
    _run(connection, f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE")
    _run(
        connection,
        f"WITH moved AS (DELETE FROM {table}_default WHERE {key} >= {low} AND {key} < {high} RETURNING *) "  # noqa: S608 - names and numbers of our own
        f"INSERT INTO {name} SELECT * FROM moved",
    )
    _run(connection, f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})")


def count_rows(connection: Connection, table: str, day: date, kept_keys: Sequence[int] = ()) -> int:
    """How many rows a day has, without those with `kept_keys`."""
    count = f"SELECT count(*) FROM {_name(table, day)} WHERE NOT {PARTITIONED[table]} = ANY(CAST(:kept AS bigint[]))"  # noqa: S608 - names of our own
    return connection.scalar(text(count), {"kept": list(kept_keys)}) or 0


def drop_day(connection: Connection, table: str, day: date, kept_keys: Sequence[int] = ()) -> None:
    """Remove the partition of a day; rows with `kept_keys` go on in the default.

    Raises:
        StorageUnavailableError: The table is in use for longer than others should wait; try again.
    """
    key, name = PARTITIONED[table], _name(table, day)
    if table == "runs":
        _forget_directory(connection, day, kept_keys)
    if table == "trace_chunks":
        _forget_lost_traces(connection, day)
    _wait_no_longer(connection)
    _run(connection, f"ALTER TABLE {table} DETACH PARTITION {name}")
    if kept_keys:
        again = f"INSERT INTO {table} SELECT * FROM {name} WHERE {key} = ANY(:keys)"  # noqa: S608 - names of our own
        connection.execute(text(again), {"keys": list(kept_keys)})
    _run(connection, f"DROP TABLE {name}")


def kept_runs(connection: Connection, day: date, from_ns: int) -> list[int]:
    """Keys of the runs first seen on a day that count for an instant or later, wherever they are now."""
    low, high = bounds(day)
    query = text("SELECT run_key FROM runs WHERE run_key >= :low AND run_key < :high AND period_ns >= :from_ns")
    return list(connection.scalars(query, {"low": low, "high": high, "from_ns": from_ns}))


def _forget_directory(connection: Connection, day: date, kept_keys: Sequence[int]) -> None:
    low, high = bounds(day)
    gone = text(
        "DELETE FROM run_directory WHERE run_key >= :low AND run_key < :high "
        "AND NOT run_key = ANY(CAST(:kept AS bigint[]))"
    )
    connection.execute(gone, {"low": low, "high": high, "kept": list(kept_keys)})


def _forget_lost_traces(connection: Connection, day: date) -> None:
    """Payloads and links of traces of which nothing arrived on another day."""
    low, high = bounds(day)
    for table in ("run_traces", "span_contents"):
        connection.execute(
            text(
                f"DELETE FROM {table} WHERE trace_id IN (SELECT trace_id FROM {_name('trace_chunks', day)}) AND NOT "  # noqa: S608 - names of our own
                f"EXISTS (SELECT 1 FROM trace_chunks AS other WHERE other.trace_id = {table}.trace_id "
                "AND (other.chunk_key < :low OR other.chunk_key >= :high))"
            ),
            {"low": low, "high": high},
        )


def _wait_no_longer(connection: Connection) -> None:
    """From here to the end of the transaction give up rather than wait for a lock."""
    _run(connection, f"SET LOCAL lock_timeout = '{_LOCK_WAIT_MS}ms'")


def _run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


def _name(table: str, day: date) -> str:
    return f"{table}_{day:%Y%m%d}"


def next_days(at_ns: int, count: int) -> list[date]:
    """The day of an instant, and `count` more."""
    return [day_of(at_ns) + timedelta(days=number) for number in range(count + 1)]
