"""Records are counted before anything is made of them."""

import pytest

from longpole.ingest.otlp import decode_protobuf
from longpole.ingest.otlp.decoded import TooManyRecordsError
from longpole.ingest.otlp.frames import MAX_FIELDS, MAX_RECORDS, limit_records


def _frame(field: int, value: bytes) -> bytes:
    size, parts = len(value), bytearray([field << 3 | 2])
    while size > 127:
        parts.append(size & 127 | 128)
        size >>= 7
    return bytes([*parts, size]) + value


def _request(*spans: bytes) -> bytes:
    return _frame(1, _frame(2, b"".join(_frame(2, span) for span in spans)))


def test_as_many_spans_as_allowed_pass() -> None:
    limit_records(_request(*[b"1234567"] * (MAX_RECORDS - 10)))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\x0a\x00" * 600_000, id="resources"),
        pytest.param(_frame(1, b"\x12\x00" * 600_000), id="scopes"),
        pytest.param(_frame(1, _frame(2, b"\x12\x00" * 600_000)), id="spans"),
        pytest.param(_request(b"\x5a\x00" * 600_000), id="events of one span"),
    ],
)
def test_many_empty_ones_do_not(body: bytes) -> None:
    with pytest.raises(TooManyRecordsError):
        decode_protobuf.decode_traces(body)


def test_a_large_span_with_few_fields_passes() -> None:
    limit_records(_request(_frame(9, b"x" * (2 << 20)) + _frame(9, b"y") * 100))


def test_a_large_span_with_many_fields_does_not() -> None:
    with pytest.raises(TooManyRecordsError):
        limit_records(_request(_frame(9, b"x" * (1 << 20)) + _frame(9, b"y") * MAX_FIELDS))


@pytest.mark.parametrize("junk", [b"\xff" * (2 << 20), b"\x0b" * (2 << 20), b"\x0a\xff\xff\xff\x7f" + bytes(2 << 20)])
def test_junk_is_left_to_the_parser(junk: bytes) -> None:
    limit_records(junk)
