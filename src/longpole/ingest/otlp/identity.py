"""When a span has an identity and a time: the checks that both encodings share.

Trace ids have 16 bytes, span ids 8, neither all zero; instants fit in 63 bits.
A span that ends before it starts is one of no duration: clocks do that.

Source: opentelemetry-proto, trace/v1/trace.proto; the design's OTLP contract, §4.
"""

from longpole.ingest.otlp.decoded import BadRecordError

TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8
LATEST_NS = (1 << 63) - 1

_NO_TRACE = bytes(TRACE_ID_BYTES)
_NO_SPAN = bytes(SPAN_ID_BYTES)


def require_ids(trace_id: bytes, span_id: bytes) -> None:
    """Raise unless both ids name something.

    Raises:
        BadRecordError: Says which one does not.
    """
    if len(trace_id) != TRACE_ID_BYTES or trace_id == _NO_TRACE:
        raise BadRecordError("trace id is missing, all zero or not of 16 bytes")
    if len(span_id) != SPAN_ID_BYTES or span_id == _NO_SPAN:
        raise BadRecordError("span id is missing, all zero or not of 8 bytes")


def has_ids(trace_id: bytes, span_id: bytes) -> bool:
    """Whether both ids name something."""
    return (
        len(trace_id) == TRACE_ID_BYTES
        and trace_id != _NO_TRACE
        and len(span_id) == SPAN_ID_BYTES
        and span_id != _NO_SPAN
    )


def parent_id(sent: bytes) -> bytes | None:
    """The parent's span id; None where none was sent (all zero says the same).

    Raises:
        BadRecordError: If it is not of 8 bytes.
    """
    if not sent or sent == _NO_SPAN:
        return None
    if len(sent) != SPAN_ID_BYTES:
        raise BadRecordError("parent span id is not of 8 bytes")
    return sent


def interval(start_ns: int, end_ns: int) -> tuple[int, int]:
    """Start and end as they are used; an end of 0 says that the span has not ended.

    Raises:
        BadRecordError: If there is neither a start nor an end, or one of them is no instant.
    """
    if not (0 <= start_ns <= LATEST_NS and 0 <= end_ns <= LATEST_NS):
        raise BadRecordError("start or end time is out of range")
    if start_ns == 0:
        if end_ns == 0:
            raise BadRecordError("start and end time are missing")
        return end_ns, end_ns
    return (start_ns, start_ns) if 0 < end_ns < start_ns else (start_ns, end_ns)
