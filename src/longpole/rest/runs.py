"""`/runs` and `…/runs`: the single runs that every figure can be opened down to."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from longpole import runtime
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, RunId, WorkflowId
from longpole.rest.schemas.run_query import RunQuery
from longpole.rest.schemas.runs import AsOf, Runs, WholeRun, WholeRuns, lines

if TYPE_CHECKING:
    from longpole.services import runs as service
else:
    service = Deferred("longpole.services.runs")

router = APIRouter(tags=["runs"], route_class=StrictJsonRoute, responses=problems.documented())

TraceId = Annotated[
    str,
    Query(
        pattern="^[0-9a-fA-F]{32}$", description="32 hexadecimal digits.", examples=["4bf92f3577b34da6a3ce929d0e0e4736"]
    ),
]


@router.get("/apps/{app_id}/workflows/{workflow_id}/runs")
def list_workflow_runs(app_id: AppId, workflow_id: WorkflowId, query: Annotated[RunQuery, Query()]) -> Runs:
    """The newest runs of the workflow, without their nodes."""
    as_of = AsOf.now(runtime.current())
    page = service.list_runs(app_id, workflow_id, query.filters(as_of), query.limit, query.cursor)
    return Runs(items=lines(page.items, as_of), next_cursor=page.next_cursor)


@router.get("/runs")
def list_trace_runs(trace_id: TraceId) -> WholeRuns:
    """The runs of one trace, whole, in any application. Mostly one; none where the trace is unknown or no run."""
    as_of = AsOf.now(runtime.current())
    return WholeRuns(items=tuple(WholeRun.whole(each, as_of) for each in service.runs_of_trace(trace_id.lower())))


@router.get("/runs/{workflow_run_id}", responses=problems.documented(404))
def get_run(workflow_run_id: RunId) -> WholeRun:
    """One run, whole."""
    return WholeRun.whole(service.get_run(workflow_run_id), AsOf.now(runtime.current()))


@router.delete("/runs/{workflow_run_id}", status_code=204, responses=problems.documented(404))
def delete_run(workflow_run_id: RunId) -> None:
    """Forget a run and all that is known of it."""
    service.delete_run(workflow_run_id)
