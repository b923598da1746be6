"""A payload's size and fingerprint: the same content has the same fingerprint, however it was written.

JSON in strings is unwrapped, keys are sorted, blanks left out, before it is
hashed; what is no JSON is hashed as it is. Sizes are those that were sent.
Both are of the whole payload, before anything is cut or masked.

Source: row "sizes, fingerprint" of the design's OTLP contract; BLAKE2, RFC 7693.
"""

from hashlib import blake2b
from typing import Any

import msgspec

_JSON_BEGINS = frozenset('{["-0123456789tfn \t\r\n')
_ERRORS = (msgspec.DecodeError, UnicodeEncodeError, RecursionError, TypeError, ValueError)
_SCALARS = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(order="sorted").encode


def measured(value: Any) -> tuple[int, int]:
    """Size and fingerprint of `value`; a text is encoded once for both."""
    if type(value) is not str:
        return size(value), fingerprint(value)
    sent = value.encode("utf-8", "surrogatepass")
    return len(sent), _hash(_canonical(value) if value[:1] in _JSON_BEGINS else sent)


def fingerprint(value: Any) -> int:
    """63 bits of a hash of `value`'s canonical form; 0 ≤ fingerprint < 2^63."""
    return _hash(_canonical(value))


def _hash(canonical: bytes) -> int:
    return int.from_bytes(blake2b(canonical, digest_size=8).digest(), "big") >> 1


def _canonical(value: Any) -> bytes:
    for _ in range(2):
        if type(value) is not str or value[:1] not in _JSON_BEGINS:
            break
        try:
            value = _decode(value)
        except _ERRORS:
            break
    if type(value) is str:
        return value.encode("utf-8", "surrogatepass")
    try:
        return _encode(value)
    except _ERRORS:
        return repr(value).encode("utf-8", "surrogatepass")


def size(value: Any) -> int:
    """Bytes of UTF-8; of an array or an object those of its OTLP/JSON form."""
    if type(value) is str:
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, bytes):
        return len(value)
    return len(as_text(_otlp_json(value)).encode("utf-8", "surrogatepass"))


def as_text(value: Any) -> str:
    """A string as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    try:
        return _encode(value).decode()
    except _ERRORS:
        return repr(value)


def _otlp_json(value: Any) -> dict[str, Any]:
    """An AnyValue as OTLP/JSON writes it."""
    if isinstance(value, list):
        return {"arrayValue": {"values": [_otlp_json(item) for item in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": [{"key": key, "value": _otlp_json(item)} for key, item in value.items()]}}
    name = _SCALARS.get(type(value))
    if name is None:
        return {}
    return {name: str(value) if name == "intValue" else value}
