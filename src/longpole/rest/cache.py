"""`…/cache/*`: results of nodes that need not run again, for engines in any language, and what that saved.

Upstream: `routes`. Downstream: `services.cache`, `services.cache_potential`, `cache_leases` and `cache_deposits`.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response

from longpole.domain import cache as domain
from longpole.domain.scopes import Scope
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, CacheKey, Days, Id, WorkflowId
from longpole.rest.schemas import cache_answers as answers
from longpole.rest.schemas import cache_questions as asked
from longpole.rest.schemas.cache import Explanation, Potential, Removal, Removed, Statistics, TopNodes
from longpole.services import cache_deposits, cache_leases

if TYPE_CHECKING:
    from longpole.services import cache as service
    from longpole.services import cache_invalidation as removal
    from longpole.services import cache_potential
else:
    cache_potential = Deferred("longpole.services.cache_potential")
    removal = Deferred("longpole.services.cache_invalidation")
    service = Deferred("longpole.services.cache")

router = APIRouter(
    prefix="/apps/{app_id}/workflows/{workflow_id}/cache",
    tags=["cache"],
    route_class=StrictJsonRoute,
    responses=problems.documented(),
)
_BODY = problems.documented(400, 413, 415)


@router.get("/statistics", response_model=Statistics)
def get_cache_statistics(
    app_id: AppId,
    workflow_id: WorkflowId,
    days: Days = 7,
    node_type: Annotated[Id | None, Query(description="Only nodes of this type.")] = None,
) -> domain.CacheStatistics:
    """What the cache did in the period, from a full hour on, and what it holds now.

    Statistics outlive the entries. An unknown workflow has empty figures.
    """
    return service.WorkflowCacheService.get_cache_statistics(app_id, workflow_id, days, node_type)


@router.get("/top-nodes")
def get_top_cached_nodes(
    app_id: AppId,
    workflow_id: WorkflowId,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 10,
    days: Days = 7,
    by: Annotated[Literal["hits", "time_saved", "cost_saved"], Query(description="The order.")] = "hits",
) -> TopNodes:
    """The nodes whose results were served most."""
    found = service.WorkflowCacheService.get_top_cached_nodes(app_id, workflow_id, limit, days, by)
    return TopNodes.model_validate({"items": found})


@router.get("/potential")
def get_uncached_nodes(app_id: AppId, workflow_id: WorkflowId, days: Days = 7) -> Potential:
    """The nodes that no cache serves yet, and what one would bring: as shadow mode saw it, else as advice reckons."""
    return Potential.model_validate({"items": cache_potential.potential(Scope(app_id, workflow_id), days)})


@router.get("/entries/{cache_key}", response_model=Explanation)
def explain_key(app_id: AppId, workflow_id: WorkflowId, cache_key: CacheKey) -> domain.Explanation:
    """Whether there is a result under a key, what the key is made of, and why nodes ran past the cache."""
    return service.WorkflowCacheService.explain_key(cache_key, app_id, workflow_id)


@router.get("/invalidate", response_model=Removal)
def preview_invalidation(
    app_id: AppId, workflow_id: WorkflowId, which: Annotated[asked.Preview, Query()]
) -> domain.Removal:
    """What `POST` with the same criteria would take out now: how many entries, and their bytes. Removes nothing.

    Without a criterion the answer is 422, as there.
    """
    nothing: dict[str, Any] = dict.fromkeys(asked.CRITERIA)
    meant = nothing | which.criteria()
    return removal.measured(
        removal.criteria(app_id=app_id, workflow_id=workflow_id, everything=which.everything, **meant)
    )


@router.post("/invalidate", responses=_BODY)
def invalidate_cache(app_id: AppId, workflow_id: WorkflowId, which: asked.Invalidation) -> Removed:
    """Take out entries of this workflow that are wrong: nobody is served them any more.

    Without a criterion nothing is removed, and the answer is 422.
    """
    criteria = which.criteria()
    removed = service.WorkflowCacheService.invalidate_cache(
        app_id=app_id, workflow_id=workflow_id, everything=which.everything, **criteria
    )
    return Removed(removed=removed)


@router.get("/cleanup", response_model=Removal)
def preview_cleanup(app_id: AppId, workflow_id: WorkflowId) -> domain.Removal:
    """What `POST` would remove now: how many entries have expired, and their bytes. Removes nothing."""
    return removal.measured_expired(app_id, workflow_id)


@router.post("/cleanup")
def cleanup_expired_cache(app_id: AppId, workflow_id: WorkflowId) -> Removed:
    """Remove entries of this workflow that have expired. It is done by itself as well, daily."""
    return Removed(removed=service.WorkflowCacheService.cleanup_expired_cache(app_id=app_id, workflow_id=workflow_id))


@router.post("/lookup", response_model=answers.Hit | answers.Lease | answers.Wait | answers.Bypass, responses=_BODY)
async def look_up(app_id: AppId, workflow_id: WorkflowId, wanted: asked.Lookup, request: Request) -> Response:
    """A node's result if there is one; else a lease to make it, or a wait for who has the lease.

    Of all who ask at the same time one gets the lease. He runs the node and
    stores its result, or gives the lease back; if he is silent until it
    expires, another one gets it.
    """
    question, scope = wanted.question(), Scope(app_id, workflow_id)

    async def is_over() -> bool:
        return getattr(request.app.state, "is_leaving", False) or await request.is_disconnected()

    told = await cache_leases.lookup(scope, question, wanted.wait_seconds, is_over)
    return Response(msgspec.json.encode(_as_answer(told)), media_type="application/json")


def _as_answer(told: cache_leases.Told) -> dict[str, Any]:
    """What belongs to the state; the result goes out as the JSON that it is."""
    always = {"state", "cache_key", "node_class"}
    answer = {name: value for name, value in asdict(told).items() if value is not None or name in always}
    return answer if told.output is None else answer | {"output": msgspec.Raw(told.output)}


@router.post("/store", responses=_BODY)
def store_result(app_id: AppId, workflow_id: WorkflowId, result: asked.Store) -> answers.Stored:
    """Keep the result of a node that succeeded, in place of an earlier one; or give a lease back."""
    scope, execution = Scope(app_id, workflow_id), result.execution()
    if result.release:
        deposit = cache_deposits.release(scope, execution, result.cache_key, result.lease)
    else:
        deposit = cache_deposits.store(
            scope, execution, result.cache_key, result.output, result.seconds(), lease=result.lease
        )
    return answers.Stored.model_validate(deposit)
