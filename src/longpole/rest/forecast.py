"""`…/performance/forecast` of a workflow, and `/apps/{app_id}/forecast` of all of an application."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from longpole.domain import forecasts as domain
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, WorkflowId
from longpole.rest.schemas.forecast import Forecast, ForecastQuery

if TYPE_CHECKING:
    from longpole.services import forecasts as service
else:
    service = Deferred("longpole.services.forecasts")

Asked = Annotated[ForecastQuery, Query()]

router = APIRouter(
    prefix="/apps/{app_id}", tags=["performance"], route_class=StrictJsonRoute, responses=problems.documented()
)


@router.get("/workflows/{workflow_id}/performance/forecast", response_model=Forecast)
def get_forecast(app_id: AppId, workflow_id: WorkflowId, asked: Asked) -> domain.Forecast:
    """What the next days and this month will come to, with bounds, and how the last forecast did.

    Where that cannot be said, of an unknown workflow too, `declined` says why.
    """
    return service.forecast(app_id, workflow_id, asked.metric, asked.days, asked.budget)


@router.get("/forecast", response_model=Forecast)
def get_forecast_of_app(app_id: AppId, asked: Asked) -> domain.Forecast:
    """The same of all workflows of an application together."""
    return service.forecast(app_id, None, asked.metric, asked.days, asked.budget)
