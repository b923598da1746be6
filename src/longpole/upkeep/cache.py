"""Keeps the node cache small: what has expired goes daily, and at once where there is little room left.

Upstream: `upkeep.tasks`. Downstream: `services.cache_upkeep`.
"""

from longpole.domain.units import NS_PER_DAY
from longpole.runtime import Runtime
from longpole.services.cache_upkeep import expire, forget_counts, is_nearly_full, make_room
from longpole.services.retention_pace import Pace
from longpole.upkeep.scheduler import Task

_EVERY_S, _FOR_S = 60.0, 2.0
"""Looking costs a sum over an index. Other tasks have a turn after two seconds of removing."""


def tasks(runtime: Runtime) -> list[Task]:
    """The task of a database."""
    expiry = _Expiry(runtime)
    return [Task("cache_expiry", _EVERY_S, expiry.work, lambda: expiry.has_more)]


class _Expiry:
    """Remembers when everything was last looked through: when a process begins to do the upkeep, and daily."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._due_ns = 0
        self.has_more = False

    def work(self) -> str | None:
        """Do what there is to do, for some seconds; what went, in words."""
        is_full, is_due = is_nearly_full(), self._runtime.clock() >= self._due_ns
        self.has_more = False
        if not is_full and not is_due:
            return None
        pace = Pace(seconds=_FOR_S)
        expired = expire(pace)
        evicted, evicted_bytes = make_room(pace) if is_full and is_nearly_full() else (0, 0)
        forgotten = forget_counts(pace) if is_due else 0
        self.has_more = pace.is_over
        if is_due and not self.has_more:
            self._due_ns = self._runtime.clock() + NS_PER_DAY
        if not expired and not evicted and not forgotten:
            return None
        return (
            f"removed {expired:,} expired results, evicted {evicted:,} ({evicted_bytes:,} bytes), forgot {forgotten:,} "
            f"counts; longest transaction {pace.longest_ns / 1e6:.0f} ms"
        )
