"""Results that engines elsewhere bring, and leases that they give back.

What was invalidated since a lease was given is not kept: it may be made of what
was wrong. In shadow mode a result is compared with the one that is kept.

Upstream: `rest.cache`. Downstream: `cache_leases`, `caching`.
"""

from dataclasses import dataclass
from typing import Any

from longpole import runtime
from longpole.caching.dance import Outcome, watching
from longpole.caching.policy import Mode
from longpole.caching.request import Request
from longpole.domain.errors import InvalidInputError
from longpole.domain.scopes import Scope
from longpole.domain.units import nanoseconds
from longpole.services.cache_leases import Prepared, generation_of, give_back, prepare
from longpole.services.cache_requests import Execution


@dataclass(frozen=True, slots=True)
class Deposit:
    """What became of a result; `reason` says why it is not kept, in the words of the statistics."""

    stored: bool
    reason: str | None
    cache_key: str | None


def store(
    scope: Scope,
    execution: Execution,
    cache_key: str | None,
    output: Any,
    execution_time: float,
    *,
    lease: str | None = None,
) -> Deposit:
    """Keep the result of a node that succeeded, and end its lease.

    Args:
        scope: Whose it is.
        execution: The node's execution; with an empty node type only the key is known.
        cache_key: A key of the caller's own; None: that of the execution.
        output: The result, of JSON's types.
        execution_time: Seconds that the node took.
        lease: The token under which it was made.

    Raises:
        InvalidInputError: Names what is wrong.
    """
    generation = generation_of(lease)
    prepared = prepare(scope, execution, cache_key)
    elapsed_ns = nanoseconds(execution_time)
    if prepared.request is None:
        deposit = Deposit(stored=False, reason=prepared.reason, cache_key=prepared.key)
    elif prepared.request.mode is Mode.SHADOW:
        deposit = _compared(prepared.request, output, elapsed_ns)
    else:
        deposit = _kept(prepared.request, output, elapsed_ns, generation)
    if lease is not None and prepared.key is not None and not deposit.stored:
        give_back(scope, prepared.key, lease)
    return deposit


def release(scope: Scope, execution: Execution, cache_key: str | None, lease: str | None) -> Deposit:
    """Give a lease back: the node failed, or will not run.

    Raises:
        InvalidInputError: Names what is wrong.
    """
    if lease is None:
        raise InvalidInputError("lease", "is needed to give it back")
    generation_of(lease)
    prepared = Prepared(cache_key, None) if cache_key is not None else prepare(scope, execution, None)
    if prepared.key is not None:
        give_back(scope, prepared.key, lease)
    return Deposit(stored=False, reason="released", cache_key=prepared.key)


def _kept(request: Request, output: Any, elapsed_ns: int, generation: int | None) -> Deposit:
    cache = runtime.current().cache
    kept = cache.keep(request, output, elapsed_ns, generation)
    if kept.is_stored:
        cache.held.end((request.scope, request.key))
    return Deposit(kept.is_stored, kept.reason, request.key)


def _compared(request: Request, output: Any, elapsed_ns: int) -> Deposit:
    steps = watching(runtime.current().cache, request)
    next(steps)
    try:
        steps.send(Outcome(output, elapsed_ns=elapsed_ns))
    except StopIteration:
        return Deposit(stored=False, reason=Mode.SHADOW.value, cache_key=request.key)
    raise AssertionError("there is nothing more to do after a result")
