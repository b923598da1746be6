"""Nodes that run because nothing was found for them: since when, and under which key their result will be stored.

They are told apart by the object that their result is written to, as LangGraph
stores that very object: two nodes with the same key are two. Who never stores
(he failed) is forgotten when LangGraph forgets him.

Upstream: `cache`.
"""

import threading
import time
import weakref
from dataclasses import dataclass
from typing import Any

from longpole.integrations.langgraph.tasks import Task
from longpole.services.cache_calls import Found


@dataclass(frozen=True, slots=True)
class Pending:
    """A node that runs: what was asked for it, and since when by the clock and by the counter."""

    task: Task
    found: Found
    start_ns: int
    counted_ns: int

    def elapsed_ns(self) -> int:
        """How long it has run."""
        return time.perf_counter_ns() - self.counted_ns


class PendingNodes:
    """Those of one cache. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a reference may end while it is held
        self._by_writes: dict[int, tuple[weakref.ref[Any], Pending]] = {}

    def add(self, task: Task, found: Found) -> None:
        """A node begins to run."""
        if task.writes is None:
            return
        mine = id(task.writes)
        pending = Pending(task, found, time.time_ns(), time.perf_counter_ns())
        with self._lock:
            self._by_writes[mine] = (weakref.ref(task.writes, lambda _gone: self._forget(mine)), pending)

    def knows(self, task: Task) -> bool:
        """Whether this node runs already: LangGraph asks again for those at every turn."""
        return task.writes is not None and self._find(task.writes) is not None

    def take(self, writes: Any) -> Pending | None:
        """The node whose result this is; it runs no more."""
        with self._lock:
            pending = self._find(writes)
            if pending is not None:
                self._forget(id(writes))
            return pending

    def _find(self, writes: Any) -> Pending | None:
        with self._lock:
            found = self._by_writes.get(id(writes))
            return found[1] if found is not None and found[0]() is writes else None

    def _forget(self, mine: int) -> None:
        with self._lock:
            self._by_writes.pop(mine, None)
