"""`…/performance/compare`: two versions, periods or kinds of runs side by side."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from longpole.domain import comparisons
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, WorkflowId
from longpole.rest.schemas.compare import CompareQuery, ComparisonAnswer

if TYPE_CHECKING:
    from longpole.services import compare as service
else:
    service = Deferred("longpole.services.compare")

router = APIRouter(
    prefix="/apps/{app_id}/workflows/{workflow_id}/performance",
    tags=["performance"],
    route_class=StrictJsonRoute,
    responses=problems.documented(),
)


@router.get("/compare", response_model=ComparisonAnswer)
def get_comparison(
    app_id: AppId, workflow_id: WorkflowId, asked: Annotated[CompareQuery, Query()]
) -> comparisons.Comparison:
    """Two versions, periods or kinds of runs side by side, with intervals and verdicts.

    Without a period: the last 30 days of a version, else the last 7, and the 7 before. An unknown workflow has
    too few runs.
    """
    return service.compare(
        app_id,
        workflow_id,
        asked.side_a(),
        asked.side_b(),
        repeated=asked.repeated,
        expected_share=asked.expected_share,
    )
