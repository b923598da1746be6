"""A call of a function that may be asked for its answer again without being run again.

Whatever goes wrong around a node after it ran, its result or error is kept:
nobody's function runs twice because of us.

Upstream: `nodes`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from longpole.sdk.transport import BYPASS, Answer


@dataclass(slots=True)
class Once:
    """Runs `function` when called, as often as it is called; knows the answer of the last time."""

    function: Callable[[], Any]
    _last: Answer | None = field(default=None, init=False)

    def __call__(self) -> Any:
        """Run it."""
        try:
            value = self.function()
        except Exception as error:
            self._last = Answer(error=error, how=BYPASS)
            raise
        self._last = Answer(value, how=BYPASS)
        return value

    def answer(self) -> Answer:
        """What came of it; it is run if it has not been."""
        if self._last is None:
            try:
                self()
            except Exception as error:  # noqa: BLE001 - raised again by whoever asked
                return Answer(error=error, how=BYPASS)
        assert self._last is not None, "it has just run"
        return self._last


@dataclass(slots=True)
class OnceAsync:
    """The same for a function that is awaited."""

    function: Callable[[], Awaitable[Any]]
    _last: Answer | None = field(default=None, init=False)

    async def __call__(self) -> Any:
        """Run it."""
        try:
            value = await self.function()
        except Exception as error:
            self._last = Answer(error=error, how=BYPASS)
            raise
        self._last = Answer(value, how=BYPASS)
        return value

    async def answer(self) -> Answer:
        """What came of it; it is run if it has not been."""
        if self._last is None:
            try:
                await self()
            except Exception as error:  # noqa: BLE001 - raised again by whoever asked
                return Answer(error=error, how=BYPASS)
        assert self._last is not None, "it has just run"
        return self._last
