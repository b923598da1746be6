"""One process among all that share a database does the upkeep; when it dies, another takes over at once.

SQLite: a lock on a file beside the database, which the system releases when
the process ends, however it ends. PostgreSQL: an advisory lock that lives as
long as the connection which holds it.

Upstream: `upkeep.scheduler`. Source: flock(2); PostgreSQL manual, "Advisory Locks".
"""

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

_ADVISORY_LOCK = 0x4C50_5570_6B65_6570  # "LPUpkeep"


class Leadership(Protocol):
    """A claim that at most one process holds at a time."""

    def is_held(self) -> bool:
        """Claim it if nobody holds it; whether this process holds it now."""

    def release(self) -> None:
        """Give it up."""


def leadership(engine: Engine) -> Leadership:
    """The claim to the upkeep of this database."""
    if engine.dialect.name == "postgresql":
        return _AdvisoryLock(engine)
    database = engine.url.database
    return _Sole() if not database or database == ":memory:" else _FileLock(Path(f"{database}.upkeep"))


class _Sole:
    """A database in memory has one process."""

    def is_held(self) -> bool:
        return True

    def release(self) -> None:
        return


class _FileLock:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def is_held(self) -> bool:
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class _AdvisoryLock:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def is_held(self) -> bool:
        if self._connection is not None:
            if self._is_alive(self._connection):
                return True
            self.release()
        try:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            held = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        except DBAPIError:
            return False
        if not held:
            connection.close()
            return False
        self._connection = connection
        return True

    @staticmethod
    def _is_alive(connection: Connection) -> bool:
        try:
            connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def release(self) -> None:
        """Unlocked before the connection is closed: the server would notice its end a moment later."""
        if self._connection is not None:
            with contextlib.suppress(DBAPIError):
                self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
            with contextlib.suppress(DBAPIError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None
