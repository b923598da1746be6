"""How many records a protobuf request holds, counted before anything is made of them.

An empty span costs two bytes on the wire and a hundred in memory: 64 MiB of
them would take gigabytes. So the frames of a large body are counted first, by
stepping from length to length, without looking into them.

Downstream: `decode_protobuf`. Source: protobuf's encoding, "length-delimited records".
"""

from collections.abc import Iterator

from longpole.ingest.otlp.decoded import TooManyRecordsError

MAX_RECORDS = 200_000
"""How many spans (or log records) one request may hold; stock exporters send at most a few thousand."""

MAX_FIELDS = 50_000
"""How many fields a single record may have."""

_SMALL_BODY = 1 << 20
_LARGE_RECORD = 1 << 17
_RECORD_DEPTH = 2  # request, resource, scope
_LENGTH_DELIMITED = 2
_FIXED = {1: 8, 5: 4}
_VARINT_BYTES = 10
_ONE_BYTE = 0x80  # a byte below it is a varint's last


def limit_records(body: bytes) -> None:
    """Raise if parsing `body` would make far more objects than its size lets expect.

    A body that is no protobuf passes: the parser says so.

    Raises:
        TooManyRecordsError: If there are more than `MAX_RECORDS` records, or `MAX_FIELDS` fields in one of them.
    """
    if len(body) <= _SMALL_BODY:
        return
    left = MAX_RECORDS
    unopened = [(0, len(body), 0)]
    while unopened:
        outer_start, outer_end, depth = unopened.pop()
        for start, end in _frames(body, outer_start, outer_end):
            left -= 1
            if left < 0:
                raise TooManyRecordsError(f"The request holds more than {MAX_RECORDS:,} records.")
            if depth < _RECORD_DEPTH:
                unopened.append((start, end, depth + 1))
            elif end - start > _LARGE_RECORD:
                _limit_fields(body, start, end)


def _limit_fields(body: bytes, start: int, end: int) -> None:
    for number, _ in enumerate(_frames(body, start, end)):
        if number >= MAX_FIELDS:
            raise TooManyRecordsError(f"A record has more than {MAX_FIELDS:,} fields.")


def _frames(body: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the length-delimited fields between `start` and `end` lie; ends where the bytes make no sense."""
    at = start
    while at < end:
        tag, at = (body[at], at + 1) if body[at] < _ONE_BYTE else _varint(body, at, end)
        wire_type = tag & 7
        if wire_type == _LENGTH_DELIMITED:
            length, at = _varint(body, at, end)
            if at + length > end:
                return
            yield at, at + length
            at += length
        elif wire_type in _FIXED:
            at += _FIXED[wire_type]
        elif wire_type == 0:
            _, at = _varint(body, at, end)
        else:
            return


def _varint(body: bytes, at: int, end: int) -> tuple[int, int]:
    last = min(at + _VARINT_BYTES, end)
    value = shift = 0
    while at < last:
        byte = body[at]
        at += 1
        if byte < _ONE_BYTE:
            return value | byte << shift, at
        value |= (byte - _ONE_BYTE) << shift
        shift += 7
    return 0, end
