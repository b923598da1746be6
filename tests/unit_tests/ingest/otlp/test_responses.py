"""Answers are what the official classes read them to be."""

import json

from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from longpole.ingest.otlp.decoded import Rejections
from longpole.ingest.otlp.intake import Encoding, Signal
from longpole.ingest.otlp.responses import Code, failure, success


def _rejections() -> Rejections:
    rejected = Rejections()
    rejected.add("no id", 300)
    rejected.add("too deep")
    return rejected


def test_full_success_says_nothing() -> None:
    assert success(Signal.TRACES, Encoding.PROTOBUF, Rejections()) == b""
    assert success(Signal.TRACES, Encoding.JSON, Rejections()) == b"{}"


def test_partial_success_tells_how_many_and_why() -> None:
    traces = ExportTraceServiceResponse.FromString(success(Signal.TRACES, Encoding.PROTOBUF, _rejections()))
    assert traces.partial_success.rejected_spans == 301
    assert traces.partial_success.error_message == "300 x no id; 1 x too deep"
    logs = ExportLogsServiceResponse.FromString(success(Signal.LOGS, Encoding.PROTOBUF, _rejections()))
    assert logs.partial_success.rejected_log_records == 301
    assert json.loads(success(Signal.LOGS, Encoding.JSON, _rejections())) == {
        "partialSuccess": {"rejectedLogRecords": "301", "errorMessage": "300 x no id; 1 x too deep"}
    }


def test_many_reasons_are_told_by_their_number() -> None:
    rejected = Rejections()
    for number in range(8):
        rejected.add(f"reason {number}", 10 - number)
    assert rejected.message().endswith("6 x reason 4; and 3 other reasons")


def test_a_failure_is_a_status() -> None:
    status = Status.FromString(failure(Encoding.PROTOBUF, Code.INVALID_ARGUMENT, "bad: ä"))
    assert (status.code, status.message, len(status.details)) == (3, "bad: ä", 0)
    assert json.loads(failure(Encoding.JSON, Code.INVALID_ARGUMENT, "bad")) == {"code": 3, "message": "bad"}


def test_a_failure_tells_when_to_try_again() -> None:
    status = Status.FromString(failure(Encoding.PROTOBUF, Code.UNAVAILABLE, "later", 2))
    retry = RetryInfo()
    assert status.details[0].Unpack(retry)
    assert retry.retry_delay.seconds == 2
    [told] = json.loads(failure(Encoding.JSON, Code.UNAVAILABLE, "later", 2))["details"]
    assert told == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2s"}
