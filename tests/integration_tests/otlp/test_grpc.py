"""OTLP over gRPC: the same answers by other names."""

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from sqlalchemy import func, select, text

from longpole import runtime as runtime_module
from longpole.domain.errors import InvalidInputError, MissingExtraError
from longpole.ingest.otlp.grpc_server import serve_grpc
from longpole.ingest.pipeline import Pipeline
from longpole.runtime import Runtime
from longpole.services import runs
from longpole.store.tables import trace_chunks

Doors = Any
Request = Callable[..., Any]
Eventually = Callable[[Callable[[], bool]], None]

TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


@pytest.fixture
def channel(doors: Doors) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(doors.grpc, options=[("grpc.max_send_message_length", 1 << 30)]) as made:
        yield made


def chunk_count() -> int:
    with runtime_module.reading() as connection:
        return connection.scalar(select(func.count()).select_from(trace_chunks)) or 0


def raw(channel: grpc.Channel) -> Callable[..., Any]:
    return channel.unary_unary(TRACES, request_serializer=bytes, response_deserializer=bytes)


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_traces_are_taken(
    doors: Doors, channel: grpc.Channel, make_request: Request, eventually: Eventually, compression: grpc.Compression
) -> None:
    trace_id = os.urandom(16)
    answer = TraceServiceStub(channel).Export(make_request(trace_id=trace_id), compression=compression)
    assert not answer.HasField("partial_success")
    assert chunk_count() == 1
    eventually(lambda: doors.has_run(trace_id))


def test_logs_and_metrics_are_taken(channel: grpc.Channel, recorded: dict[str, bytes]) -> None:
    logs = LogsServiceStub(channel).Export(ExportLogsServiceRequest.FromString(recorded["openai_logs.pb"]))
    assert not logs.HasField("partial_success")
    sent = ExportMetricsServiceRequest.FromString(recorded["openai_metrics.pb"])
    assert not MetricsServiceStub(channel).Export(sent).HasField("partial_success")


def test_an_empty_request_succeeds(channel: grpc.Channel) -> None:
    assert raw(channel)(b"") == b""


def test_some_bad_spans_are_told_and_the_others_kept(channel: grpc.Channel, make_request: Request) -> None:
    request = make_request(3)
    request.resource_spans[0].scope_spans[0].spans[1].trace_id = b""
    answer = TraceServiceStub(channel).Export(request)
    assert answer.partial_success.rejected_spans == 1
    assert answer.partial_success.error_message == "1 x trace id is missing, all zero or not of 16 bytes"
    assert chunk_count() == 2


def _error(call: Callable[[], object]) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value


def _status(error: grpc.RpcError) -> Status:
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    return Status.FromString(details)


def test_garbage_is_not_to_be_sent_again(channel: grpc.Channel) -> None:
    error = _error(lambda: raw(channel)(b"\xff\xff\xff"))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (_status(error).code, len(_status(error).details)) == (3, 0)


def test_messages_up_to_the_limit_are_taken(channel: grpc.Channel, make_request: Request) -> None:
    five = make_request(name="x" * (5 << 20)).SerializeToString()
    assert raw(channel)(five) == b""
    over = b"\x0a\x00" * (33 << 20)
    assert _error(lambda: raw(channel)(over)).code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    bomb = _error(lambda: raw(channel)(over, compression=grpc.Compression.Gzip))
    assert bomb.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    many = b"\x0a\x00" * (1 << 20)
    assert _error(lambda: raw(channel)(many)).code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_overload_tells_when_to_try_again(doors: Doors, channel: grpc.Channel, make_request: Request) -> None:
    others = doors.pipeline.budget.share()
    others.grow(doors.pipeline.runtime.settings.ingest_queue_bytes)
    error = _error(lambda: TraceServiceStub(channel).Export(make_request()))
    others.release()
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    retry = RetryInfo()
    assert _status(error).details[0].Unpack(retry)
    assert retry.retry_delay.seconds == 1


def test_a_storage_failure_is_temporary(channel: grpc.Channel, make_request: Request) -> None:
    with runtime_module.unit_of_work() as connection:
        connection.execute(text("ALTER TABLE trace_chunks RENAME TO elsewhere"))
    error = _error(lambda: TraceServiceStub(channel).Export(make_request()))
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    with runtime_module.unit_of_work() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO trace_chunks"))
    TraceServiceStub(channel).Export(make_request())


def test_metadata_names_the_project(
    doors: Doors, channel: grpc.Channel, make_request: Request, eventually: Eventually
) -> None:
    trace_id = os.urandom(16)
    TraceServiceStub(channel).Export(make_request(trace_id=trace_id), metadata=[("x-project-name", "mine")])
    eventually(lambda: doors.has_run(trace_id))
    assert runs.runs_of_trace(trace_id.hex())[0].run.app_id == "mine"


def test_a_taken_port_is_said_to_be(doors: Doors) -> None:
    with pytest.raises(InvalidInputError, match="LONGPOLE_GRPC_PORT"):
        serve_grpc(doors.pipeline, "127.0.0.1", int(doors.grpc.rsplit(":", 1)[1]))


def test_without_grpcio_it_says_what_to_install(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)
    with pytest.raises(MissingExtraError, match=r"longpole\[grpc\]"):
        serve_grpc(Pipeline(runtime), "127.0.0.1", 0)
