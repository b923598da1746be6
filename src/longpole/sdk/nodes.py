"""`longpole.node` and `longpole.cached_node`: functions whose calls are node executions, with and without a cache.

    @longpole.cached_node(node_type="llm", ttl=3600)
    def summarise(text: str) -> str: …

A call is looked up, or runs, and either is recorded in the same call. What the
function raises comes out unchanged; what goes wrong in the cache does not.

Upstream: users. Downstream: `executions`, `transport`.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial, wraps
from typing import Any, TypeVar, cast

from longpole.sdk.code_version import code_version
from longpole.sdk.configuration import transport
from longpole.sdk.durations import Duration, hours
from longpole.sdk.executions import Execution
from longpole.sdk.functions import arguments, name_of, refuse_generators
from longpole.sdk.once import Once, OnceAsync
from longpole.sdk.transport import Answer, Ask, CostOf
from longpole.sdk.unheard import grumble

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(slots=True)
class _Node:
    """A decorated function; `asks` is what its cache is asked, but for the inputs."""

    function: Callable[..., Any]
    node_id: str
    node_type: str
    cost: Decimal | float | CostOf | None
    asks: Ask | None = None
    key: Callable[..., Any] | None = None
    _signature: inspect.Signature | None = field(default=None, init=False)

    def ask(self, execution: Execution, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Ask:
        """What the cache is asked for a call."""
        assert self.asks is not None, "a node that is not cached asks nothing"
        if self._signature is None:
            self._signature = inspect.signature(self.function)
        if self.asks.version is None:
            self.asks = replace(self.asks, version=code_version(self.function))
        given = self.key(*args, **kwargs) if self.key is not None else arguments(self._signature, args, kwargs)
        return replace(self.asks, app_id=execution.run.app_id, workflow_id=execution.run.workflow_id, inputs=given)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """A call of the function."""
        with Execution(self.node_id, self.node_type, self.cost) as execution:
            if self.asks is None:
                execution.output = self.function(*args, **kwargs)
                return execution.output
            run = Once(partial(self.function, *args, **kwargs))
            try:
                answer = transport().attempt(self.ask(execution, args, kwargs), run)
            except Exception as ours:  # noqa: BLE001 - what the function raises is in the answer
                grumble(ours)
                answer = run.answer()
            return _told(execution, answer)

    async def call_async(self, *args: Any, **kwargs: Any) -> Any:
        """A call of the function, which is awaited."""
        with Execution(self.node_id, self.node_type, self.cost) as execution:
            if self.asks is None:
                execution.output = await self.function(*args, **kwargs)
                return execution.output
            run = OnceAsync(partial(self.function, *args, **kwargs))
            try:
                answer = await transport().attempt_async(self.ask(execution, args, kwargs), run)
            except Exception as ours:  # noqa: BLE001 - what the function raises is in the answer
                grumble(ours)
                answer = await run.answer()
            return _told(execution, answer)


def _told(execution: Execution, answer: Answer) -> Any:
    execution.how, execution.output = answer.how, answer.value
    if answer.error is not None:
        raise answer.error
    return answer.value


def _decorated(node: _Node, function: _F) -> _F:
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def called_async(*args: Any, **kwargs: Any) -> Any:
            return await node.call_async(*args, **kwargs)

        return cast("_F", called_async)

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        return node.call(*args, **kwargs)

    return cast("_F", called)


def node(
    *, node_type: str = "code", node_id: str | None = None, cost: Decimal | float | CostOf | None = None
) -> Callable[[_F], _F]:
    """Each call of the function, sync or async, is recorded as a node execution of the run that it is in.

    Args:
        node_type: Its type: llm, tool, code, http_request, …
        node_id: The node; else the function's qualified name.
        cost: US dollars that a call costs, or a function that tells them by the result.

    Raises:
        TypeError: What it decorates is a generator.
    """

    def decorate(function: _F) -> _F:
        refuse_generators(function, "node")
        return _decorated(_Node(function, node_id or name_of(function), node_type, cost), function)

    return decorate


def cached_node(
    *,
    node_type: str = "code",
    ttl: Duration | None = None,
    node_id: str | None = None,
    config: Mapping[str, Any] | None = None,
    version: str | None = None,
    key: Callable[..., Any] | None = None,
    tags: Sequence[str] = (),
    stale_while_revalidate: Duration | None = None,
    stale_if_error: Duration | None = None,
    mode: str | None = None,
    min_seconds: float = 0.0,
    cost: Decimal | float | CostOf | None = None,
) -> Callable[[_F], _F]:
    """Calls of the function, sync or async, with the same inputs are served from the cache; each is recorded.

    A call is recorded as a node execution of the run that it is in, with
    `is_cached`, and the time that this call took. Of all calls with the same
    inputs at the same time one runs. What has no key (an argument that is none
    of JSON's types) runs, and is counted as bypassed.

    Args:
        node_type: Its type, which decides how long results are fresh, and whether they may be kept.
        ttl: Seconds, or a timedelta, that a result is fresh; else as `config` or the type says.
        node_id: The node; else the function's qualified name.
        config: What the node is set up with (a model, a prompt); a part of the key.
        version: Of the code; else a digest of it, so that edited code has other keys.
        key: Gets the arguments and gives what is to stand for them in the key; of a method it gets `self` as well.
        tags: What results can be invalidated by, beside the node.
        stale_while_revalidate: How much longer a result may be served while it is made anew.
        stale_if_error: How much longer it may be served if the function raises.
        mode: on, shadow (look up, run all the same, compare) or off.
        min_seconds: Results that took no longer are not kept.
        cost: US dollars that a call costs, or a function that tells them by the result.

    Raises:
        TypeError: What it decorates is a generator, or a duration is none.
        ValueError: A duration is negative.
    """
    asks = Ask(
        "", "", node_type, "", None, config, version, hours(ttl, "ttl"),
        hours(stale_while_revalidate, "stale_while_revalidate"), hours(stale_if_error, "stale_if_error"),
        tuple(tags), mode, min_seconds, cost,
    )  # fmt: skip

    def decorate(function: _F) -> _F:
        refuse_generators(function, "cached_node")
        name = node_id or name_of(function)
        return _decorated(_Node(function, name, node_type, cost, replace(asks, node_id=name), key), function)

    return decorate
