"""`POST …/runs`: recording without telemetry, for engines in any language."""

from collections.abc import Mapping
from typing import Annotated, Any

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


@router.post("/apps/{app_id}/workflows/{workflow_id}/runs", responses=problems.documented(400, 409, 413, 415))
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
    recorded = service.record_run(app_id, workflow_id, _with_whole_numbers(report))
    run = RunLine.of(recorded.run, AsOf.now(runtime.current()))
    return Recorded.model_validate({"stored": recorded.stored, "rejected": recorded.rejected, "run": run})


def _with_whole_numbers(report: Mapping[str, Any]) -> Mapping[str, Any]:
    """The report with 7.0 as the 7 that it is: JSON has one kind of numbers, and some languages write no other."""
    nodes = report.get("nodes")
    plain = {name: _whole(value) for name, value in report.items()}
    if isinstance(nodes, list):
        plain["nodes"] = [
            {name: _whole(value) for name, value in node.items()} if isinstance(node, dict) else node for node in nodes
        ]
    return plain


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
