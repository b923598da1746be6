"""Executions of nodes through the cache, for those who want to know how each result came.

`WorkflowCacheService.get_or_compute` gives the result alone. Here the outcome
says whether it was a hit, and holds what the node raised: whatever is raised
here was not the node, so the caller may run it without the cache.

Upstream: `sdk`. Downstream: `cache_requests`, `caching.driving`.
"""

from longpole import runtime
from longpole.caching import driving
from longpole.caching.dance import Outcome
from longpole.caching.driving import Run, RunAsync
from longpole.services.cache_requests import Execution, wanted

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
