"""A process beside the server's that takes heavy upkeep off it, so that ingest keeps its core.

Started when there is much to do, and used again from then on. It ends with
the process that started it, however that one ends. What it does is safe beside
whoever else does the same (see `services.rollups`): if it dies, nothing is lost.

Upstream: `upkeep.rollups`. Downstream: whatever function it is given.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, TypeVar

from longpole import runtime
from longpole.domain.errors import StorageUnavailableError
from longpole.runtime import Runtime
from longpole.settings import Settings

Result = TypeVar("Result")
_LOOK_EVERY_S = 1.0


class HelperProcess:
    """One process, for one caller at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool: ProcessPoolExecutor | None = None

    def do(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """What a function of a module returns there, on the same database.

        Raises:
            StorageUnavailableError: The process died; the next call starts another one.
        """
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1, get_context("spawn"), _begin, (self._settings.model_dump(), os.getpid())
            )
        try:
            return self._pool.submit(work, *arguments).result()
        except BrokenProcessPool:
            self.close()
            raise StorageUnavailableError("the helper process ended unexpectedly") from None

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _begin(settings: dict[str, Any], parent: int) -> None:
    """In the new process: work on the same database, and end when the other one has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that started this one
    threading.Thread(target=_end_with, args=(parent,), name="longpole-parent", daemon=True).start()
    runtime.install(Runtime(Settings(**settings)))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os._exit(0)
