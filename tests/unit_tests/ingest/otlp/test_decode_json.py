"""JSON says the same as protobuf, in every spelling that the specification allows."""

import base64
import json
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from longpole.ingest.otlp import decode_json, decode_protobuf
from longpole.ingest.otlp.decoded import TooManyRecordsError, UndecodableError

TRACE = "5b8efff798038103d269b633813fc60c"
SPAN = "eee19b7ec3c1b174"


def body(*spans: dict[str, Any]) -> bytes:
    scope = {"scope": {"name": "my.scope"}, "spans": list(spans)}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}).encode()


def span(**over: Any) -> dict[str, Any]:
    return {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "good",
        "startTimeUnixNano": "1000",
        "endTimeUnixNano": "2000",
    } | over


def valued(value: Any) -> dict[str, Any]:
    return span(attributes=[{"key": "x", "value": value}])


def test_a_span_is_read_whole() -> None:
    sent = span(
        parentSpanId="0000000000000001",
        kind=3,
        status={"code": 2, "message": "no"},
        events=[{"name": "e", "timeUnixNano": 7, "attributes": [{"key": "a", "value": {"boolValue": True}}]}],
        links=[{"traceId": TRACE, "spanId": SPAN}, {"traceId": "xyz", "spanId": SPAN}],
        droppedAttributesCount=2,
        droppedEventsCount=1,
        traceState="ignored",
        flags=257,
    )
    [read] = decode_json.decode_traces(body(sent)).records
    assert (read.trace_id.hex(), read.span_id.hex(), read.parent_span_id) == (TRACE, SPAN, b"\0\0\0\0\0\0\0\1")
    assert (read.name, read.kind, read.start_ns, read.end_ns) == ("good", 3, 1000, 2000)
    assert (read.status_code, read.status_message, read.scope_name) == (2, "no", "my.scope")
    assert read.resource.attributes == {"service.name": "shop"}
    assert [(event.name, event.time_ns, event.attributes) for event in read.events] == [("e", 7, {"a": True})]
    assert [link.trace_id.hex() for link in read.links] == [TRACE]
    assert read.dropped_count == 3


@pytest.mark.parametrize(
    ("value", "native"),
    [
        ({"stringValue": "text"}, "text"),
        ({"stringValue": ""}, ""),
        ({"boolValue": False}, False),
        ({"intValue": 7}, 7),
        ({"intValue": "-9223372036854775808"}, -(2**63)),
        ({"doubleValue": 1.5}, 1.5),
        ({"doubleValue": 2}, 2.0),
        ({"doubleValue": "1.5"}, 1.5),
        ({"doubleValue": "Infinity"}, float("inf")),
        ({"doubleValue": "-Infinity"}, float("-inf")),
        ({"bytesValue": "AP8="}, b"\x00\xff"),
        ({"bytesValue": "_-8"}, b"\xff\xef"),
        ({"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "a"}]}}, [1, "a"]),
        ({"arrayValue": {}}, []),
        ({"kvlistValue": {"values": [{"key": "k", "value": {"arrayValue": {"values": []}}}]}}, {"k": []}),
        ({"stringValue": None, "intValue": 3}, 3),
        ({"newKindValue": 1}, None),
        ({}, None),
        (None, None),
    ],
)
def test_values(value: Any, native: Any) -> None:
    [read] = decode_json.decode_traces(body(valued(value))).records
    assert read.attributes == {"x": native}
    assert type(read.attributes["x"]) is type(native)


def test_not_a_number_is_a_number() -> None:
    [read] = decode_json.decode_traces(body(valued({"doubleValue": "NaN"}))).records
    assert read.attributes["x"] != read.attributes["x"]


@pytest.mark.parametrize(
    ("over", "field", "expected"),
    [
        ({"traceId": TRACE.upper()}, "trace_id", bytes.fromhex(TRACE)),
        ({"startTimeUnixNano": 1000}, "start_ns", 1000),
        ({"endTimeUnixNano": "500"}, "end_ns", 1000),
        ({"endTimeUnixNano": None}, "end_ns", 0),
        ({"kind": "SPAN_KIND_CLIENT"}, "kind", 3),
        ({"kind": "2"}, "kind", 2),
        ({"kind": 99}, "kind", 99),
        ({"status": {"code": "STATUS_CODE_ERROR"}}, "status_code", 2),
        ({"status": {}}, "status_code", 0),
        ({"status": None}, "status_message", ""),
        ({"parentSpanId": ""}, "parent_span_id", None),
        ({"parentSpanId": "0000000000000000"}, "parent_span_id", None),
        ({"attributes": None, "events": None, "links": None}, "attributes", {}),
        ({"name": None}, "name", ""),
        ({"unknownField": {"deep": [1]}}, "name", "good"),
    ],
)
def test_spellings(over: dict[str, Any], field: str, expected: Any) -> None:
    [read] = decode_json.decode_traces(body(span(**over))).records
    assert getattr(read, field) == expected


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (span(traceId=None), "trace id is missing"),
        (span(traceId="00" * 16), "trace id is missing"),
        (span(traceId="zz" * 16), "not hexadecimal"),
        (span(spanId="abcd"), "span id is missing"),
        (span(traceId=5), "wrong type"),
        (span(name=["a"]), "wrong type"),
        (span(startTimeUnixNano=-5), "out of range"),
        (span(startTimeUnixNano=10**20), "out of range"),
        (span(startTimeUnixNano="soon"), "the start time is not a whole number"),
        (span(startTimeUnixNano=1.5), "wrong type"),
        (span(kind="SPAN_KIND_ODD"), "an enum is not a whole number"),
        (span(kind=2**31), "an enum is out of range"),
        (span(attributes={"a": 1}), "wrong type"),
        (span(attributes=[17]), "an attribute cannot be decoded"),
        (valued({"stringValue": 5}), "an attribute cannot be decoded"),
        (valued({"intValue": 2**63}), "out of the range of 64-bit"),
        (valued({"intValue": "x"}), "not a whole number"),
        (valued({"doubleValue": "x"}), "not a number"),
        (valued({"bytesValue": "?"}), "not base64"),
        (span(events=[{"attributes": [{"key": 1}]}]), "an attribute cannot be decoded"),
        ("no span at all", "wrong type"),
        (None, "wrong type"),
    ],
)
def test_a_bad_span_is_rejected_alone(bad: Any, reason: str) -> None:
    decoded = decode_json.decode_traces(body(span(), bad, span(name="also good")))
    assert [read.name for read in decoded.records] == ["good", "also good"]
    assert decoded.rejected.count == 1
    assert reason in decoded.rejected.message()


def test_invalid_utf8_is_rejected_alone() -> None:
    sent = body(span(), span(name="BROKEN"), span(attributes=[{"key": "k", "value": {"stringValue": "BROKEN"}}]))
    decoded = decode_json.decode_traces(sent.replace(b"BROKEN", b"\xff\xfe"))
    assert (len(decoded.records), decoded.rejected.count) == (1, 2)
    assert "invalid UTF-8" in decoded.rejected.message()


def _nested(depth: int) -> str:
    return '{"kvlistValue":{"values":[{"key":"k","value":' * depth + '{"intValue":1}' + "}]}}" * depth


@pytest.mark.parametrize("depth", [33, 100])
def test_nesting_is_limited(depth: int) -> None:
    deep = json.dumps(valued("DEEP")).replace('"DEEP"', _nested(depth))
    allowed = json.dumps(valued("DEEP")).replace('"DEEP"', _nested(32))
    sent = body(span(name="MARK")).replace(json.dumps(span(name="MARK")).encode(), f"{allowed},{deep}".encode())
    decoded = decode_json.decode_traces(sent)
    assert (len(decoded.records), decoded.rejected.count) == (1, 1)
    assert decoded.rejected.message() == "1 x an attribute nests deeper than 32 levels"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{not json",
        b"[]",
        b"null",
        b'{"resourceSpans": 5}',
        b'{"resourceSpans": [{"scopeSpans": {}}]}',
        b"[" * 100_000,
        b'{"resourceSpans": [NaN]}',
        b'{"a":' * 100_000,
        b'{"later":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    ],
)
def test_what_is_no_request_is_refused(sent: bytes) -> None:
    with pytest.raises(UndecodableError):
        decode_json.decode_traces(sent)


@pytest.mark.parametrize("sent", [b"{}", b'{"resourceSpans": null}', b'{"resourceSpans": [{}]}', b'{"later": [1]}'])
def test_an_empty_request_is_one(sent: bytes) -> None:
    decoded = decode_json.decode_traces(sent)
    assert (decoded.records, decoded.rejected.count) == ([], 0)


def test_far_more_objects_than_bytes_are_refused() -> None:
    with pytest.raises(TooManyRecordsError):
        decode_json.decode_traces(b'{"resourceSpans":[' + b"{}," * 400_000 + b"{}]}")


def test_log_records_that_name_a_span_are_read() -> None:
    named = {"traceId": TRACE, "spanId": SPAN, "eventName": "gen_ai.choice", "body": {"stringValue": "hello"}}
    records = [named, {"body": {"stringValue": "names no span"}}, {"traceId": "xyz"}]
    decoded = decode_json.decode_logs(json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode())
    assert [(log.event_name, log.body) for log in decoded.records] == [("gen_ai.choice", "hello")]
    assert decoded.rejected.count == 1


def test_metrics_need_only_be_readable() -> None:
    decode_json.check_metrics(b'{"resourceMetrics": [{"anything": 1}]}')
    with pytest.raises(UndecodableError):
        decode_json.check_metrics(b"[]")


scalars = st.one_of(
    st.builds(lambda v: AnyValue(string_value=v), st.text(max_size=20)),
    st.builds(lambda v: AnyValue(bool_value=v), st.booleans()),
    st.builds(lambda v: AnyValue(int_value=v), st.integers(-(2**63), 2**63 - 1)),
    st.builds(lambda v: AnyValue(double_value=v), st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(lambda v: AnyValue(bytes_value=v), st.binary(max_size=20)),
)


@given(st.dictionaries(st.text(max_size=10), scalars, max_size=8), st.integers(1, 2**63 - 1))
def test_says_what_protobuf_says(attributes: dict[str, AnyValue], start: int) -> None:
    request = ExportTraceServiceRequest()
    sent = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(SPAN), start_time_unix_nano=start)
    )
    for key, value in attributes.items():
        sent.attributes.add(key=key, value=value)
    as_json = json_format.MessageToDict(request)
    [span_json] = as_json["resourceSpans"][0]["scopeSpans"][0]["spans"]
    span_json["traceId"] = base64.b64decode(span_json["traceId"]).hex()
    span_json["spanId"] = base64.b64decode(span_json["spanId"]).hex()
    expected = decode_protobuf.decode_traces(request.SerializeToString())
    assert decode_json.decode_traces(json.dumps(as_json).encode()).records == expected.records
