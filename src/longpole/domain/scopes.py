"""Whose cached results are in question here: an application and one of its workflows.

Nothing is ever shared between two scopes. Whoever runs a workflow says once
which it is; calls below that name none are about it.

Upstream: the SDK, users of the services. Downstream: `services.cache`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Scope(NamedTuple):
    """An application and a workflow of it."""

    app_id: str
    workflow_id: str


DEFAULT_SCOPE = Scope("default", "default")
_current: ContextVar[Scope] = ContextVar("longpole_scope", default=DEFAULT_SCOPE)


def current_scope() -> Scope:
    """The scope in use here; `DEFAULT_SCOPE` where none was said."""
    return _current.get()


@contextmanager
def use_scope(app_id: str, workflow_id: str) -> Iterator[Scope]:
    """Be in a scope within the block, in this thread or task only."""
    scope = Scope(app_id, workflow_id)
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)
