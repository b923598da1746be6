"""How large the database is, and giving back what it does not use.

A SQLite file is made of pages; what is deleted leaves free pages that are used
again first, so a file whose oldest rows go as fast as new ones come stops
growing. Free pages at its end are given back in small steps where the file was
made with `auto_vacuum = INCREMENTAL`, which every new one is.

Upstream: `services.retention`, `services.recording`, `services.telemetry`, `services.system`, `services.observations`.
Source: sqlite.org/pragma.html; PostgreSQL manual, "Database Object Size Functions".
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, event, text

from longpole.domain.errors import StorageUnavailableError
from longpole.store.engine import outside_transactions

_INCREMENTAL = 2
_RESERVE_SHARE, _RESERVE_BYTES = 0.2, 48_000_000
"""What of a budget is left to runs of what was acknowledged, which are written yet, and to SQLite's log, which grows to
some 35 MB before it is written back: then nothing new is taken. The smaller of the two."""

_LONG_LOG_BYTES = 24_000_000
"""Writing back keeps it at 16 MiB where nobody reads for long."""


@dataclass(frozen=True, slots=True)
class DiskUsage:
    """Bytes on disk.

    Attributes:
        used_bytes: What holds something.
        reusable_bytes: What holds nothing, and is used before the database grows.
        log_bytes: SQLite's write-ahead log.
    """

    used_bytes: int
    reusable_bytes: int = 0
    log_bytes: int = 0

    @property
    def total_bytes(self) -> int:
        """What the disk holds less because of the database."""
        return self.used_bytes + self.reusable_bytes + self.log_bytes


def disk_usage(connection: Connection) -> DiskUsage:
    """How large the database is now."""
    if connection.dialect.name == "postgresql":
        return DiskUsage(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    page_size = _pragma(connection, "page_size")
    pages, free = _pragma(connection, "page_count"), _pragma(connection, "freelist_count")
    return DiskUsage((pages - free) * page_size, free * page_size, _log_bytes(connection))


def has_room(connection: Connection, budget: int | None) -> bool:
    """Whether a SQLite database may take more; PostgreSQL's size is left to retention alone, as asking takes long."""
    if budget is None or connection.dialect.name == "postgresql":
        return True
    usage = disk_usage(connection)
    return usage.used_bytes + usage.log_bytes < budget - min(_RESERVE_SHARE * budget, _RESERVE_BYTES)


def require_room(connection: Connection, budget: int | None) -> None:
    """Ask this before anything new is stored.

    Raises:
        StorageUnavailableError: The budget is used up.
    """
    if not has_room(connection, budget):
        raise StorageUnavailableError("the disk budget is used up until older runs have been removed")


def give_back(connection: Connection, pages: int) -> bool:
    """Give some free pages of a SQLite file back; whether there may be more to give."""
    if connection.dialect.name == "postgresql" or _pragma(connection, "auto_vacuum") != _INCREMENTAL:
        return False
    if _pragma(connection, "freelist_count") == 0:
        return False
    for _ in range(min(pages, _pragma(connection, "freelist_count"))):
        connection.exec_driver_sql("PRAGMA incremental_vacuum(1)")  # the driver lets it do one page at a time
    return True


def leave_log(engine: Engine) -> None:
    """Let this engine's commits not write SQLite's log back: it takes long, and others may not write meanwhile.

    Whoever says so calls `write_back` now and then.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA wal_autocheckpoint=0"))
        engine.dispose()  # connections that are open are opened anew


def write_back(engine: Engine) -> None:
    """Write SQLite's log back as far as nobody reads it, while others write."""
    if engine.dialect.name == "sqlite":
        with outside_transactions(engine, while_nobody_writes=False) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def shorten_log(engine: Engine) -> bool:
    """Write SQLite's log back and cut it off; False where somebody reads what is in it just now: try again later."""
    if engine.dialect.name == "postgresql":
        return True
    write_back(engine)  # the most of it, while others write
    with outside_transactions(engine, while_nobody_writes=True) as connection:
        wait_ms = connection.execute("PRAGMA busy_timeout").fetchone()[0]
        connection.execute("PRAGMA busy_timeout=0")  # others wait for us, so we wait for nobody
        try:
            return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            connection.execute(f"PRAGMA busy_timeout={wait_ms}")


def keep_log_short(engine: Engine) -> None:
    """Cut SQLite's log off where it has grown long. For who reads for seconds, between two of his transactions.

    While there is always a reader nobody else can: the log grows by all that is written. Where somebody writes for
    long just now, or reads as well, it is left for the next time.
    """
    if engine.dialect.name == "sqlite" and _bytes_of_log(engine) > _LONG_LOG_BYTES:
        with suppress(StorageUnavailableError):
            shorten_log(engine)


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def _log_bytes(connection: Connection) -> int:
    return _bytes_of_log(connection.engine)


def _bytes_of_log(engine: Engine) -> int:
    file = engine.url.database
    log = Path(f"{file}-wal")
    return log.stat().st_size if file and log.exists() else 0
