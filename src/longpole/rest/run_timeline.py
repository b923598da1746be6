"""`/runs/…/timeline`, `/critical-path` and `/nodes/…`: one run as it is looked at."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Response

from longpole import runtime
from longpole.domain import runs as domain
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.compressed import json_answer
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import RunId
from longpole.rest.schemas.run_timeline import CriticalPath, RunTimeline, path, timeline
from longpole.rest.schemas.runs import AsOf, Node

if TYPE_CHECKING:
    from longpole.services import run_timeline as service
else:
    service = Deferred("longpole.services.run_timeline")

router = APIRouter(
    prefix="/runs/{workflow_run_id}",
    tags=["runs"],
    route_class=StrictJsonRoute,
    responses=problems.documented(404),
)

NodeExecutionId = Annotated[RunId, Path(description="The node execution; slashes in it as `%2F`.")]


@router.get("/timeline", response_model=RunTimeline)
def get_timeline(workflow_run_id: RunId) -> Response:
    """One run as a waterfall draws it: of each node execution when it was, and how it went."""
    run, drawn = service.get_timeline(workflow_run_id)
    return json_answer(timeline(run, drawn, AsOf.now(runtime.current())))


@router.get("/critical-path", response_model=CriticalPath)
def get_critical_path(workflow_run_id: RunId) -> Response:
    """Which node executions decided how long the run took, and what it waited for between them."""
    return json_answer(path(service.get_critical_path(workflow_run_id)))


@router.get("/nodes/{node_execution_id}", response_model=Node)
def get_node_execution(workflow_run_id: RunId, node_execution_id: NodeExecutionId) -> domain.NodeExecution:
    """One node execution of the run, whole."""
    return service.get_node_execution(workflow_run_id, node_execution_id)
