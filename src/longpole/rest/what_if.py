"""`…/performance/what-if`: what a workflow's runs would have taken with a change."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from longpole.domain import what_if as domain
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, WorkflowId
from longpole.rest.schemas.what_if import WhatIf, WhatIfQuery

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


@router.get("/what-if", response_model=WhatIf)
def get_what_if(app_id: AppId, workflow_id: WorkflowId, asked: Annotated[WhatIfQuery, Query()]) -> domain.WhatIf:
    """What the period's runs would have taken with a change, by replaying a sample of them.

    Where that cannot be said, of an unknown workflow too, `declined` says why.
    """
    return service.WorkflowPerformanceService.what_if(
        app_id, workflow_id, asked.changes(), asked.days, ttl_hours=asked.ttl_hours
    )
