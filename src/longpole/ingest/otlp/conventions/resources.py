"""What a process says of all its spans, read once for all of them.

Downstream: `mapping`. Source: §1.1 of the design's OTLP contract; the design's sheet on Dify, §3.5.
"""

from typing import Any

from longpole.assembly.facts import Ranked
from longpole.domain.semconv import dify, general
from longpole.ingest.otlp.conventions.convention import ResourceFacts
from longpole.ingest.otlp.conventions.dify.readers import NAME as DIFY
from longpole.ingest.otlp.conventions.precedence import REQUEST_PROJECT, ROWS
from longpole.ingest.otlp.conventions.sources import Place
from longpole.ingest.otlp.conventions.values import text
from longpole.ingest.otlp.span import RequestContext, Resource

_FIELDS = ("app", "workflow", "workflow_name", "workflow_version", "environment")
_last: tuple[Resource, RequestContext, ResourceFacts] | None = None


def resource_facts(resource: Resource, request: RequestContext) -> ResourceFacts:
    """The facts of a resource; the last one is remembered, spans of one come in a row."""
    global _last  # noqa: PLW0603 - one slot, replaced whole, so that threads cannot see half of it
    last = _last
    if last is not None and last[0] is resource and last[1] == request:
        return last[2]
    facts = _read(resource.attributes, request)
    _last = (resource, request, facts)
    return facts


def _read(attributes: dict[str, Any], request: RequestContext) -> ResourceFacts:
    ranked = {field: _first(field, attributes, request) for field in _FIELDS}
    return ResourceFacts(service=text(attributes.get(general.SERVICE_NAME)), engine=_engine(attributes), **ranked)


def _first(field: str, attributes: dict[str, Any], request: RequestContext) -> Ranked | None:
    for rank, source in enumerate(ROWS[field]):
        value = None
        if source.place is Place.RESOURCE:
            value = source.read(attributes.get(source.key))
        elif source.place is Place.REQUEST and source.key == REQUEST_PROJECT:
            value = source.read(request.project)
        if value is not None:
            return rank, value
    return None


def _engine(attributes: dict[str, Any]) -> str | None:
    """Dify's native export, by its name or, where that was changed, its version."""
    version = text(attributes.get(general.SERVICE_VERSION)) or ""
    is_dify = attributes.get(general.SERVICE_NAME) == dify.SERVICE_NAME or version.startswith(dify.VERSION_PREFIX)
    return DIFY if is_dify else None
