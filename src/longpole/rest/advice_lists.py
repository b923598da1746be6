"""`/recommendations`: those of all workflows, the most worth first, and one of them by its id alone.

Upstream: `routes`. Downstream: `services.advice_lists`, `services.recommendations`.
"""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from longpole.domain.advice_lists import AdviceFilters
from longpole.domain.recommendations import Category, RecommendationStatus, Severity
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import Id, RecommendationId, Text
from longpole.rest.schemas.advice_lists import AdviceList, RatedRecommendation
from longpole.rest.schemas.recommendations import Recommendation

if TYPE_CHECKING:
    from longpole.services import advice_lists, recommendations
else:
    advice_lists = Deferred("longpole.services.advice_lists")
    recommendations = Deferred("longpole.services.recommendations")

router = APIRouter(
    prefix="/recommendations",
    tags=["recommendations"],
    route_class=StrictJsonRoute,
    responses=problems.documented(),
)


@router.get("")
def list_all_recommendations(  # noqa: PLR0917 - a parameter of the query each
    app_id: Annotated[Id | None, Query(description="Only of this application.")] = None,
    workflow_id: Annotated[Id | None, Query(description="Only of workflows of this name.")] = None,
    severity: Annotated[Severity | None, Query(description="Only those of this severity.")] = None,
    category: Annotated[Category | None, Query(description="Only those of this category.")] = None,
    status: Annotated[RecommendationStatus, Query(description="Those of this status.")] = RecommendationStatus.ACTIVE,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many, the most worth.")] = 50,
    cursor: Annotated[Text | None, Query(description="`next_cursor` of the page before.")] = None,
) -> AdviceList:
    """Recommendations of all workflows, those first that are worth most in a month, and what was brought so far."""
    filters = AdviceFilters(app_id, workflow_id, severity, category, status)
    return AdviceList.model_validate(advice_lists.advice(filters, limit, cursor))


@router.get("/{recommendation_id}", responses=problems.documented(404))
def find_recommendation(recommendation_id: RecommendationId) -> RatedRecommendation:
    """One recommendation, whichever workflow it is of and whatever became of it, with what it is worth in a month."""
    found = recommendations.get(recommendation_id)
    shown = Recommendation.model_validate(found)
    return RatedRecommendation.model_validate({**shown.model_dump(), "worth": advice_lists.worth_of_one(found)})
