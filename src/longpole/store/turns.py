"""Who writes next to a SQLite file: one thread of all processes at a time, about in the order in which they came.

SQLite's own way of waiting is to look again after ever longer sleeps, which
leaves some writers waiting for a second while others pass. A thread waits here
for the other threads of its process, then for the other processes by a lock on
a file beside the database. The system gives that up when a process ends,
however it ends. Where there can be no such file, SQLite's lock is enough.

Upstream: `engine`. Source: flock(2); the design's storage sheet, §4: the longest wait of four busy writers
falls from a second to 71 ms.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from longpole.domain.errors import StorageUnavailableError
from longpole.store.forks import forget_in_child

_GLANCES, _GLANCE_S = 4, 50e-6
_TOO_LONG = "another thread or process has been writing for too long"


def turns_of(engine: Engine) -> "Turns":
    """The turns that everybody takes who writes through an engine of SQLite."""
    turns: Turns = engine.get_execution_options()["longpole_turns"]
    return turns


class Turns:
    """Turns to write to one database; `path` is the file that processes lock, None for a database in memory.

    `timeout_s` is how long a turn is waited for.
    """

    def __init__(self, path: Path | None, timeout_s: float) -> None:
        self._threads = threading.Lock()
        self._path = path
        self._timeout_s = timeout_s
        forget_in_child(self._forget)

    def _forget(self) -> None:
        """In a forked child: whoever had the turn is not here."""
        self._threads = threading.Lock()

    @contextmanager
    def turn(self, timeout_s: float | None = None) -> Iterator[None]:
        """Wait for a turn, for `timeout_s` or as long as everybody does, and have it within the block.

        Raises:
            StorageUnavailableError: If it does not come in time.
        """
        until = time.monotonic() + (self._timeout_s if timeout_s is None else timeout_s)
        threads = self._threads
        if not threads.acquire(timeout=max(0.0, until - time.monotonic())):
            raise StorageUnavailableError(_TOO_LONG)
        try:
            file = self._locked_file(max(0.0, until - time.monotonic()), is_short=timeout_s is not None)
            try:
                yield
            finally:
                if file is not None:
                    fcntl.flock(file, fcntl.LOCK_UN)  # a child that was forked meanwhile has the file open too
                    os.close(file)
        finally:
            threads.release()

    def _locked_file(self, timeout_s: float, *, is_short: bool) -> int | None:
        if self._path is None:
            return None
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None  # a folder that cannot be written to, or a full disk
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not (is_short and _soon(file)):
                _Waiting(file).wait(timeout_s)
        except OSError:
            os.close(file)
            return None  # a file system without such locks
        return file


def _soon(file: int) -> bool:
    """Whether a file is locked after a moment: among who write a row or two that is sooner than a thread could wait."""
    for _ in range(_GLANCES):
        time.sleep(_GLANCE_S)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False


class _Waiting:
    """A lock that is waited for in a thread of its own: only so can the waiting be given up."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._state = threading.Lock()
        self._is_locked = self._is_given_up = False

    def wait(self, timeout_s: float) -> None:
        """Return once the file is locked; else close it.

        Raises:
            StorageUnavailableError: If it takes longer than `timeout_s`.
        """
        waiter = threading.Thread(target=self._lock, daemon=True, name="longpole-turn")
        waiter.start()
        waiter.join(timeout_s)
        with self._state:
            self._is_given_up = not self._is_locked
        if self._is_given_up:
            raise StorageUnavailableError(_TOO_LONG)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        finally:
            with self._state:
                self._is_locked = True
                if self._is_given_up:
                    os.close(self._file)
