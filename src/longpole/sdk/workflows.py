"""`longpole.workflow`: what happens inside is one run.

    with longpole.workflow("checkout", app_id="shop", version="7"):
        …

    @longpole.workflow("checkout")
    async def checkout(order): …

Upstream: users. Downstream: `runs`.
"""

import inspect
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import wraps
from types import TracebackType
from typing import Any, TypeVar, cast

from longpole.domain.scopes import Scope, use_scope
from longpole.sdk.configuration import scope_of
from longpole.sdk.functions import refuse_generators
from longpole.sdk.runs import Place, RunInProgress, Started, place
from longpole.sdk.unheard import grumble

_F = TypeVar("_F", bound=Callable[..., Any])


_entered: ContextVar[tuple[AbstractContextManager[RunInProgress], ...]] = ContextVar("longpole_entered", default=())
"""Runs that a `with` is in, the innermost last: one workflow may be entered by many at once."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow; each `with` of it, and each call of a function that it decorates, is a run."""

    workflow_id: str
    app_id: str | None = None
    run_id: str | None = None
    said: tuple[tuple[str, Any], ...] = ()

    def __call__(self, function: _F) -> _F:
        """A function, sync or async, each call of which is a run."""
        refuse_generators(function, "workflow")
        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def called_async(*args: Any, **kwargs: Any) -> Any:
                with self.running():
                    return await function(*args, **kwargs)

            return cast("_F", called_async)

        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            with self.running():
                return function(*args, **kwargs)

        return cast("_F", called)

    def __enter__(self) -> RunInProgress:
        running = self.running()
        _entered.set((*_entered.get(), running))
        return running.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        entered = _entered.get()
        if entered:
            _entered.set(entered[:-1])
            entered[-1].__exit__(kind, error, traceback)

    async def __aenter__(self) -> RunInProgress:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

    def running(self) -> AbstractContextManager[RunInProgress]:
        """A run, from here to the end of the block."""
        return _Running(RunInProgress(scope_of(self.app_id, self.workflow_id), self.run_id, dict(self.said)))


@dataclass(slots=True)
class _Running:
    """A run from its start to its end, and everything below it in it."""

    run: RunInProgress
    _entered: "tuple[Token[Place | None], AbstractContextManager[Scope], Started] | None" = None

    def __enter__(self) -> RunInProgress:
        scope = use_scope(self.run.app_id, self.run.workflow_id)
        scope.__enter__()
        self._entered = (place.set(Place(self.run, None)), scope, Started.now(time.perf_counter_ns))
        return self.run

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._entered is not None, "it has been entered"
        token, scope, started = self._entered
        with suppress(ValueError):  # left in another context than it was entered in: there it is not in force
            place.reset(token)
        with suppress(ValueError):
            scope.__exit__(None, None, None)
        try:
            self.run.end(started, error)
        except Exception as ours:  # noqa: BLE001 - nothing of ours raises into a program
            grumble(ours)


def workflow(
    name: str,
    *,
    app_id: str | None = None,
    run_id: str | None = None,
    version: str | None = None,
    user_id: str | None = None,
    session_id: str | None = None,
    environment: str | None = None,
    tags: Sequence[str] = (),
) -> Workflow:
    """What happens inside is a run of this workflow, and recorded when it ends.

    Nodes inside belong to it, their results are cached in its scope. It is a
    context manager (`with`, `async with`) and a decorator.

    Args:
        name: The workflow's id.
        app_id: The application; else the current scope's, that of `configure`, LONGPOLE_APP_ID or OTEL_SERVICE_NAME.
        run_id: The run's id, unique; else one is made up for each.
        version: The version of the workflow.
        user_id: Whose run it is.
        session_id: What it is a part of.
        environment: production, staging, …
        tags: Words of your own.

    Raises:
        TypeError: What it decorates is a generator.
    """
    said = {
        "workflow_version": version, "user_id": user_id, "session_id": session_id, "environment": environment,
        "tags": list(tags) or None,
    }  # fmt: skip
    return Workflow(name, app_id, run_id, tuple((key, value) for key, value in said.items() if value is not None))
