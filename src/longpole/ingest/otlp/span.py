"""A span and a log record as they were sent, decoded and no more.

Attribute values are native: str, bool, int, float, bytes, list, dict, None.

Upstream: `ingest.otlp.decode_*`. Downstream: `ingest.otlp.conventions`.
Source: opentelemetry-proto, trace/v1/trace.proto and logs/v1/logs.proto.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import msgspec

Attributes = dict[str, Any]


class StatusCode(IntEnum):
    """`UNSET` is how most clients end a good span."""

    UNSET = 0
    OK = 1
    ERROR = 2


class SpanKind(IntEnum):
    """Where a span stands in a remote call."""

    UNSPECIFIED = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


@dataclass(slots=True)
class Resource:
    """What the spans of one process share."""

    attributes: Attributes = field(default_factory=dict)


@dataclass(slots=True)
class Event:
    """Something that happened within a span."""

    name: str
    time_ns: int
    attributes: Attributes


@dataclass(slots=True)
class Link:
    """Another span that this one points to."""

    trace_id: bytes
    span_id: bytes
    attributes: Attributes


class Span(msgspec.Struct, gc=False):
    """One span. `trace_id` has 16 bytes and `span_id` 8, neither all zero; `parent_span_id` is None at a root."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes | None
    name: str
    kind: int
    start_ns: int
    end_ns: int
    attributes: Attributes
    resource: Resource
    scope_name: str = ""
    status_code: int = 0
    status_message: str = ""
    events: tuple[Event, ...] = ()
    links: tuple[Link, ...] = ()
    dropped_count: int = 0


@dataclass(slots=True)
class LogRecord:
    """One log record that names a span."""

    trace_id: bytes
    span_id: bytes
    event_name: str
    body: Any
    attributes: Attributes
    resource: Resource


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What the request around the spans said: the project that a header named, if one did."""

    project: str | None = None
