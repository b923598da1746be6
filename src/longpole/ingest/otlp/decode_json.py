"""Spans and log records out of OTLP/JSON; a broken one is counted and the others are kept.

As in `decode_protobuf` the request is read at once, and only where that fails
span by span. Ids are hexadecimal in either case, enums are numbers (their
names are understood too), unknown fields are ignored, null means "not sent".
A document that nests hundreds of levels deep is refused as a whole.

Upstream: `intake`. Downstream: `values_json`.
Source: opentelemetry-proto docs/specification.md, "JSON Protobuf Encoding".
"""

import contextlib
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from longpole.ingest.otlp.decoded import BadRecordError, Decoded, TooManyRecordsError, UndecodableError
from longpole.ingest.otlp.frames import MAX_RECORDS
from longpole.ingest.otlp.identity import has_ids, interval, parent_id, require_ids
from longpole.ingest.otlp.span import Event, Link, LogRecord, Resource, Span, SpanKind, StatusCode
from longpole.ingest.otlp.values_json import attributes, native, whole_number

Record = TypeVar("Record")
_Raws = list[msgspec.Raw] | None
_Number = int | str | None

_BYTES_PER_OBJECT = 16
_INT32 = 1 << 31


class _Resource(msgspec.Struct):
    attributes: _Raws = None


class _Scope(msgspec.Struct):
    name: str | None = None


class _Status(msgspec.Struct):
    message: str | None = None
    code: _Number = None


class _Event(msgspec.Struct, rename="camel"):
    time_unix_nano: _Number = None
    name: str | None = None
    attributes: _Raws = None


class _Link(msgspec.Struct, rename="camel"):
    trace_id: str | None = None
    span_id: str | None = None
    attributes: _Raws = None


class _Span(msgspec.Struct, rename="camel"):
    trace_id: str | None = None
    span_id: str | None = None
    parent_span_id: str | None = None
    name: str | None = None
    kind: _Number = None
    start_time_unix_nano: _Number = None
    end_time_unix_nano: _Number = None
    attributes: _Raws = None
    dropped_attributes_count: _Number = None
    events: list[_Event] | None = None
    dropped_events_count: _Number = None
    links: list[_Link] | None = None
    status: _Status | None = None


class _LogRecord(msgspec.Struct, rename="camel"):
    trace_id: str | None = None
    span_id: str | None = None
    event_name: str | None = None
    body: msgspec.Raw = msgspec.Raw()
    attributes: _Raws = None


Sent = TypeVar("Sent")


class _ScopeSpans(msgspec.Struct, Generic[Sent], rename={"records": "spans"}):
    scope: _Scope | None = None
    records: list[Sent] | None = None


class _ResourceSpans(msgspec.Struct, Generic[Sent], rename={"scopes": "scopeSpans"}):
    resource: _Resource | None = None
    scopes: list[_ScopeSpans[Sent]] | None = None


class _TracesRequest(msgspec.Struct, Generic[Sent], rename={"resources": "resourceSpans"}):
    resources: list[_ResourceSpans[Sent]] | None = None


class _ScopeLogs(msgspec.Struct, Generic[Sent], rename={"records": "logRecords"}):
    scope: _Scope | None = None
    records: list[Sent] | None = None


class _ResourceLogs(msgspec.Struct, Generic[Sent], rename={"scopes": "scopeLogs"}):
    resource: _Resource | None = None
    scopes: list[_ScopeLogs[Sent]] | None = None


class _LogsRequest(msgspec.Struct, Generic[Sent], rename={"resources": "resourceLogs"}):
    resources: list[_ResourceLogs[Sent]] | None = None


_traces = msgspec.json.Decoder(_TracesRequest[_Span])
_traces_split = msgspec.json.Decoder(_TracesRequest[msgspec.Raw])
_logs = msgspec.json.Decoder(_LogsRequest[_LogRecord])
_logs_split = msgspec.json.Decoder(_LogsRequest[msgspec.Raw])
_metrics = msgspec.json.Decoder(dict[str, msgspec.Raw])
_one_span = msgspec.json.Decoder(_Span)
_one_log = msgspec.json.Decoder(_LogRecord)

_ReadRecord = Callable[[Any, Resource, str], Record | None]


def decode_traces(body: bytes) -> Decoded[Span]:
    """The spans of an ExportTraceServiceRequest.

    Raises:
        UndecodableError: If it is none.
        TooManyRecordsError: If it holds far more objects than its size lets expect.
    """
    return _decode(body, (_traces, _traces_split, _one_span), _span)


def decode_logs(body: bytes) -> Decoded[LogRecord]:
    """The log records of an ExportLogsServiceRequest that name a span; the others are of no use here.

    Raises:
        UndecodableError: If it is none.
        TooManyRecordsError: If it holds far more objects than its size lets expect.
    """
    return _decode(body, (_logs, _logs_split, _one_log), _log_record)


def check_metrics(body: bytes) -> None:
    """Raise unless the body is a JSON object; what is in it is not used.

    Raises:
        UndecodableError: If it is none.
    """
    _envelope(_metrics, body)


def _decode(body: bytes, decoders: tuple[Any, Any, Any], read: _ReadRecord[Record]) -> Decoded[Record]:
    whole, split, single = decoders
    if body.count(b"{") > MAX_RECORDS + len(body) // _BYTES_PER_OBJECT:
        raise TooManyRecordsError("The request holds far more objects than its size lets expect.")
    decoded: Decoded[Record] = Decoded()
    try:
        request = whole.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        request = _envelope(split, body)
        _read_all(request, decoded, lambda raw, resource, scope: read(_one(single, raw), resource, scope))
    else:
        _read_all(request, decoded, read)
    return decoded


def _envelope(decoder: Any, body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise UndecodableError("The body is not an OTLP message in JSON.") from None


def _one(decoder: Any, raw: msgspec.Raw) -> Any:
    try:
        return decoder.decode(raw)
    except UnicodeDecodeError:
        raise BadRecordError("invalid UTF-8") from None
    except msgspec.ValidationError:
        raise BadRecordError("a field is of the wrong type") from None
    except (msgspec.MsgspecError, RecursionError):
        raise BadRecordError("it cannot be decoded") from None


def _read_all(request: Any, decoded: Decoded[Record], read: _ReadRecord[Record]) -> None:
    for group in request.resources or ():
        try:
            resource = Resource(attributes(group.resource.attributes) if group.resource else {})
        except BadRecordError as bad:
            decoded.rejected.add(f"its resource: {bad}", sum(len(scope.records or ()) for scope in group.scopes or ()))
            continue
        for scope in group.scopes or ():
            scope_name = (scope.scope.name or "") if scope.scope else ""
            for sent in scope.records or ():
                try:
                    record = read(sent, resource, scope_name)
                except BadRecordError as bad:
                    decoded.rejected.add(str(bad))
                else:
                    if record is not None:
                        decoded.records.append(record)


def _span(sent: _Span, resource: Resource, scope_name: str) -> Span:
    trace_id, span_id = _hex(sent.trace_id), _hex(sent.span_id)
    require_ids(trace_id, span_id)
    start_ns, end_ns = interval(
        whole_number(sent.start_time_unix_nano, "the start time"), whole_number(sent.end_time_unix_nano, "the end time")
    )
    status = sent.status
    return Span(
        trace_id,
        span_id,
        parent_id(_hex(sent.parent_span_id)),
        sent.name or "",
        _enum(sent.kind, SpanKind, "SPAN_KIND_"),
        start_ns,
        end_ns,
        attributes(sent.attributes),
        resource,
        scope_name,
        _enum(status.code, StatusCode, "STATUS_CODE_") if status else 0,
        (status.message or "") if status else "",
        tuple(map(_event, sent.events)) if sent.events else (),
        _links(sent.links) if sent.links else (),
        whole_number(sent.dropped_attributes_count, "a count") + whole_number(sent.dropped_events_count, "a count"),
    )


def _event(sent: _Event) -> Event:
    return Event(sent.name or "", whole_number(sent.time_unix_nano, "an event's time"), attributes(sent.attributes))


def _links(sent: list[_Link]) -> tuple[Link, ...]:
    links = []
    for link in sent:
        with contextlib.suppress(BadRecordError):
            trace_id, span_id = _hex(link.trace_id), _hex(link.span_id)
            if has_ids(trace_id, span_id):
                links.append(Link(trace_id, span_id, attributes(link.attributes)))
    return tuple(links)


def _log_record(sent: _LogRecord, resource: Resource, scope_name: str) -> LogRecord | None:  # noqa: ARG001 - one signature for both kinds
    trace_id, span_id = _hex(sent.trace_id), _hex(sent.span_id)
    if not has_ids(trace_id, span_id):
        return None
    return LogRecord(trace_id, span_id, sent.event_name or "", native(sent.body), attributes(sent.attributes), resource)


def _hex(sent: str | None) -> bytes:
    try:
        return bytes.fromhex(sent) if sent else b""
    except ValueError:
        raise BadRecordError("an id is not hexadecimal") from None


def _enum(sent: _Number, names: type[SpanKind | StatusCode], prefix: str) -> int:
    if sent is None or isinstance(sent, int):
        return _int32(sent or 0)
    try:
        return names[sent.removeprefix(prefix)].value
    except KeyError:
        return _int32(whole_number(sent, "an enum"))


def _int32(sent: int) -> int:
    if not -_INT32 <= sent < _INT32:
        raise BadRecordError("an enum is out of range")
    return sent
