"""`…/performance/distribution`: how run times, or the times of a node, are spread."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from longpole.domain import distributions
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, WorkflowId
from longpole.rest.schemas.distribution import Distribution, DistributionQuery

if TYPE_CHECKING:
    from longpole.services import distribution as service
else:
    service = Deferred("longpole.services.distribution")

router = APIRouter(
    prefix="/apps/{app_id}/workflows/{workflow_id}/performance",
    tags=["performance"],
    route_class=StrictJsonRoute,
    responses=problems.documented(),
)


@router.get("/distribution", response_model=Distribution)
def get_distribution(
    app_id: AppId, workflow_id: WorkflowId, asked: Annotated[DistributionQuery, Query()]
) -> distributions.TimeDistribution:
    """A histogram of run times or node times, of any period and version, with percentiles.

    An unknown workflow has no bins.
    """
    return service.distribution(app_id, workflow_id, asked.metric, asked.node_id, asked.side(), asked.bins)
