"""Small spans written by hand, and what they are mapped to."""

from collections.abc import Callable
from typing import Any

import pytest

from longpole.assembly.facts import SpanFacts
from longpole.ingest.otlp.conventions import map_span
from longpole.ingest.otlp.span import Event, RequestContext, Resource, Span

START_NS = 1_800_000_000_000_000_000
SECOND = 1_000_000_000

Mapped = Callable[..., SpanFacts]


_SHORT = {"scope": "scope_name", "status": "status_code", "message": "status_message", "parent": "parent_span_id"}


def span_of(attributes: dict[str, Any], **given: Any) -> Span:
    """A span of one second inside another one; `given` are its other fields, events as (name, attributes)."""
    fields: dict[str, Any] = {
        "trace_id": bytes(range(16)),
        "span_id": b"span-002",
        "parent_span_id": b"span-001",
        "name": "step",
        "kind": 1,
        "start_ns": START_NS,
        "end_ns": START_NS + SECOND,
    }
    events = tuple(Event(name, START_NS, sent) for name, sent in given.pop("events", ()))
    resource = Resource(given.pop("resource", {}))
    fields |= {_SHORT.get(field, field): value for field, value in given.items()}
    return Span(**fields, attributes=attributes, resource=resource, events=events)


@pytest.fixture(name="span_of")
def _span_of() -> Callable[..., Span]:
    return span_of


@pytest.fixture(name="mapped")
def _mapped() -> Mapped:
    def mapped(attributes: dict[str, Any], **given: Any) -> SpanFacts:
        request = RequestContext(given.pop("project", None))
        return map_span(span_of(attributes, **given), request)

    return mapped
