"""Attribute values out of protobuf bytes; those that repeat are decoded once.

The same few keys with the same few values make most of any trace. A small
KeyValue is looked up by its bytes in a bounded memo; a large one (a prompt)
would only push the others out and is decoded each time. Values in the memo
are immutable. Texts that are encoded as usual are read by hand.

Invariant: what comes out depends on the bytes only, never on the memo.

Downstream: `decode_protobuf`. Source: opentelemetry-proto, common/v1/common.proto.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from google.protobuf.message import DecodeError

from longpole.ingest.otlp import wire
from longpole.ingest.otlp.decoded import BadRecordError

MAX_DEPTH = 32
"""How deep arrays and maps may nest in one value."""

MAX_ITEMS = 65_536
"""How many elements one value may have, at all depths: an empty one is two bytes sent, a hundred in memory."""

_NO_UTF8 = "invalid UTF-8 in an attribute"
_MEMO_BYTES = 96
_MEMO_ENTRIES = 32_768

_PLAIN = frozenset({"int_value", "double_value", "bool_value", "bytes_value"})
_MUTABLE = frozenset({list, dict})
_KEY_TAG, _VALUE_TAG, _TEXT_TAG = 0x0A, b"\x12", b"\x0a"
_ONE_BYTE = 0x80  # below it a length is one byte
_parse_pair = wire.KeyValue.FromString
_key = lru_cache(maxsize=4096)(bytes.decode)  # of at most 127 bytes

Pair = tuple[str, Any]


_memo: dict[bytes, Pair] = {}
_remembered = _memo.get


def attributes(raws: Iterable[bytes]) -> dict[str, Any]:
    """Attributes by key; of a key that was sent twice the last value.

    Raises:
        BadRecordError: If one of them cannot be read.
    """
    found = {}
    for raw in raws:
        if len(raw) > _MEMO_BYTES:
            key, value = _read(raw)
        else:
            key, value = _remembered(raw) or _learnt(raw)
        found[key] = value
    return found


def _learnt(raw: bytes) -> Pair:
    """As `_read`, remembered where it is immutable; a full memo forgets everything: hot entries are back at once."""
    decoded = _read(raw)
    if type(decoded[1]) not in _MUTABLE:
        if len(_memo) >= _MEMO_ENTRIES:
            _memo.clear()
        _memo[raw] = decoded
    return decoded


def _read(raw: bytes) -> Pair:
    """As `pair`; a key and a text that fills the rest need no parser, which takes twice as long."""
    if len(raw) > 1 and raw[0] == _KEY_TAG and raw[1] < _ONE_BYTE:
        key_end = raw[1] + 2
        begin = _text_begin(len(raw) - key_end)
        if raw.startswith(begin, key_end):
            try:
                return _key(raw[2:key_end]), raw[key_end + len(begin) :].decode()
            except UnicodeDecodeError:
                raise BadRecordError(_NO_UTF8) from None
    return pair(raw)


@lru_cache(maxsize=4096)
def _text_begin(size: int) -> bytes:
    """How a KeyValue's value of `size` bytes begins if it is a text: two tags, two lengths."""
    for length in range(4, min(size, 12) + 1):
        text_begin = _TEXT_TAG + _varint(size - length)
        begin = _VALUE_TAG + _varint(len(text_begin) + size - length) + text_begin
        if len(begin) == length:
            return begin
    return b"\xff"  # none begins so


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number >= _ONE_BYTE:
        parts.append(number % _ONE_BYTE | _ONE_BYTE)
        number //= _ONE_BYTE
    return bytes([*parts, number])


def pair(raw: bytes) -> Pair:
    """Key and native value of one KeyValue.

    Raises:
        BadRecordError: If it is no KeyValue, no UTF-8, or nests too deep.
    """
    try:
        message = _parse_pair(raw)
        value = message.value
        # A text, or else a number: asking for these first spares asking which one it is.
        if sent_text := value.string_value:
            return message.key.decode(), sent_text.decode()
        if number := value.int_value:
            return message.key.decode(), number
        return message.key.decode(), _native(value)
    except DecodeError:
        raise BadRecordError("an attribute cannot be decoded") from None
    except UnicodeDecodeError:
        raise BadRecordError(_NO_UTF8) from None


def native(value: Any) -> Any:
    """An AnyValue as str, bool, int, float, bytes, list, dict or None.

    Raises:
        BadRecordError: If it cannot be read, or nests too deep.
    """
    try:
        return _native(value)
    except DecodeError:
        raise BadRecordError("a value cannot be decoded") from None
    except UnicodeDecodeError:
        raise BadRecordError("invalid UTF-8 in a value") from None


def _native(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    return getattr(value, kind) if kind in _PLAIN else _Container().native(value, 0)


def text(raw: bytes, what: str) -> str:
    """`raw` as text.

    Raises:
        BadRecordError: If it is no UTF-8; says `what` it is.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise BadRecordError(f"invalid UTF-8 in {what}") from None


class _Container:
    """Reads one value that holds others, and counts how many."""

    def __init__(self) -> None:
        self.left = MAX_ITEMS

    def native(self, value: Any, depth: int) -> Any:
        kind = value.WhichOneof("value")
        if kind == "string_value":
            return value.string_value.decode()
        if kind == "array_value":
            return [
                self.native(wire.AnyValue.FromString(raw), depth + 1) for raw in self._items(value.array_value, depth)
            ]
        if kind == "kvlist_value":
            return dict(self._pair(raw, depth + 1) for raw in self._items(value.kvlist_value, depth))
        return None if kind is None else getattr(value, kind)

    def _pair(self, raw: bytes, depth: int) -> Pair:
        message = wire.KeyValue.FromString(raw)
        return message.key.decode(), self.native(message.value, depth)

    def _items(self, items: Any, depth: int) -> Any:
        self.left -= len(items.values)
        if depth >= MAX_DEPTH:
            raise BadRecordError(f"an attribute nests deeper than {MAX_DEPTH} levels")
        if self.left < 0:
            raise BadRecordError(f"an attribute has more than {MAX_ITEMS} elements")
        return items.values
