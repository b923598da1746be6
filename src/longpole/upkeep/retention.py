"""Removes what is old every hour, and the oldest at once where the disk is nearly as full as it may be.

Upstream: `upkeep.tasks`. Downstream: `services.retention`.
"""

from longpole.runtime import Runtime
from longpole.services.retention import remove_old
from longpole.services.retention_budget import is_over_budget, keep_budget
from longpole.store.retention_facts import Removed
from longpole.upkeep.scheduler import Task

_OLD_EVERY_S = 3_600.0
_BUDGET_EVERY_S = 1.0
"""At 20,000 spans a second some 10 MB arrive in a second: little beside any budget, and looking costs nothing."""


def tasks(runtime: Runtime) -> list[Task]:
    """What there is to do with these settings."""
    old = Task("retention", _OLD_EVERY_S, lambda: _words(remove_old()))
    budget = Task("disk_budget", _BUDGET_EVERY_S, _keep_budget)
    return [old] if runtime.settings.disk_budget is None else [old, budget]


def _keep_budget() -> str | None:
    words = _words(keep_budget())
    if not is_over_budget():
        return words
    return f"{words or 'nothing may go'}; the database still holds more than its budget"


def _words(removed: Removed) -> str | None:
    return removed.words() if removed else None
