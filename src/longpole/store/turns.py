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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longpole.domain.errors import StorageUnavailableError

_TOO_LONG = "another thread or process has been writing for too long"


class Turns:
    """Turns to write to one database; `path` is the file that processes lock, None for a database in memory.

    `timeout_s` is how long a turn is waited for.
    """

    def __init__(self, path: Path | None, timeout_s: float) -> None:
        self._threads = threading.Lock()
        self._path = path
        self._timeout_s = timeout_s

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and have it within the block.

        Raises:
            StorageUnavailableError: If it does not come in time.
        """
        if not self._threads.acquire(timeout=self._timeout_s):
            raise StorageUnavailableError(_TOO_LONG)
        try:
            file = self._locked_file()
            try:
                yield
            finally:
                if file is not None:
                    os.close(file)
        finally:
            self._threads.release()

    def _locked_file(self) -> int | None:
        if self._path is None:
            return None
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None  # a folder that cannot be written to, or a full disk
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _Waiting(file).wait(self._timeout_s)
        except OSError:
            os.close(file)
            return None  # a file system without such locks
        return file


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
