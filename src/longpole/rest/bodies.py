"""Request bodies are strict JSON of bounded size; anything else is refused before it is looked at.

Python's own JSON reader accepts NaN, half surrogate pairs and nesting until
the stack is full; databases and other readers of the same data do not.

Upstream: every route of `rest`. Downstream: pydantic sees only plain values.
Source: RFC 8259; FastAPI's manual on custom request classes.
"""

from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

import msgspec
from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from longpole import runtime


class StrictJsonRoute(APIRoute):
    """A route whose body, if it has one, is strict JSON within the size limit."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a request that checks its body."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly


class _StrictRequest(Request):
    _whole: bytes | None = None

    async def body(self) -> bytes:
        """The body; 413 where it is too large, 415 where it is not said to be JSON."""
        if self._whole is None:
            self._whole = await self._limited(runtime.current().settings.max_body_bytes)
            if self._whole and not _is_json(self.headers.get("content-type", "")):
                raise HTTPException(415, "The body must be JSON, and the Content-Type application/json.")
        return self._whole

    async def json(self) -> Any:
        """The body's value; 400 where it is not JSON."""
        try:
            return msgspec.json.decode(await self.body())
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            reason = "nested too deeply" if isinstance(error, RecursionError) else error
            raise HTTPException(400, f"The body is not valid JSON: {reason}") from None

    async def _limited(self, limit: int) -> bytes:
        pieces, size = [], 0
        async for piece in self.stream():
            size += len(piece)
            if size > limit:
                raise HTTPException(413, f"The body is larger than {limit:,} bytes.")
            pieces.append(piece)
        return b"".join(pieces)


def _is_json(content_type: str) -> bool:
    message = Message()
    message["content-type"] = content_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (subtype == "json" or subtype.endswith("+json"))
