"""`…/performance/trends`: how a metric went, as a whole or by version, node, type or model."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from longpole.domain import trends as domain
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, WorkflowId
from longpole.rest.schemas.trends import TrendQuery, TrendSeries

if TYPE_CHECKING:
    from longpole.services import performance as service
else:
    service = Deferred("longpole.services.performance")

router = APIRouter(
    prefix="/apps/{app_id}/workflows/{workflow_id}/performance",
    tags=["performance"],
    route_class=StrictJsonRoute,
    responses=problems.documented(),
)


@router.get("/trends", response_model=TrendSeries)
def get_trends(app_id: AppId, workflow_id: WorkflowId, asked: Annotated[TrendQuery, Query()]) -> domain.TrendSeries:
    """How a metric went: a point for each hour, day, week or month in which something is known of it.

    An unknown workflow has no items.
    """
    return service.WorkflowPerformanceService.get_performance_trends(
        app_id, workflow_id, asked.metric, asked.period, asked.days, by=asked.by, tz=asked.tz
    )
