"""`/degradations` and `…/performance/degradations`: levels that changed, and what was behind it.

Upstream: `routes`. Downstream: `services.degradations`.
"""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from longpole.domain.degradations import DegradationState
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, Id, WorkflowId
from longpole.rest.schemas.degradations import Degradations

if TYPE_CHECKING:
    from longpole.services import degradations as service
else:
    service = Deferred("longpole.services.degradations")

State = Annotated[DegradationState | None, Query(description="Only those that are; without it, all.")]
Limit = Annotated[int, Query(ge=1, le=1_000, description="At most so many, the newest.")]

router = APIRouter(tags=["degradations"], route_class=StrictJsonRoute, responses=problems.documented())


@router.get("/degradations")
def list_degradations(
    app_id: Annotated[Id | None, Query(description="Only of this application.")] = None,
    state: State = None,
    limit: Limit = 100,
) -> Degradations:
    """Changes of level of all workflows, for the worse and for the better."""
    return Degradations.model_validate({"items": service.events(app_id, state=state, limit=limit)})


@router.get("/apps/{app_id}/workflows/{workflow_id}/performance/degradations")
def list_workflow_degradations(
    app_id: AppId, workflow_id: WorkflowId, state: State = None, limit: Limit = 100
) -> Degradations:
    """Changes of level of one workflow, with what was behind them."""
    return Degradations.model_validate({"items": service.events(app_id, workflow_id, state, limit)})
