"""`…/performance/*`: where a workflow's time and money go."""

from fastapi import APIRouter

from longpole.domain import figures
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.parameters import AppId, Days, WorkflowId
from longpole.rest.schemas.figures import Bottlenecks, Breakdown, Summary
from longpole.services.performance import WorkflowPerformanceService

router = APIRouter(
    prefix="/apps/{app_id}/workflows/{workflow_id}/performance",
    tags=["performance"],
    route_class=StrictJsonRoute,
    responses=problems.documented(),
)


@router.get("/summary", response_model=Summary)
def get_summary(app_id: AppId, workflow_id: WorkflowId, days: Days = 7) -> figures.PerformanceSummary:
    """What the period's runs come to, and how that changed.

    Runs count in the period in which they ended. An unknown workflow has empty figures.
    """
    return WorkflowPerformanceService.get_workflow_performance_summary(app_id, workflow_id, days)


@router.get("/nodes", response_model=Breakdown)
def get_nodes(app_id: AppId, workflow_id: WorkflowId, days: Days = 7) -> figures.NodeBreakdown:
    """The same by type of node and, under each type, by node."""
    return WorkflowPerformanceService.get_node_performance_breakdown(app_id, workflow_id, days)


@router.get("/bottlenecks", response_model=Bottlenecks)
def get_bottlenecks(app_id: AppId, workflow_id: WorkflowId, days: Days = 7) -> figures.Bottlenecks:
    """Nodes by their time on the critical path.

    Only what is on the critical path decides how long a run takes. Time in
    which no node ran there is reported as waiting, not blamed on a node.
    """
    return WorkflowPerformanceService.identify_bottlenecks(app_id, workflow_id, days)
