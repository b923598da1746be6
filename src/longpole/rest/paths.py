"""Paths are matched as they were sent, so that an id with a slash in it stays one id.

Web frameworks decode a path before they match it: `/runs/a%2Fb` becomes
`/runs/a/b`, which is another path. Here the escapes stay until a route has
matched; `parameters.Id` takes them away. Escapes of characters that never need
one are taken away at once, so that equal paths stay equal.

    sent      /apps/a%2Fb/workflows/%77%20x/runs
    matched   /apps/a%2Fb/workflows/w%20x/runs      app_id = "a/b", workflow_id = "w x"

Source: RFC 3986, §2.2 to §2.4 and §6.2.2.2.
"""

import re
import string
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset((string.ascii_letters + string.digits + "-._~").encode())


class PathsAsSent:
    """ASGI middleware that has routes see the path with its escapes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http":
            sent = scope.get("raw_path") or quote(scope["path"], safe="/").encode()
            scope = {**scope, "path": path_as_sent(sent)}
        await self._app(scope, receive, send)


def path_as_sent(raw_path: bytes) -> str:
    """The path with only those escapes that mean something. Equal for equivalent paths; idempotent."""
    return _ESCAPE.sub(_without_needless_escape, raw_path).decode("latin-1")


def _without_needless_escape(escape: re.Match[bytes]) -> bytes:
    octet = int(escape[0][1:], 16)
    return bytes([octet]) if octet in _UNRESERVED else escape[0].upper()
