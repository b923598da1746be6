"""What is asked of a backend may fail, in any way: that is a miss, and after it the backend is left alone for a second.

So a workflow that meets a dead or slow backend loses a time-out a second at
most, and nobody's log fills up: one line a minute.

Upstream: `cache`.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from longpole.domain.scopes import Scope

Answer = TypeVar("Answer")
_REST_S = 1.0
_LOG_EVERY_S = 60.0
_log = logging.getLogger(__name__)


class Guard:
    """Calls one part of a backend; `failed` is told whose question failed."""

    def __init__(self, what: str, failed: Callable[[Scope], None]) -> None:
        self._what, self._failed = what, failed
        self.rests_until = self._silent_until = 0.0

    @property
    def is_resting(self) -> bool:
        """Whether nothing is asked just now."""
        return self.rests_until > 0.0 and time.monotonic() < self.rests_until

    def call(self, scope: Scope, ask: Callable[..., Answer], *arguments: Any, otherwise: Answer) -> Answer:
        """What `ask` answers; `otherwise` if it fails, or failed a moment ago."""
        if self.is_resting:
            return otherwise
        try:
            return ask(*arguments)
        except Exception as error:  # noqa: BLE001 - whatever it is, the workflow goes on
            self.note(scope, error)
            return otherwise

    def note(self, scope: Scope, error: Exception) -> None:
        """It failed: leave it alone for a while."""
        now = time.monotonic()
        self.rests_until = now + _REST_S
        self._failed(scope)
        if now >= self._silent_until:
            self._silent_until = now + _LOG_EVERY_S
            _log.warning(
                "the cache's %s did not answer (%s): its questions count as misses", self._what, type(error).__name__
            )
