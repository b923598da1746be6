"""Spans and log records out of OTLP protobuf; a broken one is counted and the others are kept.

The whole request is parsed at once. Only where that fails it is parsed again
with its spans left as bytes, and each is tried alone.

Upstream: `intake`. Downstream: `wire`, `values_protobuf`.
Source: opentelemetry-proto 1.11, collector/trace/v1 and collector/logs/v1.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import DecodeError

from longpole.ingest.otlp import wire
from longpole.ingest.otlp.decoded import BadRecordError, Decoded, UndecodableError
from longpole.ingest.otlp.frames import limit_records
from longpole.ingest.otlp.identity import has_ids, interval, parent_id, require_ids
from longpole.ingest.otlp.span import Event, Link, LogRecord, Resource, Span
from longpole.ingest.otlp.values_protobuf import attributes, native, text

Record = TypeVar("Record")
_ReadRecord = Callable[[Any, Resource, str], Record | None]

_UNREADABLE = "it cannot be decoded"


def decode_traces(body: bytes) -> Decoded[Span]:
    """The spans of an ExportTraceServiceRequest.

    Raises:
        UndecodableError: If it is none.
        TooManyRecordsError: If it holds more spans than one request may.
    """
    return _decode(body, wire.TracesRequest, wire.Span, _span)


def decode_logs(body: bytes) -> Decoded[LogRecord]:
    """The log records of an ExportLogsServiceRequest that name a span; the others are of no use here.

    Raises:
        UndecodableError: If it is none.
        TooManyRecordsError: If it holds more records than one request may.
    """
    return _decode(body, wire.LogsRequest, wire.LogRecord, _log_record)


def check_metrics(body: bytes) -> None:
    """Raise unless the body has the frame of an ExportMetricsServiceRequest; what is in it is not used.

    Raises:
        UndecodableError: If it is none.
    """
    _parsed(wire.SplitRequest, body)


def _decode(body: bytes, whole: Any, single: Any, read: _ReadRecord[Record]) -> Decoded[Record]:
    limit_records(body)
    decoded: Decoded[Record] = Decoded()
    try:
        request = whole.FromString(body)
    except DecodeError:
        request = _parsed(wire.SplitRequest, body)
        _read_all(request, decoded, lambda raw, resource, scope: read(_parsed_record(single, raw), resource, scope))
    else:
        _read_all(request, decoded, read)
    return decoded


def _parsed(message: Any, body: bytes) -> Any:
    try:
        return message.FromString(body)
    except DecodeError:
        raise UndecodableError("The body is not an OTLP protobuf message.") from None


def _parsed_record(message: Any, raw: bytes) -> Any:
    try:
        return message.FromString(raw)
    except DecodeError:
        raise BadRecordError(_UNREADABLE) from None


def _read_all(request: Any, decoded: Decoded[Record], read: _ReadRecord[Record]) -> None:
    keep = decoded.records.append
    for group in request.resources:
        try:
            resource = Resource(attributes(group.resource.attributes))
        except BadRecordError as bad:
            decoded.rejected.add(f"its resource: {bad}", sum(len(scope.records) for scope in group.scopes))
            continue
        for scope in group.scopes:
            scope_name = scope.scope.name.decode("utf-8", "replace")
            for sent in scope.records:
                try:
                    record = read(sent, resource, scope_name)
                except BadRecordError as bad:
                    decoded.rejected.add(str(bad))
                else:
                    if record is not None:
                        keep(record)


def _span(sent: Any, resource: Resource, scope_name: str) -> Span:
    trace_id, span_id = sent.trace_id, sent.span_id
    require_ids(trace_id, span_id)
    start_ns, end_ns = interval(sent.start_time_unix_nano, sent.end_time_unix_nano)
    status = sent.status
    return Span(
        trace_id,
        span_id,
        parent_id(sent.parent_span_id),
        text(sent.name, "the span's name"),
        sent.kind,
        start_ns,
        end_ns,
        attributes(sent.attributes),
        resource,
        scope_name,
        status.code,
        text(message, "the status message") if (message := status.message) else "",
        tuple(map(_event, sent.events)) if sent.events else (),
        _links(sent.links) if sent.links else (),
        sent.dropped_attributes_count + sent.dropped_events_count,
    )


def _event(sent: Any) -> Event:
    return Event(text(sent.name, "an event's name"), sent.time_unix_nano, attributes(sent.attributes))


def _links(sent: Any) -> tuple[Link, ...]:
    return tuple(
        Link(link.trace_id, link.span_id, attributes(link.attributes))
        for link in sent
        if has_ids(link.trace_id, link.span_id)
    )


def _log_record(sent: Any, resource: Resource, scope_name: str) -> LogRecord | None:  # noqa: ARG001 - one signature for both kinds
    if not has_ids(sent.trace_id, sent.span_id):
        return None
    name = text(sent.event_name, "the event name")
    return LogRecord(sent.trace_id, sent.span_id, name, native(sent.body), attributes(sent.attributes), resource)
