"""What is answered, in the encoding of the request: an export response, or a google.rpc.Status.

The few fields are written by hand: protobuf without its classes.

Downstream: `routes`, `grpc_server`. Source: opentelemetry-proto docs/specification.md, "Full Success"
to "Failures"; google/rpc/status.proto and error_details.proto.
"""

import json
from enum import IntEnum

from longpole.ingest.otlp.decoded import Rejections
from longpole.ingest.otlp.intake import Encoding, Signal

_REJECTED = {
    Signal.TRACES: "rejectedSpans",
    Signal.LOGS: "rejectedLogRecords",
    Signal.METRICS: "rejectedDataPoints",
}
_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"


class Code(IntEnum):
    """Those of google.rpc.Code that are answered."""

    INVALID_ARGUMENT = 3
    RESOURCE_EXHAUSTED = 8
    UNIMPLEMENTED = 12
    UNAVAILABLE = 14


def success(signal: Signal, encoding: Encoding, rejected: Rejections) -> bytes:
    """An export response; without `partial_success` where nothing was rejected."""
    if encoding is Encoding.JSON:
        if not rejected.count:
            return b"{}"
        partial = {_REJECTED[signal]: str(rejected.count), "errorMessage": rejected.message()}
        return json.dumps({"partialSuccess": partial}).encode()
    if not rejected.count:
        return b""
    return _nested(1, _number(1, rejected.count) + _nested(2, rejected.message().encode()))


def failure(encoding: Encoding, code: Code, message: str, retry_after_seconds: int | None = None) -> bytes:
    """A google.rpc.Status; with RetryInfo where the client should try again."""
    if encoding is Encoding.JSON:
        status: dict[str, object] = {"code": int(code), "message": message}
        if retry_after_seconds is not None:
            status["details"] = [{"@type": _RETRY_INFO, "retryDelay": f"{retry_after_seconds}s"}]
        return json.dumps(status).encode()
    body = _number(1, code) + _nested(2, message.encode())
    if retry_after_seconds is not None:
        retry_info = _nested(1, _number(1, retry_after_seconds))
        body += _nested(3, _nested(1, _RETRY_INFO.encode()) + _nested(2, retry_info))
    return body


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _nested(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
