"""OTLP over HTTP, as clients of every kind send it."""

import gzip
import json
import os
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from sqlalchemy import func, select, text

from longpole import runtime as runtime_module
from longpole.services import runs
from longpole.store.tables import span_contents, trace_chunks

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}

Doors = Any
Request = Callable[..., Any]
Eventually = Callable[[Callable[[], bool]], None]


def json_body(**over: Any) -> bytes:
    span = {
        "traceId": os.urandom(16).hex(),
        "spanId": os.urandom(8).hex(),
        "name": "probe",
        "startTimeUnixNano": str(time.time_ns()),
        "endTimeUnixNano": str(time.time_ns() + 10**6),
        "attributes": [{"key": "openinference.span.kind", "value": {"stringValue": "CHAIN"}}],
    }
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span | over]}]}]}).encode()


def chunk_count() -> int:
    with runtime_module.reading() as connection:
        return connection.scalar(select(func.count()).select_from(trace_chunks)) or 0


@pytest.mark.parametrize(
    "path",
    [
        "/v1/traces",
        "/v1/traces/",
        "/api/public/otel/v1/traces",
        "/otel/v1/traces",
        "/otel/v1/traces/",
        "/phx/v1/traces",
        "/some/where%20else/v1/traces",
    ],
)
def test_traces_are_taken_below_any_prefix(
    doors: Doors, make_request: Request, eventually: Eventually, path: str
) -> None:
    trace_id = os.urandom(16)
    body = make_request(trace_id=trace_id).SerializeToString()
    answer = doors.http.post(path, content=body, headers=PROTOBUF)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert chunk_count() == 1
    eventually(lambda: doors.has_run(trace_id))


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/json ;a=b"],
)
def test_json_is_taken(doors: Doors, eventually: Eventually, content_type: str) -> None:
    trace_id = os.urandom(16)
    body = json_body(traceId=trace_id.hex().upper())
    answer = doors.http.post("/v1/traces", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["content-type"] == "application/json"
    eventually(lambda: doors.has_run(trace_id))


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("gzip", lambda body: gzip.compress(body[:10]) + gzip.compress(body[10:])),
        ("deflate", zlib.compress),
        ("identity", bytes),
    ],
)
def test_content_encodings(
    doors: Doors, make_request: Request, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    for body, headers in ((make_request().SerializeToString(), PROTOBUF), (json_body(), JSON)):
        answer = doors.http.post("/v1/traces", content=encode(body), headers={**headers, "Content-Encoding": encoding})
        assert answer.status_code == 200
    assert chunk_count() == 2


def test_chunked_bodies_are_taken(doors: Doors, make_request: Request) -> None:
    body = make_request(50).SerializeToString()

    def parts() -> Iterator[bytes]:
        yield body[:7]
        yield body[7:]

    assert doors.http.post("/v1/traces", content=parts(), headers=PROTOBUF).status_code == 200
    assert chunk_count() == 50


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_an_empty_request_succeeds(doors: Doors, signal: str) -> None:
    assert doors.http.post(f"/v1/{signal}", content=b"", headers=PROTOBUF).status_code == 200
    assert doors.http.post(f"/v1/{signal}", content=b"{}", headers=JSON).json() == {}


def test_logs_are_joined_and_metrics_acknowledged(
    doors: Doors, recorded: dict[str, bytes], eventually: Eventually
) -> None:
    logs = doors.http.post("/v1/logs", content=recorded["openai_logs.pb"], headers=PROTOBUF)
    assert (logs.status_code, ExportLogsServiceResponse.FromString(logs.content).HasField("partial_success")) == (
        200,
        False,
    )
    metrics = doors.http.post("/v1/metrics", content=recorded["openai_metrics.pb"], headers=PROTOBUF)
    assert (metrics.status_code, metrics.content) == (200, b"")
    assert doors.http.post("/v1/traces", content=recorded["openai_traces.pb"], headers=PROTOBUF).status_code == 200
    eventually(lambda: not doors.pipeline.budget.used_bytes)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_other_methods_are_not_allowed(doors: Doors, method: str) -> None:
    for path in ("/v1/traces", "/otel/v1/traces/", "/v1/logs"):
        assert doors.http.request(method, path).status_code == 405


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (PROTOBUF, b"\xff\xff\xffgarbage", 400),
        (JSON, b"{not json", 400),
        (PROTOBUF | {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 500, mtime=0)[:-6], 400),
        (PROTOBUF | {"Content-Encoding": "gzip"}, b"not gzip", 400),
        (JSON | {"Content-Encoding": "gzip"}, b"not gzip", 400),
        (PROTOBUF | {"Content-Encoding": "br"}, b"", 415),
        (JSON | {"Content-Encoding": "zstd"}, b"", 415),
        ({"Content-Type": "text/plain"}, b"{}", 415),
        ({}, b"{}", 415),
    ],
)
def test_what_cannot_be_read_is_refused_in_its_own_encoding(
    doors: Doors, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = doors.http.post("/v1/traces", content=body, headers=headers)
    assert answer.status_code == status
    assert "retry-after" not in answer.headers
    if headers.get("Content-Type") == "application/x-protobuf":
        assert answer.headers["content-type"] == "application/x-protobuf"
        told = Status.FromString(answer.content)
        assert (told.code, told.message != "") == (3, True)
    else:
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["code"] == 3


def test_some_bad_spans_are_told_and_the_others_kept(doors: Doors, make_request: Request) -> None:
    request = make_request(3)
    request.resource_spans[0].scope_spans[0].spans[1].span_id = bytes(8)
    answer = doors.http.post("/v1/traces", content=request.SerializeToString(), headers=PROTOBUF)
    told = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, told.rejected_spans) == (200, 1)
    assert told.error_message == "1 x span id is missing, all zero or not of 8 bytes"
    assert chunk_count() == 2
    answer = doors.http.post("/v1/traces", content=json_body(spanId=""), headers=JSON)
    assert answer.json()["partialSuccess"]["rejectedSpans"] == "1"
    assert chunk_count() == 2


def test_bodies_beyond_the_limits_are_refused(narrow_doors: Doors) -> None:
    post = narrow_doors.http.post
    assert post("/v1/traces", content=bytes(100_001), headers=PROTOBUF).status_code == 413
    assert post("/v1/traces", content=iter([bytes(60_000), bytes(60_000)]), headers=PROTOBUF).status_code == 413
    zipped = PROTOBUF | {"Content-Encoding": "gzip"}
    bomb = post("/v1/traces", content=gzip.compress(bytes(50_000_000)), headers=zipped)
    assert (bomb.status_code, Status.FromString(bomb.content).code) == (413, 8)
    assert post("/v1/traces", content=gzip.compress(b"\x0a\x00" * 10), headers=zipped).status_code == 200
    assert narrow_doors.pipeline.budget.used_bytes == 0


def test_a_body_is_refused_by_its_announced_length_alone(narrow_doors: Doors) -> None:
    address = (narrow_doors.http.base_url.host, narrow_doors.http.base_url.port)
    with socket.create_connection(address, timeout=20) as connection:
        head = (
            "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_client_that_goes_away_leaves_nothing(doors: Doors, make_request: Request, eventually: Eventually) -> None:
    address = (doors.http.base_url.host, doors.http.base_url.port)
    with socket.create_connection(address, timeout=20) as connection:
        head = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
        connection.sendall(head.encode() + b"x" * 4_000)
        eventually(lambda: doors.pipeline.budget.used_bytes == 4_000)
    eventually(lambda: doors.pipeline.budget.used_bytes == 0)
    assert doors.http.post("/v1/traces", content=make_request().SerializeToString(), headers=PROTOBUF).is_success


def test_overload_is_told_before_memory_is_used(doors: Doors, make_request: Request) -> None:
    others = doors.pipeline.budget.share()
    others.grow(doors.pipeline.runtime.settings.ingest_queue_bytes)
    answer = doors.http.post("/v1/traces", content=make_request().SerializeToString(), headers=PROTOBUF)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert Status.FromString(answer.content).code == 14
    others.release()
    assert doors.http.post("/v1/traces", content=make_request().SerializeToString(), headers=PROTOBUF).is_success


def test_a_storage_failure_is_temporary(both_doors: Doors, make_request: Request, eventually: Eventually) -> None:
    trace_id = os.urandom(16)
    body = make_request(trace_id=trace_id).SerializeToString()
    with runtime_module.unit_of_work() as connection:
        connection.execute(text("ALTER TABLE trace_chunks RENAME TO elsewhere"))
    answer = both_doors.http.post("/v1/traces", content=body, headers=PROTOBUF)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert Status.FromString(answer.content).details[0].type_url.endswith("google.rpc.RetryInfo")
    as_json = both_doors.http.post("/v1/traces", content=json_body(), headers=JSON)
    assert (as_json.status_code, as_json.json()["code"]) == (503, 14)
    with runtime_module.unit_of_work() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO trace_chunks"))
    assert both_doors.http.post("/v1/traces", content=body, headers=PROTOBUF).status_code == 200
    eventually(lambda: both_doors.has_run(trace_id))


@pytest.mark.parametrize("header", ["x-project-name", "langsmith-project", "x-mlflow-experiment-id"])
def test_a_header_names_the_project(doors: Doors, make_request: Request, eventually: Eventually, header: str) -> None:
    trace_id = os.urandom(16)
    body = make_request(trace_id=trace_id).SerializeToString()
    doors.http.post("/v1/traces", content=body, headers=PROTOBUF | {header: "my project"})
    eventually(lambda: doors.has_run(trace_id))
    [record] = runs.runs_of_trace(trace_id.hex())
    assert record.run.app_id == "my project"


def test_contents_are_stored_only_where_wanted(narrow_doors: Doors, make_request: Request) -> None:
    body = make_request(payload="what is the weather").SerializeToString()
    narrow_doors.http.post("/v1/traces", content=body, headers=PROTOBUF)
    with runtime_module.reading() as connection:
        [row] = connection.execute(select(span_contents)).all()
    assert (row.direction, row.is_cut, zlib.decompress(row.body)) == (0, False, b"what is the weather")


def test_contents_are_not_stored_by_default(doors: Doors, make_request: Request) -> None:
    body = make_request(payload="what is the weather").SerializeToString()
    doors.http.post("/v1/traces", content=body, headers=PROTOBUF)
    with runtime_module.reading() as connection:
        assert connection.execute(select(span_contents)).all() == []
        [facts] = connection.scalars(select(trace_chunks.c.facts)).all()
    assert b"weather" not in zlib.decompress(facts)
