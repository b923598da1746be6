"""Our decoder says what the official message classes say, for any message, and rejects a bad span alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan

from longpole.ingest.otlp.decode_protobuf import check_metrics, decode_logs, decode_traces
from longpole.ingest.otlp.decoded import UndecodableError
from longpole.ingest.otlp.span import Event, Link, Resource, Span
from longpole.ingest.otlp.values_protobuf import MAX_DEPTH

TRACE = bytes(range(16))
SPAN = bytes(range(8, 16))

texts = st.text(max_size=20)
int64s = st.integers(-(2**63), 2**63 - 1)
instants = st.integers(1, 2**63 - 1)
plain_values = st.one_of(
    st.builds(lambda v: AnyValue(string_value=v), texts),
    st.builds(lambda v: AnyValue(string_value=v), st.text(min_size=100, max_size=200)),
    st.builds(lambda v: AnyValue(bool_value=v), st.booleans()),
    st.builds(lambda v: AnyValue(int_value=v), int64s),
    st.builds(lambda v: AnyValue(double_value=v), st.floats(allow_nan=False)),
    st.builds(lambda v: AnyValue(bytes_value=v), st.binary(max_size=20)),
    st.just(AnyValue()),
)


def _array(items: list[AnyValue]) -> AnyValue:
    made = AnyValue()
    made.array_value.SetInParent()
    made.array_value.values.extend(items)
    return made


def _map(items: dict[str, AnyValue]) -> AnyValue:
    made = AnyValue()
    made.kvlist_value.SetInParent()
    made.kvlist_value.values.extend(KeyValue(key=key, value=value) for key, value in items.items())
    return made


values = st.recursive(
    plain_values,
    lambda inner: st.one_of(
        st.builds(_array, st.lists(inner, max_size=4)), st.builds(_map, st.dictionaries(texts, inner, max_size=4))
    ),
    max_leaves=12,
)
attributes = st.dictionaries(texts, values, max_size=6)


def _put(sent: Any, given_attributes: dict[str, AnyValue]) -> None:
    sent.extend(KeyValue(key=key, value=value) for key, value in given_attributes.items())


@st.composite
def spans(draw: st.DrawFn) -> SentSpan:
    start = draw(instants)
    sent = SentSpan(
        trace_id=draw(st.binary(min_size=16, max_size=16).filter(any)),
        span_id=draw(st.binary(min_size=8, max_size=8).filter(any)),
        parent_span_id=draw(st.one_of(st.just(b""), st.binary(min_size=8, max_size=8))),
        name=draw(texts),
        kind=draw(st.integers(0, 5)),  # type: ignore[arg-type]  # an open enum
        start_time_unix_nano=start,
        end_time_unix_nano=draw(st.one_of(st.just(0), st.integers(start, 2**63 - 1))),
        dropped_attributes_count=draw(st.integers(0, 5)),
        dropped_events_count=draw(st.integers(0, 5)),
    )
    sent.status.code = draw(st.integers(0, 2))  # type: ignore[assignment]  # an open enum
    sent.status.message = draw(texts)
    _put(sent.attributes, draw(attributes))
    for _ in range(draw(st.integers(0, 2))):
        event = sent.events.add(name=draw(texts), time_unix_nano=draw(instants))
        _put(event.attributes, draw(attributes))
    for _ in range(draw(st.integers(0, 2))):
        link = sent.links.add(trace_id=TRACE, span_id=SPAN)
        _put(link.attributes, draw(attributes))
    return sent


@st.composite
def requests(draw: st.DrawFn) -> ExportTraceServiceRequest:
    sent = ExportTraceServiceRequest()
    for _ in range(draw(st.integers(0, 2))):
        resource = sent.resource_spans.add()
        _put(resource.resource.attributes, draw(attributes))
        for _ in range(draw(st.integers(0, 2))):
            scope = resource.scope_spans.add()
            scope.scope.name = draw(texts)
            scope.spans.extend(draw(st.lists(spans(), max_size=3)))
    return sent


def _native(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_native(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {item.key: _native(item.value) for item in value.kvlist_value.values}
    return None if kind is None else getattr(value, kind)


def _natives(sent: Any) -> dict[str, Any]:
    return {item.key: _native(item.value) for item in sent}


def reference(request: ExportTraceServiceRequest) -> list[Span]:
    """The usual, slow way."""
    return [
        Span(
            sent.trace_id,
            sent.span_id,
            sent.parent_span_id if any(sent.parent_span_id) else None,
            sent.name,
            sent.kind,
            sent.start_time_unix_nano,
            sent.end_time_unix_nano,
            _natives(sent.attributes),
            Resource(_natives(group.resource.attributes)),
            scope.scope.name,
            sent.status.code,
            sent.status.message,
            tuple(Event(event.name, event.time_unix_nano, _natives(event.attributes)) for event in sent.events),
            tuple(Link(link.trace_id, link.span_id, _natives(link.attributes)) for link in sent.links),
            sent.dropped_attributes_count + sent.dropped_events_count,
        )
        for group in request.resource_spans
        for scope in group.scope_spans
        for sent in scope.spans
    ]


@given(requests())
def test_says_what_the_official_classes_say(request: ExportTraceServiceRequest) -> None:
    decoded = decode_traces(request.SerializeToString())
    assert decoded.rejected.count == 0
    assert decoded.records == reference(request)


@given(requests())
def test_the_memo_changes_nothing(request: ExportTraceServiceRequest) -> None:
    body = request.SerializeToString()
    assert decode_traces(body).records == decode_traces(body).records


def _request(*sent: SentSpan) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.extend(sent)
    return request


def _good(**over: Any) -> SentSpan:
    fields: dict[str, Any] = {
        "trace_id": TRACE,
        "span_id": SPAN,
        "name": "good",
        "start_time_unix_nano": 1_000,
        "end_time_unix_nano": 2_000,
    }
    return SentSpan(**(fields | over))


def _length(field: int, value: bytes) -> bytes:
    assert len(value) < 2**14
    size = len(value)
    return bytes([field << 3 | 2]) + (bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])) + value


def _raw_request(*raw_spans: bytes) -> bytes:
    return _length(1, _length(2, b"".join(_length(2, raw) for raw in raw_spans)))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (_good(trace_id=b""), "trace id is missing, all zero or not of 16 bytes"),
        (_good(trace_id=bytes(16)), "trace id is missing, all zero or not of 16 bytes"),
        (_good(trace_id=b"four"), "trace id is missing, all zero or not of 16 bytes"),
        (_good(span_id=bytes(8)), "span id is missing, all zero or not of 8 bytes"),
        (_good(span_id=b"123456789"), "span id is missing, all zero or not of 8 bytes"),
        (_good(parent_span_id=b"xy"), "parent span id is not of 8 bytes"),
        (_good(start_time_unix_nano=0, end_time_unix_nano=0), "start and end time are missing"),
        (_good(start_time_unix_nano=2**63), "start or end time is out of range"),
        (_good(end_time_unix_nano=2**64 - 1), "start or end time is out of range"),
    ],
)
def test_a_bad_span_is_rejected_alone(bad: SentSpan, reason: str) -> None:
    decoded = decode_traces(_request(_good(), bad, _good(name="also good")).SerializeToString())
    assert [span.name for span in decoded.records] == ["good", "also good"]
    assert decoded.rejected.message() == f"1 x {reason}"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (_good().SerializeToString() + _length(9, _length(1, b"k") + _length(2, _length(1, b"\xff\xfe"))), "UTF-8"),
        (_good().SerializeToString() + _length(9, b"\xff\xff"), "cannot be decoded"),
        (_good().SerializeToString() + _length(5, b"\xc3\x28"), "invalid UTF-8 in the span's name"),
        (_good().SerializeToString()[:-3], "it cannot be decoded"),
        (b"\xff\xff\xff", "it cannot be decoded"),
        (b"\x08\x01" + _good().SerializeToString()[18:], "trace id is missing"),  # the id as a number: unknown field
    ],
)
def test_a_broken_span_is_rejected_alone(raw: bytes, reason: str) -> None:
    body = _raw_request(_good().SerializeToString(), raw, _good(name="also good").SerializeToString())
    decoded = decode_traces(body)
    assert [span.name for span in decoded.records] == ["good", "also good"]
    assert decoded.rejected.count == 1
    assert reason in decoded.rejected.message()


def test_a_resource_that_cannot_be_read_rejects_its_own_spans() -> None:
    broken = _length(1, _length(1, _length(1, b"service.name") + _length(2, _length(1, b"\xff"))))
    scope = _length(2, _length(2, _good().SerializeToString()) + _length(2, _good().SerializeToString()))
    decoded = decode_traces(_length(1, broken + scope) + _raw_request(_good(name="kept").SerializeToString()))
    assert [span.name for span in decoded.records] == ["kept"]
    assert decoded.rejected.message() == "2 x its resource: invalid UTF-8 in an attribute"


@pytest.mark.parametrize("body", [b"\xff\xff\xffgarbage", b"{}", b"\x0a\x7f", _raw_request(b"")[:-1]])
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(UndecodableError):
        decode_traces(body)


def test_an_empty_request_is_one() -> None:
    decoded = decode_traces(b"")
    assert (decoded.records, decoded.rejected.count) == ([], 0)


def test_ending_before_starting_is_no_duration() -> None:
    [span] = decode_traces(_request(_good(start_time_unix_nano=5, end_time_unix_nano=3)).SerializeToString()).records
    assert (span.start_ns, span.end_ns) == (5, 5)


def test_a_span_without_end_has_not_ended() -> None:
    [span] = decode_traces(_request(_good(end_time_unix_nano=0)).SerializeToString()).records
    assert (span.start_ns, span.end_ns) == (1_000, 0)


def test_a_parent_of_zeros_is_none() -> None:
    [span] = decode_traces(_request(_good(parent_span_id=bytes(8))).SerializeToString()).records
    assert span.parent_span_id is None


def _nested(depth: int) -> KeyValue:
    value = AnyValue(string_value="leaf")
    for level in range(depth):
        value = _map({"k": value}) if level % 2 else _array([value])
    return KeyValue(key="deep", value=value)


def test_nesting_is_limited() -> None:
    allowed, too_deep = _good(), _good(name="too deep")
    allowed.attributes.append(_nested(MAX_DEPTH))
    too_deep.attributes.append(_nested(MAX_DEPTH + 1))
    decoded = decode_traces(_request(allowed, too_deep).SerializeToString())
    assert [span.name for span in decoded.records] == ["good"]
    assert decoded.rejected.message() == "1 x an attribute nests deeper than 32 levels"


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def _long(field: int, value: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(value)) + value


def test_ten_thousand_levels_are_no_recursion() -> None:
    value = _long(1, b"leaf")
    for _ in range(10_000):
        value = _long(6, _long(1, _long(1, b"k") + _long(2, value)))
    raw = _good().SerializeToString() + _long(9, _long(1, b"deep") + _long(2, value))
    good = _long(2, _good().SerializeToString())
    decoded = decode_traces(_long(1, _long(2, good + _long(2, raw))))
    assert (len(decoded.records), decoded.rejected.count) == (1, 1)


def test_a_value_of_a_million_elements_is_rejected() -> None:
    raw = _good().SerializeToString() + _long(9, _long(1, b"many") + _long(2, _long(5, b"\x0a\x00" * 1_000_000)))
    decoded = decode_traces(_long(1, _long(2, _long(2, raw))))
    assert decoded.rejected.message() == "1 x an attribute has more than 65536 elements"


def test_not_a_number_is_a_number() -> None:
    sent = _good()
    sent.attributes.add(key="x").value.double_value = float("nan")
    [span] = decode_traces(_request(sent).SerializeToString()).records
    assert span.attributes["x"] != span.attributes["x"]


def test_a_link_to_nowhere_is_left_out() -> None:
    sent = _good()
    sent.links.add(trace_id=b"", span_id=SPAN)
    sent.links.add(trace_id=TRACE, span_id=SPAN)
    [span] = decode_traces(_request(sent).SerializeToString()).records
    assert span.links == (Link(TRACE, SPAN, {}),)


def test_log_records_that_name_a_span_are_read() -> None:
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "shop"
    records = resource.scope_logs.add().log_records
    records.add(body=AnyValue(string_value="names no span"))
    named = records.add(
        trace_id=TRACE, span_id=SPAN, event_name="gen_ai.choice", body=_map({"n": AnyValue(int_value=1)})
    )
    named.attributes.add(key="gen_ai.system").value.string_value = "openai"
    [log] = decode_logs(request.SerializeToString()).records
    assert (log.trace_id, log.span_id, log.event_name) == (TRACE, SPAN, "gen_ai.choice")
    assert (log.body, log.attributes) == ({"n": 1}, {"gen_ai.system": "openai"})
    assert log.resource.attributes == {"service.name": "shop"}


def test_metrics_need_only_be_readable() -> None:
    check_metrics(b"")
    with pytest.raises(UndecodableError):
        check_metrics(b"\xff\xff\xff")
