"""A process beside the server for arithmetic that may wait: it gives way to all others.

It is there while it is needed, as it takes memory; where there can be none
(a database in memory, a clock that is not real) the same work is done here.

Upstream: `advice`, `degradations`. Downstream: `processes.helper`.
"""

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from longpole import runtime as running
from longpole.processes.helper import HelperEndedError, HelperProcess
from longpole.runtime import Runtime
from longpole.settings import Settings

_LONGEST_S = 120.0
_NICE = 10

_log = logging.getLogger(__name__)


class Beside:
    """A process while it is needed; `name` says in the log what it was doing when it ended by mistake."""

    def __init__(self, runtime: Runtime, name: str) -> None:
        self._settings, self._name = runtime.settings, name
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
                _log.warning("upkeep: %s: %s", self._name, ended)
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
