"""Analyses each workflow once a day, and goes back to advice that was followed.

One workflow a turn, in a process of its own that gives way to all others: what
takes telemetry in does not wait for arithmetic. The process ends when there is
nothing to do, as it takes memory.

Upstream: `upkeep.tasks`. Downstream: `services.advice_upkeep`, `processes.helper`.
"""

import logging
import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from longpole import runtime as running
from longpole.domain.units import NS_PER_HOUR, NS_PER_SECOND
from longpole.processes.helper import HelperEndedError, HelperProcess
from longpole.runtime import Runtime
from longpole.services.advice_upkeep import analyse, due, has_unverified, verify_some
from longpole.settings import Settings
from longpole.upkeep.scheduler import Task

_EVERY_S, _VERIFY_EVERY_S = 20.0, 300.0
"""Three workflows a minute are four thousand a day."""
_FIRST_AFTER_NS = 60 * NS_PER_SECOND
"""Whoever has just started has better things to do."""
_LONGEST_S = 120.0
_NICE = 10

_log = logging.getLogger(__name__)


def tasks(runtime: Runtime) -> list[Task]:
    """What there is to do with these settings."""
    if not runtime.settings.advice:
        return []
    beside = _Beside(runtime)
    turns = _Turns(runtime, beside)
    return [
        Task("advice", _EVERY_S, turns.work, end=beside.end),
        Task("advice_verification", _VERIFY_EVERY_S, lambda: beside.do(verify_some) if has_unverified() else None),
    ]


class _Turns:
    """The workflows that wait, one a turn; looked for anew hourly."""

    def __init__(self, runtime: Runtime, beside: "_Beside") -> None:
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


class _Beside:
    """A process while it is needed; the same work here where there can be none."""

    def __init__(self, runtime: Runtime) -> None:
        self._settings = runtime.settings
        self._can_help = runtime.clock is time.time_ns and ":memory:" not in runtime.settings.database_url
        self._helper: HelperProcess | None = None

    def do(self, work: Callable[[], str | None]) -> str | None:
        """What the work says that it did; nothing where it took too long."""
        if not self._can_help:
            return work()
        helper = self._helper = self._helper or HelperProcess(_begin, self._settings.model_dump(), longest_s=_LONGEST_S)
        try:
            return helper.do(work)
        except HelperEndedError as ended:
            if not helper.is_closed:
                _log.warning("upkeep: advice: %s", ended)
            return None

    def end(self) -> None:
        """End the process, within some seconds."""
        helper, self._helper = self._helper, None
        if helper is not None:
            helper.close()


def _begin(settings: dict[str, Any]) -> None:
    """In the process beside: work on the same database, after all others."""
    with suppress(OSError):
        os.nice(_NICE)
    running.install(Runtime(Settings(**settings)))
