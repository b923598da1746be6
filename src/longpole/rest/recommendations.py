"""`…/optimization/recommendations`: what stands, and dismissing it."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, Query

from longpole.domain import recommendations as domain
from longpole.domain.recommendations import Category, Severity
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, RecommendationId, WorkflowId
from longpole.rest.schemas.recommendations import Dismissal, Recommendation, Recommendations

if TYPE_CHECKING:
    from longpole.services import performance as service
else:
    service = Deferred("longpole.services.performance")

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
) -> Recommendations:
    """The recommendations that stand."""
    found = service.WorkflowPerformanceService.get_active_recommendations(app_id, workflow_id, severity, category)
    return Recommendations.model_validate({"items": found})


@router.post(
    "/{recommendation_id}/dismiss", response_model=Recommendation, responses=problems.documented(400, 404, 413, 415)
)
def dismiss_recommendation(
    app_id: AppId,
    workflow_id: WorkflowId,
    recommendation_id: RecommendationId,
    dismissal: Annotated[Dismissal | None, Body()] = None,
) -> domain.Recommendation:
    """Take a recommendation out of those that stand, saying why."""
    return service.WorkflowPerformanceService.dismiss_recommendation(
        recommendation_id, dismissal.reason if dismissal else None, app_id=app_id, workflow_id=workflow_id
    )
