"""`…/versions`: which versions of a workflow ran, since when, and how often.

Upstream: `routes`. Downstream: `services.versions`.
"""

from typing import TYPE_CHECKING

from fastapi import APIRouter

from longpole.domain import versions as domain
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, Days, WorkflowId
from longpole.rest.schemas.versions import WorkflowVersions

if TYPE_CHECKING:
    from longpole.services import versions as service
else:
    service = Deferred("longpole.services.versions")

router = APIRouter(tags=["performance"], route_class=StrictJsonRoute, responses=problems.documented())


@router.get("/apps/{app_id}/workflows/{workflow_id}/versions", response_model=WorkflowVersions)
def list_versions(app_id: AppId, workflow_id: WorkflowId, days: Days = 30) -> domain.WorkflowVersions:
    """The versions that ran in the period, the one that came up last first. An unknown workflow has none."""
    return service.versions(app_id, workflow_id, days)
