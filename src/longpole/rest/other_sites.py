"""Pages of other sites, open in the same browser, can neither read what is here nor change it.

Two ways lead from such a page to a server on loopback: a name of its own that
it lets point here (DNS rebinding), and a request that browsers send without
asking first. So a public host name is answered only where it is the one of
`LONGPOLE_PUBLIC_URL`, and a change that a browser says comes from elsewhere is
refused: `Sec-Fetch-Site` says so, and `Origin` where there is no such header
(old browsers; names without TLS). Programs are not concerned: they send neither.

Upstream: `app`. Source: W3C Fetch Metadata Request Headers; RFC 6454; RFC 6761, 6762, 9476 for names of nobody.
"""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from longpole.rest.problems import refusal

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({b"same-origin", b"none"})
_PRIVATE_ENDS = (".localhost", ".local", ".internal", ".home.arpa", ".test", ".alt")


class OtherSites:
    """ASGI middleware that refuses what pages of other sites ask for."""

    def __init__(self, app: ASGIApp, public_url: str | None) -> None:
        self._app = app
        self._public_name = urlsplit(public_url).hostname if public_url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        refused = self._refusal(scope) if scope["type"] == "http" else None
        if refused is None:
            await self._app(scope, receive, send)
        else:
            await refusal(403, refused)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        """Why it is refused; None where it is not."""
        said = dict(scope["headers"])
        if scope["method"] not in _READS and self._is_from_elsewhere(said):
            return "A page of another site may change nothing here."
        name = host_name(said.get(b"host", b"").decode("latin-1"))
        if name == self._public_name or is_private(name):
            return None
        return (
            f"This server does not know itself as {name!r}. If people reach it by that name, say so: "
            f"LONGPOLE_PUBLIC_URL=https://{name}"
        )

    def _is_from_elsewhere(self, said: dict[bytes, bytes]) -> bool:
        site, origin = said.get(b"sec-fetch-site"), said.get(b"origin")
        if site is not None:
            return site not in _OURS
        return origin is not None and not self._is_ours(origin.decode("latin-1"))

    def _is_ours(self, origin: str) -> bool:
        scheme, _, host = origin.partition("://")
        name = host_name(host)
        return scheme in {"http", "https"} and bool(name) and (name == self._public_name or is_private(name))


def host_name(host: str) -> str:
    """The name or address in a Host header, in lower case, without the port."""
    host = host.strip().lower()
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0].rstrip(".")


@lru_cache(maxsize=256)
def is_private(name: str) -> bool:
    """Whether nobody can have registered the name: an address, a name without a dot, or one of a private end."""
    if "." not in name or name.endswith(_PRIVATE_ENDS):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
