"""`/overview`: everything that one look answers, in one request.

Upstream: `routes`. Downstream: `services.whole_overview`.
"""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response

from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.compressed import json_answer
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import Days, Id
from longpole.rest.schemas.overview import Overview

if TYPE_CHECKING:
    from longpole.services import whole_overview as service
else:
    service = Deferred("longpole.services.whole_overview")

router = APIRouter(tags=["apps"], route_class=StrictJsonRoute, responses=problems.documented())


@router.get("/overview", response_model=Overview)
def get_overview(
    days: Days = 7,
    app_id: Annotated[Id | None, Query(description="Only of this application.")] = None,
) -> Response:
    """Every workflow in a line, what got worse, the advice worth most, and what was saved.

    Figures and changes are those of each workflow's summary.
    """
    return json_answer(service.overview(days, app_id))
