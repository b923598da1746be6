"""`/settings`: what is set, for people to see, without its secrets.

Upstream: `routes`. Downstream: `services.settings_in_force`.
"""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request

from longpole import __version__
from longpole.rest import problems
from longpole.rest.deferred import Deferred
from longpole.rest.schemas.settings import CacheTtl, ServerAddress, Setting, SettingsInForce

if TYPE_CHECKING:
    from longpole.services import settings_in_force as service
else:
    service = Deferred("longpole.services.settings_in_force")

router = APIRouter(tags=["health"], responses=problems.documented())


@router.get("/settings")
def get_settings(request: Request) -> SettingsInForce:
    """Every setting with what it is and what it would be, how long cached results are fresh, and where the server is.

    Secrets are only said to be set or not.
    """
    address = ServerAddress(
        http=str(request.base_url).rstrip("/"), grpc_port=getattr(request.app.state, "grpc_port", None)
    )
    return SettingsInForce(
        version=__version__,
        address=address,
        items=tuple(map(Setting.model_validate, service.settings_in_force())),
        cache_ttls=tuple(map(CacheTtl.model_validate, service.cache_ttls())),
    )
