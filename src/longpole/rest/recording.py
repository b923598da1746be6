"""`POST …/runs`: recording without telemetry, for engines in any language."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import SkipValidation

from longpole import runtime
from longpole.domain.errors import InvalidInputError
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.parameters import AppId, WorkflowId
from longpole.rest.schemas.recording import Recorded, RunReport
from longpole.rest.schemas.runs import AsOf, RunLine
from longpole.services import recording as service

router = APIRouter(tags=["runs"], route_class=StrictJsonRoute, responses=problems.documented())


@router.post("/apps/{app_id}/workflows/{workflow_id}/runs", responses=problems.documented(400, 413, 415))
def record_run(
    app_id: AppId, workflow_id: WorkflowId, report: Annotated[RunReport, SkipValidation, Body()]
) -> Recorded:
    """Store a run with its nodes.

    The same report again changes nothing, a later one replaces. Good nodes are
    stored, the others are told of; where something is wrong with the run
    itself nothing is stored, and the answer is 422.
    """
    if not isinstance(report, Mapping):
        raise InvalidInputError("body", "must be an object")
    recorded = service.record_run(app_id, workflow_id, report)
    run = RunLine.of(recorded.run, AsOf.now(runtime.current()))
    return Recorded.model_validate({"stored": recorded.stored, "rejected": recorded.rejected, "run": run})
