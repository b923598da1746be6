"""`/apps/{app_id}/metrics`: metrics of users' own, defined, listed and removed."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query

from longpole.domain import metrics as domain
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, Id, MetricName
from longpole.rest.schemas.metrics import CustomMetric, CustomMetrics, MetricDefinition, RemovedMetric

if TYPE_CHECKING:
    from longpole.services import custom_metrics as service
else:
    service = Deferred("longpole.services.custom_metrics")

router = APIRouter(
    prefix="/apps/{app_id}/metrics", tags=["metrics"], route_class=StrictJsonRoute, responses=problems.documented()
)

OfWorkflow = Annotated[Id | None, Query(description="The workflow; without it what is said of the application.")]


@router.get("", response_model=CustomMetrics)
def list_metrics(
    app_id: AppId,
    workflow_id: Annotated[Id | None, Query(description="Only what a workflow has.")] = None,
) -> dict[str, Any]:
    """What was defined, and what is sent without that, by name."""
    return {"items": service.list_metrics(app_id, workflow_id)}


@router.post("", response_model=CustomMetric, responses=problems.documented(400, 413, 415))
def define_metric(app_id: AppId, said: MetricDefinition) -> domain.CustomMetric:
    """Define a metric, in the place of the one of that name: a formula, or a name that is sent."""
    return service.define(
        app_id,
        said.name,
        said.expression,
        workflow_id=said.workflow_id,
        level=said.level,
        unit=said.unit,
        backfill=said.backfill,
    )


@router.delete("/{name}", response_model=RemovedMetric, responses=problems.documented(404))
def remove_metric(app_id: AppId, name: MetricName, workflow_id: OfWorkflow = None) -> dict[str, int]:
    """Remove a definition; a formula's figures go too, as far back as there are raw runs."""
    service.remove(app_id, name, workflow_id)
    return {"removed": 1}
