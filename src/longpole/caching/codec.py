"""Results as bytes and back: what comes out is what went in, type for type, and nobody else's object.

    j  JSON as it stands, readable in SQL         whatever JSON keeps exactly
    z  the same, compressed                       if it is large
    m  MessagePack                                NaN, infinities, bytes, tuples, names that are no texts
    Z  the same, compressed

Nothing of what a result is gets lost silently: what none of these keeps exactly
is refused. Bytes that are not what was written are found out (`CorruptEntryError`).

Upstream: `cache`. Downstream: whatever holds bytes.
"""

import base64
import json
import math
import sys
from collections.abc import Callable
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from longpole.domain.errors import InvalidInputError

if sys.version_info >= (3, 14):
    from compression import zstd  # pragma: no cover
else:
    from backports import zstd

_COMPRESS_FROM = 32 * 1024
_HEAD_CHARACTERS = 1_000
_LEVEL = 3
_TUPLE, _WHOLE = 1, 2
_CHECKSUM_BYTES = 4
_json_encode = msgspec.json.Encoder().encode
_json_decode = msgspec.json.Decoder().decode
_SCALARS = frozenset({str, int, bool, type(None)})
_NAMES = frozenset({str, int, bool, float, bytes, type(None)})
_SMALLEST, _LARGEST = -(1 << 63), (1 << 64) - 1


class NotStorableError(InvalidInputError):
    """A result that cannot be kept exactly."""


class CorruptEntryError(ValueError):
    """Bytes that are not what was written."""


class Encoded(NamedTuple):
    """A result as bytes; `readable` is its JSON form, and `is_readable_exact` says that `body` is b"j" and that."""

    body: bytes
    readable: str
    is_readable_exact: bool


def encode(value: Any) -> Encoded:
    """A result as bytes.

    Raises:
        NotStorableError: It is of types that would come back as others; says which.
    """
    try:
        written = _as_json(value)
        if written is not None:
            if len(written) < _COMPRESS_FROM:
                return Encoded(b"j" + written, written.decode(), is_readable_exact=True)
            return Encoded(b"z" + _compressed(written), _head(written.decode()), is_readable_exact=False)
        packed = _msgpack_encode(_packable(value, 0))
        readable = json.dumps(_shown(value), allow_nan=False, ensure_ascii=False)
    except (RecursionError, UnicodeEncodeError):
        raise NotStorableError("output_data", "is nested too deeply, or has text that is no Unicode") from None
    if len(packed) < _COMPRESS_FROM:
        return Encoded(
            b"m" + crc32(packed).to_bytes(_CHECKSUM_BYTES, "big") + packed, readable, is_readable_exact=False
        )
    return Encoded(b"Z" + _compressed(packed), _head(readable), is_readable_exact=False)


def decode(body: bytes) -> Any:
    """A new object that equals what was encoded.

    Raises:
        CorruptEntryError: These bytes are no encoded result.
    """
    kind = body[:1]
    try:
        if kind == b"j":
            return _json_decode(body[1:])
        return _DECODERS[kind](body[1:])
    except (KeyError, ValueError, msgspec.DecodeError, zstd.ZstdError, RecursionError):
        raise CorruptEntryError("the bytes of a cached result are damaged") from None


def json_of(body: bytes) -> bytes | None:
    """The JSON that a result is, as it stands in its bytes; None where it is none (NaN, bytes, tuples).

    Raises:
        CorruptEntryError: These bytes are no encoded result.
    """
    decode(body)
    if body[:1] == b"j":
        return body[1:]
    return zstd.decompress(body[1:]) if body[:1] == b"z" else None


def _as_json(value: Any) -> bytes | None:
    """A value as JSON if that keeps it exactly, else None. What contains itself ends here."""
    try:
        written = _json_encode(value)
    except TypeError:
        return None
    return written if _is_plain_json(value) else None


def _is_plain_json(value: Any) -> bool:
    """Whether all types and numbers are JSON's; the writer takes many others, and makes them others."""
    waiting = [value]
    take = waiting.pop
    while waiting:
        each = take()
        kind = type(each)
        if kind is dict:
            if not _TEXT.issuperset(map(type, each)):
                return False
            waiting.extend(each.values())
        elif kind is list:
            waiting.extend(each)
        elif kind is float:
            if not math.isfinite(each):
                return False
        elif kind not in _SCALARS:
            return False
    return True


_TEXT = frozenset({str})
_DEEPEST = 500


def _packable(value: Any, depth: int) -> Any:
    """The same in types that MessagePack tells apart."""
    if depth > _DEEPEST:
        raise RecursionError
    kind = type(value)
    if kind is dict:
        for name in value:
            if type(name) not in _NAMES:
                raise NotStorableError("output_data", f"a name of type {type(name).__name__} cannot be cached")
        return {name: _packable(inner, depth + 1) for name, inner in value.items()}
    if kind is list:
        return [_packable(inner, depth + 1) for inner in value]
    if kind is tuple:
        return msgspec.msgpack.Ext(_TUPLE, _msgpack_encode([_packable(inner, depth + 1) for inner in value]))
    if kind is int and not _SMALLEST <= value <= _LARGEST:
        return msgspec.msgpack.Ext(_WHOLE, str(value).encode())
    if kind in _SCALARS or kind in {float, bytes}:
        return value
    raise NotStorableError("output_data", f"{kind.__name__} cannot be cached: it is none of JSON's types")


def _unpacked(code: int, data: memoryview) -> Any:
    if code == _TUPLE:
        return tuple(_msgpack_decode(data))
    if code == _WHOLE:
        return int(bytes(data))
    raise ValueError(code)


_msgpack_encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder().encode
_msgpack_decode: Callable[[Any], Any] = msgspec.msgpack.Decoder(ext_hook=_unpacked).decode


def _checked(body: bytes) -> Any:
    packed = body[_CHECKSUM_BYTES:]
    if crc32(packed).to_bytes(_CHECKSUM_BYTES, "big") != body[:_CHECKSUM_BYTES]:
        raise ValueError
    return _msgpack_decode(packed)


def _compressed(written: bytes) -> bytes:
    return zstd.compress(written, options={_P.compression_level: _LEVEL, _P.checksum_flag: 1})


_P = zstd.CompressionParameter
_DECODERS: dict[bytes, Callable[[bytes], Any]] = {
    b"z": lambda body: _json_decode(zstd.decompress(body)),
    b"m": _checked,
    b"Z": lambda body: _msgpack_decode(zstd.decompress(body)),
}


def _shown(value: Any) -> Any:
    """Something that JSON can write, for people to read."""
    if type(value) is dict:
        return {name if type(name) is str else repr(name): _shown(inner) for name, inner in value.items()}
    if type(value) in {list, tuple}:
        return [_shown(inner) for inner in value]
    if type(value) is bytes:
        return base64.b64encode(value).decode()
    return repr(value) if type(value) is float and not math.isfinite(value) else value


def _head(readable: str) -> str:
    """The beginning of a text that is too long to be kept twice."""
    return json.dumps({"begins": readable[:_HEAD_CHARACTERS], "characters": len(readable)}, ensure_ascii=False)
