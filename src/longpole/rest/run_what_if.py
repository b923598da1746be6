"""`/runs/…/what-if`: one run's time as a function of the time of one of its nodes."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response

from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.compressed import json_answer
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import RunId
from longpole.rest.schemas.run_what_if import RunWhatIf, RunWhatIfQuery, answer

if TYPE_CHECKING:
    from longpole.services import run_what_if as service
else:
    service = Deferred("longpole.services.run_what_if")

router = APIRouter(tags=["runs"], route_class=StrictJsonRoute, responses=problems.documented(404))


@router.get("/runs/{workflow_run_id}/what-if", response_model=RunWhatIf)
def get_run_what_if(workflow_run_id: RunId, asked: Annotated[RunWhatIfQuery, Query()]) -> Response:
    """When the run would have ended if a node had taken 0 to 2 times its time, by replaying it.

    Where that cannot be said `declined` says why.
    """
    found = service.run_what_if(workflow_run_id, node_execution_id=asked.node_execution_id, node_id=asked.node_id)
    return json_answer(answer(found))
