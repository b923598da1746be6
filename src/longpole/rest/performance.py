"""`…/performance/*`: where a workflow's time and money go."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from longpole.domain import figures
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, WorkflowId
from longpole.rest.schemas.figure_query import FigureQuery
from longpole.rest.schemas.figures import Bottlenecks, Breakdown, Summary

if TYPE_CHECKING:
    from longpole.services import performance as service
else:
    service = Deferred("longpole.services.performance")

Asked = Annotated[FigureQuery, Query()]

router = APIRouter(
    prefix="/apps/{app_id}/workflows/{workflow_id}/performance",
    tags=["performance"],
    route_class=StrictJsonRoute,
    responses=problems.documented(),
)


@router.get("/summary", response_model=Summary)
def get_summary(app_id: AppId, workflow_id: WorkflowId, asked: Asked) -> figures.PerformanceSummary:
    """What the period's runs come to, and how that changed.

    Runs count in the period in which they ended. An unknown workflow has empty figures.
    """
    return service.WorkflowPerformanceService.get_workflow_performance_summary(
        app_id, workflow_id, asked.days, filters=asked.filters()
    )


@router.get("/nodes", response_model=Breakdown)
def get_nodes(app_id: AppId, workflow_id: WorkflowId, asked: Asked) -> figures.NodeBreakdown:
    """The same by type of node and, under each type, by node."""
    return service.WorkflowPerformanceService.get_node_performance_breakdown(
        app_id, workflow_id, asked.days, filters=asked.filters()
    )


@router.get("/bottlenecks", response_model=Bottlenecks)
def get_bottlenecks(app_id: AppId, workflow_id: WorkflowId, asked: Asked) -> figures.Bottlenecks:
    """Nodes by their time on the critical path.

    Only what is on the critical path decides how long a run takes. Time in
    which no node ran there is reported as waiting, not blamed on a node.
    """
    return service.WorkflowPerformanceService.identify_bottlenecks(
        app_id, workflow_id, asked.days, filters=asked.filters()
    )
