"""What a forked child must not share with its parent is forgotten there, before anything else runs.

A connection that two processes use is a broken one, and closing it in the
child would break it for the parent: so the child lets it be, and opens its own.

Upstream: `cache_backend`, `cache_generations`. Source: sqlite.org/howtocorrupt.html, §2.6; libpq, "Connection
Control Functions".
"""

import os
from collections.abc import Callable
from typing import Any
from weakref import WeakMethod

_forgetting: list[WeakMethod[Callable[[], None]]] = []
_left_alone: list[Any] = []


def forget_in_child(method: Callable[[], None]) -> None:
    """Call this method of an object in every child that this process forks, for as long as the object lives."""
    _forgetting[:] = [each for each in _forgetting if each() is not None]
    _forgetting.append(WeakMethod(method))


def leave_alone(inherited: Any) -> None:
    """Keep something that belongs to the parent, so that nothing ever closes it here."""
    _left_alone.append(inherited)


def _forget() -> None:
    for each in tuple(_forgetting):
        method = each()
        if method is not None:
            method()


os.register_at_fork(after_in_child=_forget)
