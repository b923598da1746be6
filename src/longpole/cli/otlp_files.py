"""Telemetry in files: OTLP as JSON, as JSON lines, or as protobuf, gzipped or not, one request at a time.

What a file is, is seen from its first bytes, not from its name:

    1f 8b          gzip, of one of these
    {              JSON: a request a line (the collector's file exporter), or one request as the whole file
    0a             protobuf: one request as the whole file
    00 to 03       protobuf: requests, each after its length in four bytes (the collector's `format: proto`)

Memory is bounded by the largest request that is allowed, whatever the file's size.

Upstream: `cli.ingest`. Downstream: `ingest.otlp.intake`.
Source: the OpenTelemetry protocol file exporter's specification; the collector's fileexporter.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import msgspec

from longpole.domain.errors import LongpoleError
from longpole.ingest.otlp.intake import Encoding, Signal

_Content = BufferedReader | gzip.GzipFile
_ABSENT = msgspec.Raw()
_GZIP = b"\x1f\x8b"
_JSON_BEGINS = (b"{", b" ", b"\t")
_PROTOBUF_BEGINS = b"\n"
_LENGTH_BYTES = 4
_LARGEST_FIRST_BYTE_OF_A_LENGTH = 3  # 64 MiB


class UnreadableFileError(LongpoleError):
    """A file that cannot be opened, or is none of the kinds that are understood."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a file: its place from 1, what it is, and how many bytes of the file have been read by then."""

    number: int
    signal: Signal
    encoding: Encoding
    body: bytes
    bytes_read: int


class _Envelope(msgspec.Struct, rename="camel"):
    resource_logs: msgspec.Raw = _ABSENT
    resource_metrics: msgspec.Raw = _ABSENT


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def requests(path: Path, protobuf_signal: Signal, largest: int) -> Iterator[Request]:
    """The requests of a file, in their order.

    Args:
        path: The file.
        protobuf_signal: What a protobuf file carries: its bytes do not say.
        largest: Most bytes that one request may have.

    Raises:
        UnreadableFileError: If it cannot be read, or is none of the known kinds from some place on.
    """
    try:
        with _opened(path) as (content, raw):
            for number, (encoding, body) in enumerate(_bodies(content, largest), 1):
                signal = protobuf_signal if encoding is Encoding.PROTOBUF else _signal_of(body)
                yield Request(number, signal, encoding, body, raw.tell())
    except _UnknownKindError as error:
        raise UnreadableFileError(path, str(error)) from None
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise UnreadableFileError(path, reason or f"is damaged ({error})") from None


class _UnknownKindError(Exception):
    pass


@contextmanager
def _opened(path: Path) -> Iterator[tuple[_Content, _Content]]:
    """The file's content, and the file itself, whose position tells how much of it was read."""
    with path.open("rb") as raw:
        if raw.peek(2)[:2] == _GZIP:
            with gzip.open(raw) as content:
                yield content, raw
        else:
            yield raw, raw


def _bodies(content: _Content, largest: int) -> Iterator[tuple[Encoding, bytes]]:
    first = content.peek(1)[:1]
    if first in _JSON_BEGINS:
        yield from ((Encoding.JSON, body) for body in _json(content, largest))
    elif first == _PROTOBUF_BEGINS:
        yield Encoding.PROTOBUF, _whole(content, b"", largest)
    elif first and first[0] <= _LARGEST_FIRST_BYTE_OF_A_LENGTH:
        yield from ((Encoding.PROTOBUF, body) for body in _after_lengths(content, largest))
    elif first:
        raise _UnknownKindError("is neither OTLP JSON nor OTLP protobuf, gzipped or not")


def _json(content: _Content, largest: int) -> Iterator[bytes]:
    """A request a line; where the first line is not whole by itself, the file is one request."""
    line = _line(content, largest)
    if not _is_whole(line):
        line = _whole(content, line, largest)
    while line:
        if not line.isspace():
            yield line
        line = _line(content, largest)


def _after_lengths(content: _Content, largest: int) -> Iterator[bytes]:
    while prefix := content.read(_LENGTH_BYTES):
        length = int.from_bytes(prefix, "big")
        if length > largest:
            raise _UnknownKindError(f"has a request of {length:,} bytes, more than {largest:,}")
        body = content.read(length)
        if len(prefix) < _LENGTH_BYTES or len(body) < length:
            raise _UnknownKindError("ends in the middle of a request")
        yield body


def _line(content: _Content, largest: int) -> bytes:
    line = content.readline(largest + 1)
    if len(line) > largest:
        raise _UnknownKindError(f"has a line of more than {largest:,} bytes")
    return line


def _whole(content: _Content, begun: bytes, largest: int) -> bytes:
    body = begun + content.read(largest + 1 - len(begun))
    if len(body) > largest:
        raise _UnknownKindError(f"is one request of more than {largest:,} bytes")
    return body


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _signal_of(body: bytes) -> Signal:
    """What a JSON request carries, by its one key; traces where it cannot be told, to be refused as such."""
    try:
        envelope = _ENVELOPE.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Signal.TRACES
    if envelope.resource_logs is not _ABSENT:
        return Signal.LOGS
    return Signal.TRACES if envelope.resource_metrics is _ABSENT else Signal.METRICS
