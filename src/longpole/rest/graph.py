"""`…/graph`: the graph of a workflow, imported, shown and removed."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query

from longpole.domain import graphs as domain
from longpole.domain.graphs import Engine
from longpole.rest import problems
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AppId, Id, WorkflowId
from longpole.rest.schemas.graphs import Graph, Removed
from longpole.rest.texts import MEDIA_TYPES, body_text

if TYPE_CHECKING:
    from longpole.services import graphs as service
else:
    service = Deferred("longpole.services.graphs")

router = APIRouter(
    prefix="/apps/{app_id}/workflows/{workflow_id}/graph", tags=["graphs"], responses=problems.documented(404)
)

Version = Annotated[Id | None, Query(description="The workflow version that is meant.")]
_DESCRIPTION = "A Dify export (YAML), LangGraph's `graph.get_graph().to_json()`, or an n8n workflow (JSON)."
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": _DESCRIPTION,
        "content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES},
    }
}


_REFUSED = problems.documented(400, 413, 415)
_REFUSED[400]["description"] = "The body is not UTF-8."
_REFUSED[415]["description"] = "The body is said to be neither YAML nor JSON."


@router.post("", response_model=Graph, openapi_extra=_FILE, responses=_REFUSED)
def import_graph(
    app_id: AppId,
    workflow_id: WorkflowId,
    text: Annotated[str, Depends(body_text)],
    version: Version = None,
    engine: Annotated[Engine | None, Query(description="Whose file it is; found out where it is not said.")] = None,
) -> domain.WorkflowGraph:
    """Store the graph that a file tells of, in the place of the one that was imported for this version before."""
    return service.import_graph(app_id, workflow_id, text, version, engine)


@router.get("", response_model=Graph)
def show_graph(app_id: AppId, workflow_id: WorkflowId, version: Version = None) -> domain.WorkflowGraph:
    """The graph: as it was imported, else as it came with spans, else guessed from runs."""
    return service.shown_graph(app_id, workflow_id, version)


@router.delete("", response_model=Removed)
def remove_graph(app_id: AppId, workflow_id: WorkflowId, version: Version = None) -> dict[str, int]:
    """Remove what was imported, of one version or of all; what comes with spans stays."""
    return {"removed": service.forget_graph(app_id, workflow_id, version)}
