"""Request bodies within their limits, on the wire and inflated.

A body is refused by its announced length where there is one, else as soon as
it is too long. Inflating stops at the limit: 512 MiB of zeros in half a
megabyte of gzip cost no more than the limit allows.

Upstream: `routes`. Downstream: `ingest.pipeline_budget`.
Source: RFC 1952 (a gzip file may have several members); RFC 9110, §8.4.
"""

from collections.abc import AsyncIterator

from zlib_ng import zlib_ng as zlib

from longpole.domain.errors import LongpoleError
from longpole.ingest.otlp.decoded import UndecodableError
from longpole.ingest.pipeline_budget import Share

_STEP_BYTES = 1 << 20
_MOST_MEMBERS = 256
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}

IDENTITY = "identity"
ENCODINGS = frozenset({IDENTITY, "", *_WINDOW_BITS})


class TooLargeError(LongpoleError):
    """The body is longer than is allowed."""

    def __init__(self, limit_bytes: int, what: str) -> None:
        super().__init__(f"The body is longer than {limit_bytes:,} bytes {what}.")


async def read_body(stream: AsyncIterator[bytes], announced: int | None, limit_bytes: int, share: Share) -> bytes:
    """The body as it is on the wire, its memory taken from `share`.

    Raises:
        TooLargeError: If it is longer than `limit_bytes`, or says so.
        OverloadedError: If there is no memory for it.
    """
    if announced is not None and announced > limit_bytes:
        raise TooLargeError(limit_bytes, "on the wire")
    parts: list[bytes] = []
    size = 0
    async for part in stream:
        size += len(part)
        if size > limit_bytes:
            raise TooLargeError(limit_bytes, "on the wire")
        share.grow(len(part))
        parts.append(part)
    return b"".join(parts)


def inflate(body: bytes, encoding: str, limit_bytes: int, share: Share) -> bytes:
    """The body as it was before its content encoding (one of `ENCODINGS`) was applied.

    Raises:
        UndecodableError: If it is not in that encoding, or not whole.
        TooLargeError: If it would be longer than `limit_bytes`.
        OverloadedError: If there is no memory for it.
    """
    if encoding in {IDENTITY, ""} or not body:
        if len(body) > limit_bytes:
            raise TooLargeError(limit_bytes, "inflated")
        return body
    try:
        return _inflated(body, _WINDOW_BITS[encoding], limit_bytes, share)
    except zlib.error:  # type: ignore[misc] # its stub calls the class an instance
        raise UndecodableError(f"The body is not {encoding}.") from None


def _inflated(body: bytes, window_bits: int, limit_bytes: int, share: Share) -> bytes:
    parts: list[bytes] = []
    left = limit_bytes
    rest = body
    for _ in range(_MOST_MEMBERS):
        member = zlib.decompressobj(window_bits)
        while not member.eof:
            part = member.decompress(rest, min(_STEP_BYTES, left + 1))
            rest = member.unconsumed_tail
            if not part and not rest and not member.eof:
                raise UndecodableError("The body ends within its compressed data.")
            if len(part) > left:
                raise TooLargeError(limit_bytes, "inflated")
            left -= len(part)
            share.grow(len(part))
            parts.append(part)
        rest = member.unused_data.lstrip(b"\0")  # zeros may follow a member
        if not rest:
            return b"".join(parts)
    raise UndecodableError(f"The body has more than {_MOST_MEMBERS} compressed members.")
