"""What a forked child must not share with its parent is forgotten there, before anything else runs.

A connection that two processes use is a broken one, and closing it in the
child would break it for the parent: so the child lets it be, and opens its own.

SQLite in the child believes that it still has its parent's lock on the file,
and takes none. A parent that closes its last connection would then remove the
write-ahead log under the child's feet, and what the child writes would be
lost: seen with SQLite 3.40. So the child takes that lock itself.

Upstream: `cache_sqlite`, `cache_generations`, `turns`. Source: sqlite.org/howtocorrupt.html, §2.6, and os_unix.c,
which counts locks by process; libpq, "Connection Control Functions".
"""

import fcntl
import os
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakMethod

_SHARED_FIRST, _SHARED_BYTES = 0x4000_0002, 510
"""Where SQLite's readers have their lock: part of its file format."""
_TRIES, _AGAIN_S = 20, 0.005
_forgetting: list[WeakMethod[Callable[[], None]]] = []
_left_alone: list[Any] = []


def forget_in_child(method: Callable[[], None]) -> None:
    """Call this method of an object in every child that this process forks, for as long as the object lives."""
    _forgetting[:] = [each for each in _forgetting if each() is not None]
    _forgetting.append(WeakMethod(method))


def leave_alone(inherited: Any) -> None:
    """Keep something that belongs to the parent, so that nothing ever closes it here."""
    _left_alone.append(inherited)


def keep_log_of(database: str) -> None:
    """In a forked child: hold the lock that every reader of a SQLite file has, so that its log stays."""
    try:
        file = os.open(database, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return  # there is no such file, so there is no log
    for _ in range(_TRIES):
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB, _SHARED_BYTES, _SHARED_FIRST)
        except OSError:
            time.sleep(_AGAIN_S)  # the parent is closing just now
        else:
            break
    leave_alone(file)  # closing it would give up the lock


def _forget() -> None:
    for each in tuple(_forgetting):
        method = each()
        if method is not None:
            method()


os.register_at_fork(after_in_child=_forget)
