"""Forgets what has become of runs once it is long enough ago that nobody goes on from there.

Upstream: `upkeep.tasks`. Downstream: `services.live_upkeep`.
"""

from longpole.runtime import Runtime
from longpole.services.live_upkeep import forget_old_changes
from longpole.services.retention_pace import Pace
from longpole.upkeep.scheduler import Task

_EVERY_S, _FOR_S = 60.0, 2.0


def tasks(_runtime: Runtime) -> list[Task]:
    """The task of a database."""
    return [Task("live_changes", _EVERY_S, _forget)]


def _forget() -> str | None:
    gone = forget_old_changes(Pace(seconds=_FOR_S))
    return f"forgot {gone:,} changes of runs" if gone else None
