"""Executions of nodes through the cache, for those who want to know how each result came.

`WorkflowCacheService.get_or_compute` gives the result alone. Here the outcome
says whether it was a hit, and holds what the node raised: whatever is raised
here was not the node, so the caller may run it without the cache.

Upstream: `sdk`, `integrations`. Downstream: `cache_requests`, `caching.driving`.
"""

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from longpole import runtime
from longpole.caching import driving
from longpole.caching.dance import Outcome, watching
from longpole.caching.driving import Run, RunAsync
from longpole.caching.policy import Mode
from longpole.caching.request import Request
from longpole.services.cache_requests import Execution, decision, request_of, wanted

BYPASS = "bypass"
"""How a result came that was made past the cache; the statistics have the reason."""


def attempt(app_id: str, workflow_id: str, execution: Execution, run: Run) -> Outcome:
    """The outcome of a node, from the cache, or by running it in this thread.

    Raises:
        InvalidInputError: Names what the caller gave that cannot be; the node did not run.
        StorageUnavailableError: There is no database; the node did not run.
    """
    request = wanted(app_id, workflow_id, execution)
    if request is None:
        return _bypassed(driving.produced(run))
    return driving.attempt(runtime.current().cache, request, run)


async def attempt_async(app_id: str, workflow_id: str, execution: Execution, run: RunAsync) -> Outcome:
    """The same for a node that is awaited.

    Raises:
        InvalidInputError: Names what the caller gave that cannot be; the node did not run.
        StorageUnavailableError: There is no database; the node did not run.
    """
    request = wanted(app_id, workflow_id, execution)
    if request is None:
        return _bypassed(await driving.produced_async(run))
    return await driving.attempt_async(runtime.current().cache, request, run)


def _bypassed(outcome: Outcome) -> Outcome:
    return Outcome(outcome.value, outcome.error, BYPASS, outcome.elapsed_ns)


ABSENT = object()
"""What `find` has where there is nothing fresh."""


class Found(NamedTuple):
    """What there is for an execution; `generation` is that of its scope when it was looked for."""

    execution: Execution
    request: Request
    generation: int
    value: Any


def find(app_id: str, workflow_id: str, execution: Execution) -> Found | None:
    """What is kept for an execution whose engine runs and stores by itself, counted; None: the cache is to be left out.

    In shadow mode there is never a value: `keep` compares.

    Raises:
        InvalidInputError: Names what the caller gave that cannot be.
        StorageUnavailableError: There is no database.
    """
    request = wanted(app_id, workflow_id, execution)
    if request is None:
        return None
    cache = runtime.current().cache
    generation = cache.generations.of(request.scope)
    if request.mode is Mode.SHADOW:
        return Found(execution, request, generation, ABSENT)
    value = cache.get(request.scope, request.key, ABSENT)
    if value is ABSENT:
        cache.counts.add(request.counted, misses=1)
    return Found(execution, request, generation, value)


def keep(found: Found, output: Any, elapsed_ns: int, ttl_hours: float | None, cost_usd: Decimal | None) -> bool:
    """Keep the result of an execution for which nothing was found, unless something was invalidated since.

    Args:
        found: What `find` said.
        output: The result.
        elapsed_ns: How long the node took.
        ttl_hours: How long it is fresh; None: as its type says.
        cost_usd: What the node cost; None: unknown.

    Returns:
        Whether it is kept now.

    Raises:
        InvalidInputError: Names what the caller gave that cannot be.
    """
    cache, execution = runtime.current().cache, replace(found.execution, ttl_hours=ttl_hours, cost=cost_usd)
    request = request_of(found.request.scope, found.request.key, execution, decision(execution))
    if request.mode is Mode.SHADOW:
        steps = watching(cache, request)
        next(steps)
        with suppress(StopIteration):
            steps.send(Outcome(output, elapsed_ns=elapsed_ns))
        return False
    return cache.keep(request, output, elapsed_ns, found.generation).is_stored


def miss(found: Found) -> None:
    """Count one more execution that was not served."""
    runtime.current().cache.counts.add(found.request.counted, misses=1)


def refuse(found: Found, reason: str) -> None:
    """Count that a result could not be kept."""
    runtime.current().cache.counts.bypass(found.request.counted, reason)
