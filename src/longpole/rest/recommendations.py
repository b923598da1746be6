"""`…/optimization/recommendations`: analysing, what stands, and what becomes of it.

An analysis may take seconds. It runs in threads of its own, few of them, so
that who asks for other things does not wait behind those who ask for advice.

Upstream: `routes`. Downstream: `services.advising`, `services.recommendations`.
"""

from typing import TYPE_CHECKING, Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Body, Query, Request

from longpole.domain import recommendations as domain
from longpole.domain.recommendations import Category, RecommendationStatus, Severity
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, RecommendationId, WorkflowId
from longpole.rest.schemas.recommendations import (
    Analysis,
    Dismissal,
    Implementation,
    Recommendation,
    Recommendations,
)

if TYPE_CHECKING:
    from longpole.services import advising
    from longpole.services import recommendations as service
else:
    advising = Deferred("longpole.services.advising")
    service = Deferred("longpole.services.recommendations")

_MOST_AT_ONCE = 4

router = APIRouter(
    prefix="/apps/{app_id}/workflows/{workflow_id}/optimization/recommendations",
    tags=["recommendations"],
    route_class=StrictJsonRoute,
    responses=problems.documented(),
)


@router.get("")
def list_recommendations(
    app_id: AppId,
    workflow_id: WorkflowId,
    severity: Annotated[Severity | None, Query(description="Only those of this severity.")] = None,
    category: Annotated[Category | None, Query(description="Only those of this category.")] = None,
    status: Annotated[RecommendationStatus, Query(description="Those of this status.")] = RecommendationStatus.ACTIVE,
) -> Recommendations:
    """The recommendations that stand, or those of another status."""
    found = service.listed(app_id, workflow_id, severity, category, status)
    return Recommendations.model_validate({"items": found})


@router.post("", responses=problems.documented(400, 413, 415))
async def analyse(
    app_id: AppId, workflow_id: WorkflowId, request: Request, analysis: Annotated[Analysis | None, Body()] = None
) -> Recommendations:
    """Analyse the workflow's runs, and return what stands now.

    It may take seconds. Who asks for the same meanwhile gets the same answer.
    Analysing twice creates nothing new.
    """
    days = (analysis or Analysis()).days
    found = await to_thread.run_sync(advising.advise, app_id, workflow_id, days, limiter=_limiter(request))
    return Recommendations.model_validate({"items": found})


def _limiter(request: Request) -> CapacityLimiter:
    state = request.app.state
    if not hasattr(state, "advice_limiter"):
        state.advice_limiter = CapacityLimiter(_MOST_AT_ONCE)
    limiter: CapacityLimiter = state.advice_limiter
    return limiter


@router.get("/{recommendation_id}", response_model=Recommendation, responses=problems.documented(404))
def get_recommendation(
    app_id: AppId, workflow_id: WorkflowId, recommendation_id: RecommendationId
) -> domain.Recommendation:
    """One recommendation with its evidence, whatever became of it."""
    return service.get(recommendation_id, app_id, workflow_id)


@router.post(
    "/{recommendation_id}/dismiss", response_model=Recommendation, responses=problems.documented(400, 404, 413, 415)
)
def dismiss_recommendation(
    app_id: AppId,
    workflow_id: WorkflowId,
    recommendation_id: RecommendationId,
    dismissal: Annotated[Dismissal | None, Body()] = None,
) -> domain.Recommendation:
    """Take a recommendation out of those that stand, saying why. It comes back if its cause gets markedly worse."""
    return service.dismiss(recommendation_id, dismissal.reason if dismissal else None, app_id, workflow_id)


@router.post(
    "/{recommendation_id}/implement", response_model=Recommendation, responses=problems.documented(400, 404, 413, 415)
)
def implement_recommendation(
    app_id: AppId,
    workflow_id: WorkflowId,
    recommendation_id: RecommendationId,
    implementation: Annotated[Implementation | None, Body()] = None,
) -> domain.Recommendation:
    """Say that a recommendation was followed. Runs from then on say what it brought: see `verification`."""
    said = implementation or Implementation()
    return service.implement(recommendation_id, said.at, said.note, app_id, workflow_id)
