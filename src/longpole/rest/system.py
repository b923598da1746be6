"""`/system`: how the installation is, for whoever runs it."""

from fastapi import APIRouter, Request

from longpole.rest import problems
from longpole.rest.schemas.system import System
from longpole.services import system as service

router = APIRouter(tags=["health"], responses=problems.documented())


@router.get("/system")
def get_system(request: Request) -> System:
    """Version, database, ingest queue, and what happens by itself: each task's last run, and what went last."""
    return System.model_validate(service.system_state(request.app.state.waiting_bytes()))
