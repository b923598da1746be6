"""`/health` and `/ready`: for whoever starts and watches the server."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from longpole import runtime
from longpole.rest import problems
from longpole.store import schema

router = APIRouter(tags=["health"], responses=problems.documented())


class Health(BaseModel):
    """It answers."""

    status: Literal["ok"] = "ok"


@router.get("/health")
def get_health() -> Health:
    """200 when the server is up, whatever the database does."""
    return Health()


@router.get("/ready")
def get_readiness() -> Health:
    """200 when the database is reachable and migrated, else 503 with the reason."""
    schema.require_current(runtime.current().engine)
    return Health()
