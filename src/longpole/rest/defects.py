"""An error that nobody foresaw is logged by where it happened, never by what was in it.

A database quotes in its messages the row that it refused, so messages stay
out of the log: types and lines of code tell enough. The client gets an id by
which the log has it.

Upstream: `app`. Downstream: `problems`.
"""

import logging
import traceback
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from longpole.rest import problems

_log = logging.getLogger(__name__)


class Defects:
    """ASGI middleware that answers 500 where nothing was answered yet."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; log what comes back as an exception, and go on serving."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - whatever it is: it is told, and the server goes on
            instance = uuid.uuid4().urn
            _log.error("%s: %s %s failed\n%s", instance, scope["method"], scope["path"], places(error))
            if not has_begun:
                await problems.defect(instance)(scope, receive, send)


def places(error: BaseException) -> str:
    """Where an exception came from, and what it came from in turn, without any message."""
    lines = traceback.format_tb(error.__traceback__)
    lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
    if error.__cause__ is not None:
        lines += ["\nbecause of\n", places(error.__cause__)]
    return "".join(lines)
