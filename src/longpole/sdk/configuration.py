"""Where to: what the program says, else the environment, else the services of this process.

    longpole.configure(url=…)   LONGPOLE_URL     a server, over HTTP
    longpole.configure(app_id=…)  LONGPOLE_APP_ID, OTEL_SERVICE_NAME     whose runs these are

Upstream: `nodes`, `runs`. Downstream: `in_process`, `http`.
"""

import os
import threading
from importlib.util import find_spec

from longpole.domain.errors import MissingExtraError
from longpole.domain.scopes import DEFAULT_SCOPE, Scope, current_scope
from longpole.sdk.in_process import InProcess
from longpole.sdk.transport import NoTransport, Transport

_SERVER_NEEDS = ("sqlalchemy", "pydantic_settings", "msgspec")
_lock = threading.Lock()


class _Said:
    """What the program said, and what follows from it; a forked child makes connections of its own."""

    url: str | None = None
    app_id: str | None = None
    transport: tuple[str | None, Transport] | None = None


def _in_child() -> None:
    global _lock  # noqa: PLW0603 - another thread of the parent may hold it for ever
    _lock = threading.Lock()
    _Said.transport = None


os.register_at_fork(after_in_child=_in_child)


def configure(*, url: str | None = None, app_id: str | None = None) -> None:
    """Say where runs are recorded and results kept; what is None is as the environment says.

    Args:
        url: A Longpole server, `http://127.0.0.1:4318`; needs `longpole[sdk]`.
        app_id: The application of workflows that name none.

    Raises:
        MissingExtraError: httpx is not installed.
    """
    if url is not None and find_spec("httpx") is None:
        raise MissingExtraError("sdk", "A server's URL")
    with _lock:
        _Said.url, _Said.app_id, _Said.transport = url, app_id, None


def transport() -> Transport:
    """That in use."""
    url = _Said.url or os.environ.get("LONGPOLE_URL") or None
    chosen = _Said.transport
    if chosen is not None and chosen[0] == url:
        return chosen[1]
    with _lock:
        if _Said.transport is not None and _Said.transport[0] == url:  # another thread was quicker
            return _Said.transport[1]
        made = _made(url)
        _Said.transport = (url, made)
        return made


def _made(url: str | None) -> Transport:
    if url is not None:
        from longpole.sdk.http import HttpTransport  # noqa: PLC0415 - needs the extra `sdk`

        over_http: Transport = HttpTransport(url)
        return over_http
    made: Transport = InProcess() if all(map(find_spec, _SERVER_NEEDS)) else NoTransport()
    return made


def scope_of(app_id: str | None, workflow_id: str | None) -> Scope:
    """The scope of a run that says so much of it: else the current one, else the program's application."""
    here = current_scope()
    app = app_id or (here.app_id if here.app_id != DEFAULT_SCOPE.app_id else _app_id() or here.app_id)
    return Scope(app, workflow_id or here.workflow_id)


def _app_id() -> str | None:
    return _Said.app_id or os.environ.get("LONGPOLE_APP_ID") or os.environ.get("OTEL_SERVICE_NAME") or None
