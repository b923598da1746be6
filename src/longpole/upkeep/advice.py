"""Analyses each workflow once a day, and goes back to advice that was followed.

One workflow a turn, in a process of its own that gives way to all others: what
takes telemetry in does not wait for arithmetic. The process ends when there is
nothing to do, as it takes memory.

Upstream: `upkeep.tasks`. Downstream: `services.advice_upkeep`, `beside`.
"""

from collections import deque
from functools import partial

from longpole.domain.units import NS_PER_HOUR, NS_PER_SECOND
from longpole.runtime import Runtime
from longpole.services.advice_upkeep import analyse, due, has_unverified, verify_some
from longpole.upkeep.beside import Beside
from longpole.upkeep.scheduler import Task

_EVERY_S, _VERIFY_EVERY_S = 20.0, 300.0
"""Three workflows a minute are four thousand a day."""
_FIRST_AFTER_NS = 60 * NS_PER_SECOND
"""Whoever has just started has better things to do."""


def tasks(runtime: Runtime) -> list[Task]:
    """What there is to do with these settings."""
    if not runtime.settings.advice:
        return []
    beside = Beside(runtime, "advice")
    turns = _Turns(runtime, beside)
    return [
        Task("advice", _EVERY_S, turns.work, end=beside.end),
        Task("advice_verification", _VERIFY_EVERY_S, lambda: beside.do(verify_some) if has_unverified() else None),
    ]


class _Turns:
    """The workflows that wait, one a turn; looked for anew hourly."""

    def __init__(self, runtime: Runtime, beside: Beside) -> None:
        self._runtime, self._beside = runtime, beside
        self._waiting: deque[tuple[str, str]] = deque()
        self._look_at_ns = runtime.clock() + _FIRST_AFTER_NS

    def work(self) -> str | None:
        """Analyse the one that waits longest; what stands of it, in words."""
        now_ns = self._runtime.clock()
        if not self._waiting and now_ns >= self._look_at_ns:
            self._waiting.extend(due())
            self._look_at_ns = now_ns + NS_PER_HOUR
        if not self._waiting:
            self._beside.end()
            return None
        return self._beside.do(partial(analyse, *self._waiting.popleft()))
