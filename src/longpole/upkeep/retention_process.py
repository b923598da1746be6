"""The process in which rows are removed, so that nobody waits for the interpreter while others may not write.

In the server's own each statement of a step would have to wait until ingest's
threads let it go on, several milliseconds each time, within its transaction.
It ends when there was nothing to remove for a while, as it takes memory.

Upstream: `upkeep.retention`. Downstream: `processes.helper`.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from longpole import runtime as running
from longpole.processes.helper import HelperEndedError, HelperProcess
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.disk_usage import leave_log

_IDLE_S = 60.0

_log = logging.getLogger(__name__)


class RetentionProcess:
    """A process while it is needed, for one thread; the same work here where there can be none.

    `took_s` is how long the last work took.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._settings = runtime.settings
        self._can_help = runtime.clock is time.time_ns and ":memory:" not in runtime.settings.database_url
        self._helper: HelperProcess | None = None
        self._used_at = self.took_s = 0.0

    def do(self, work: Callable[[], str | None]) -> str | None:
        """What the work says that it did."""
        begun = time.monotonic()
        try:
            return self._do(work) if self._can_help else work()
        finally:
            self._used_at = time.monotonic()
            self.took_s = self._used_at - begun

    def _do(self, work: Callable[[], str | None]) -> str | None:
        if self._helper is None:
            self._helper = HelperProcess(_begin, self._settings.model_dump())
        try:
            return self._helper.do(work)
        except HelperEndedError as ended:
            _log.warning("upkeep: %s", ended)
            return None  # the next round does the rest

    def end_if_idle(self) -> None:
        """End the process if there was nothing to do for a while: it takes memory."""
        if time.monotonic() - self._used_at > _IDLE_S:
            self.end()

    def end(self) -> None:
        """End the process, within some seconds; who waits for it is told that it ended."""
        helper, self._helper = self._helper, None
        if helper is not None:
            helper.close()


def _begin(settings: dict[str, Any]) -> None:
    """In the process beside: work on the same database."""
    on = Runtime(Settings(**settings))
    leave_log(on.engine)
    running.install(on)
