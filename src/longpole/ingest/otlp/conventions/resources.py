"""What a process says of all its spans, read once for all of them.

Downstream: `mapping`. Source: §1.1 of the design's OTLP contract; the design's sheet on Dify, §3.5.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from longpole.assembly.facts import Ranked
from longpole.domain.semconv import dify, general
from longpole.ingest.otlp.conventions.convention import ResourceFacts
from longpole.ingest.otlp.conventions.dify.readers import NAME as DIFY
from longpole.ingest.otlp.conventions.precedence import REQUEST_PROJECT, ROWS
from longpole.ingest.otlp.conventions.sources import Place
from longpole.ingest.otlp.conventions.values import text
from longpole.ingest.otlp.span import RequestContext, Resource

_FIELDS = ("app", "workflow", "workflow_name", "workflow_version", "environment")
_KEYS = (
    general.SERVICE_NAME,
    general.SERVICE_VERSION,
    *{source.key: None for field in _FIELDS for source in ROWS[field] if source.place is Place.RESOURCE},
)
_Said = tuple[tuple[str, str | None], ...]


class _Last(NamedTuple):
    """The last answer: spans of one resource come in a row. Replaced whole, so that no thread sees half of it."""

    resource: Resource | None
    request: RequestContext | None
    facts: ResourceFacts


_last = _Last(None, None, ResourceFacts())


def resource_facts(resource: Resource, request: RequestContext) -> ResourceFacts:
    """The facts of a resource and of the request that it came with."""
    global _last  # noqa: PLW0603 - a memo of one entry
    last = _last
    if last.resource is resource and last.request is request:
        return last.facts
    sent = resource.attributes
    facts = _facts(tuple((key, text(sent[key])) for key in _KEYS if key in sent), text(request.project))
    _last = _Last(resource, request, facts)
    return facts


@lru_cache(maxsize=1024)
def _facts(said: _Said, project: str | None) -> ResourceFacts:
    attributes = dict(said)
    found = ((field, _first(field, attributes, project)) for field in _FIELDS)
    return ResourceFacts(
        service=attributes.get(general.SERVICE_NAME),
        engine=_engine(attributes),
        ranked=tuple((field, ranked) for field, ranked in found if ranked is not None),
    )


def _first(field: str, attributes: dict[str, Any], project: str | None) -> Ranked | None:
    for rank, source in enumerate(ROWS[field]):
        value = None
        if source.place is Place.RESOURCE:
            value = source.read(attributes.get(source.key))
        elif source.place is Place.REQUEST and source.key == REQUEST_PROJECT:
            value = source.read(project)
        if value is not None:
            return rank, value
    return None


def _engine(attributes: dict[str, Any]) -> str | None:
    """Dify's native export, by its name or, where that was changed, its version."""
    version = attributes.get(general.SERVICE_VERSION) or ""
    is_dify = attributes.get(general.SERVICE_NAME) == dify.SERVICE_NAME or version.startswith(dify.VERSION_PREFIX)
    return DIFY if is_dify else None
