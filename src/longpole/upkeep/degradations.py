"""Looks for changes of level every ten minutes, in workflows that have new runs.

In a process beside, some seconds a turn; other tasks have theirs in between, until every workflow was looked at.

Upstream: `upkeep.tasks`. Downstream: `services.degradations`, `beside`.
"""

from longpole.domain.units import NS_PER_SECOND
from longpole.runtime import Runtime
from longpole.services import degradations
from longpole.upkeep.beside import Beside
from longpole.upkeep.scheduler import Task

_EVERY_S, _FOR_S = 600.0, 3.0
_LOOKED_AT_LATELY_S = 540
_FIRST_AFTER_NS = 120 * NS_PER_SECOND
"""Whoever has just started has better things to do."""


def tasks(runtime: Runtime) -> list[Task]:
    """What there is to do with these settings."""
    if not runtime.settings.degradations:
        return []
    beside = Beside(runtime, "degradations")
    first_ns = runtime.clock() + _FIRST_AFTER_NS

    def is_due() -> bool:
        return runtime.clock() >= first_ns and degradations.is_any_due(_LOOKED_AT_LATELY_S)

    def work() -> str | None:
        done = beside.do(look) if is_due() else None
        if not is_due():
            beside.end()
        return done

    return [Task("degradations", _EVERY_S, work, has_more=is_due, end=beside.end)]


def look() -> str | None:
    """Look for some seconds; what it came to, in words."""
    done = degradations.scan(seconds=_FOR_S, waiting_s=_LOOKED_AT_LATELY_S)
    if not done.workflows:
        return None
    workflows = "1 workflow" if done.workflows == 1 else f"{done.workflows} workflows"
    return f"looked at {workflows}: {done.opened} changes began, {done.closed} ended"
