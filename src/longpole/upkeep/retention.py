"""Removes what is old every hour, and the oldest at once where the disk is nearly as full as it may be.

Upstream: `upkeep.tasks`. Downstream: `services.retention`, `services.retention_budget`, `retention_process`.
"""

from longpole.runtime import Runtime
from longpole.services.retention import has_old_runs, remove_old
from longpole.services.retention_budget import is_near_budget, is_over_budget, keep_budget
from longpole.store.retention_facts import Removed
from longpole.upkeep.retention_process import RetentionProcess
from longpole.upkeep.scheduler import Task

_OLD_EVERY_S, _OLD_FOR_S = 3_600.0, 10.0
_BUDGET_EVERY_S, _BUDGET_FOR_S = 1.0, 3.0
"""At 20,000 spans a second some 10 MB arrive in a second: little beside any budget, and looking costs nothing."""


def tasks(runtime: Runtime) -> list[Task]:
    """What there is to do with these settings."""
    beside = RetentionProcess(runtime)
    old = Task("retention", _OLD_EVERY_S, lambda: _remove(beside), lambda: beside.took_s >= _OLD_FOR_S, beside.end)
    budget = Task("disk_budget", _BUDGET_EVERY_S, lambda: _keep_budget(beside))
    return [old] if runtime.settings.disk_budget is None else [old, budget]


def _remove(beside: RetentionProcess) -> str | None:
    if not has_old_runs():
        beside.took_s = 0.0
        return remove()
    try:
        return beside.do(remove)
    finally:
        if beside.took_s < _OLD_FOR_S:
            beside.end()


def remove() -> str | None:
    """Remove what is old, for some seconds; what went, in words."""
    return _words(remove_old(_OLD_FOR_S))


def _keep_budget(beside: RetentionProcess) -> str | None:
    if is_near_budget():
        return beside.do(make_room)
    beside.end_if_idle()
    return None


def make_room() -> str | None:
    """Remove the oldest, for some seconds; what went, in words."""
    words = _words(keep_budget(_BUDGET_FOR_S))
    if not is_over_budget():
        return words
    return f"{words or 'nothing may go'}; the database still holds more than its budget"


def _words(removed: Removed) -> str | None:
    return removed.words() if removed else None
