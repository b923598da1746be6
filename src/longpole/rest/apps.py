"""`/apps`: what there is to look at."""

from typing import TYPE_CHECKING

from fastapi import APIRouter

from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, Days
from longpole.rest.schemas.apps import Apps, Workflows

if TYPE_CHECKING:
    from longpole.services import runs as service
else:
    service = Deferred("longpole.services.runs")

router = APIRouter(prefix="/apps", tags=["apps"], route_class=StrictJsonRoute, responses=problems.documented())


@router.get("")
def list_apps() -> Apps:
    """Applications that something is known of.

    An OpenTelemetry run's application is its project, else its service's name.
    """
    return Apps.model_validate({"items": service.list_apps()})


@router.get("/{app_id}/workflows")
def list_workflows(app_id: AppId, days: Days = 7) -> Workflows:
    """The workflows of an application with their figures. An unknown application has none."""
    return Workflows.model_validate({"items": service.list_workflows(app_id, days)})
