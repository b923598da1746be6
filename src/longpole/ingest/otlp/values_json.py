"""Attribute values out of OTLP/JSON, as the same native values that protobuf gives.

64-bit integers come as numbers or strings, bytes as base64, NaN and the
infinities as words, and null means "not sent".

Downstream: `decode_json`. Source: opentelemetry-proto docs/specification.md, "JSON Protobuf
Encoding"; the proto3 JSON mapping.
"""

import base64
import binascii
from collections.abc import Iterable
from typing import Any

import msgspec

from longpole.ingest.otlp.decoded import BadRecordError
from longpole.ingest.otlp.values_protobuf import MAX_DEPTH, MAX_ITEMS, Pair

_MEMO_BYTES = 128
_MEMO_ENTRIES = 32_768
_INT64 = 1 << 63
_WORDS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class AnyValueJson(msgspec.Struct, rename="camel"):
    """One value; the first field that is set counts."""

    string_value: str | None = None
    bool_value: bool | None = None
    int_value: int | str | None = None
    double_value: float | str | None = None
    array_value: "ItemsJson | None" = None
    kvlist_value: "PairsJson | None" = None
    bytes_value: str | None = None


class ItemsJson(msgspec.Struct):
    """An array."""

    values: list[AnyValueJson] | None = None


class KeyValueJson(msgspec.Struct):
    """One attribute."""

    key: str = ""
    value: AnyValueJson | None = None


class PairsJson(msgspec.Struct):
    """A map."""

    values: list[KeyValueJson] | None = None


_decoder = msgspec.json.Decoder(KeyValueJson)
_value_decoder = msgspec.json.Decoder(AnyValueJson | None)


class _Memo(dict[bytes, Pair]):
    """The JSON text of a small attribute → (key, value); as in `values_protobuf`."""

    def __missing__(self, raw: bytes) -> Pair:
        decoded = _pair(raw)
        if len(raw) <= _MEMO_BYTES and not isinstance(decoded[1], (list, dict)):
            if len(self) >= _MEMO_ENTRIES:
                self.clear()
            self[raw] = decoded
        return decoded


_remembered = _Memo()


def attributes(raws: Iterable[msgspec.Raw] | None) -> dict[str, Any]:
    """Attributes by key; of a key that was sent twice the last value.

    Raises:
        BadRecordError: If one of them cannot be read.
    """
    return dict(map(_remembered.__getitem__, map(bytes, raws))) if raws else {}


def native(raw: msgspec.Raw) -> Any:
    """One value as str, bool, int, float, bytes, list, dict or None; None also where nothing was sent.

    Raises:
        BadRecordError: If it cannot be read, or nests too deep.
    """
    sent = bytes(raw)
    return _Reader().native(_decoded(_value_decoder, sent), 0) if sent else None


def whole_number(sent: int | str | None, what: str) -> int:
    """A number that was sent as one or as a string; 0 where it was not sent.

    Raises:
        BadRecordError: If it is neither.
    """
    if isinstance(sent, int):
        return sent
    if not sent:
        return 0
    try:
        return int(sent)
    except ValueError:
        raise BadRecordError(f"{what} is not a whole number") from None


def _pair(raw: bytes) -> Pair:
    sent = _decoded(_decoder, raw)
    return sent.key, _Reader().native(sent.value, 0)


def _decoded(decoder: Any, raw: bytes) -> Any:
    try:
        return decoder.decode(raw)
    except RecursionError:
        raise BadRecordError(f"an attribute nests deeper than {MAX_DEPTH} levels") from None
    except UnicodeDecodeError:
        raise BadRecordError("invalid UTF-8 in an attribute") from None
    except msgspec.MsgspecError:
        raise BadRecordError("an attribute cannot be decoded") from None


class _Reader:
    """Reads one value and counts what it holds."""

    def __init__(self) -> None:
        self.left = MAX_ITEMS

    def native(self, sent: AnyValueJson | None, depth: int) -> Any:  # noqa: PLR0911 - one return a kind
        if sent is None:
            return None
        if sent.string_value is not None:
            return sent.string_value
        if sent.bool_value is not None:
            return sent.bool_value
        if sent.int_value is not None:
            return _int64(sent.int_value)
        if sent.double_value is not None:
            return _double(sent.double_value)
        if sent.array_value is not None:
            return [self.native(item, depth + 1) for item in self._items(sent.array_value, depth)]
        if sent.kvlist_value is not None:
            return {item.key: self.native(item.value, depth + 1) for item in self._items(sent.kvlist_value, depth)}
        return None if sent.bytes_value is None else _bytes(sent.bytes_value)

    def _items(self, sent: Any, depth: int) -> list[Any]:
        items = sent.values or []
        self.left -= len(items)
        if depth >= MAX_DEPTH:
            raise BadRecordError(f"an attribute nests deeper than {MAX_DEPTH} levels")
        if self.left < 0:
            raise BadRecordError(f"an attribute has more than {MAX_ITEMS} elements")
        return items


def _int64(sent: int | str) -> int:
    number = whole_number(sent, "an attribute")
    if not -_INT64 <= number < _INT64:
        raise BadRecordError("an attribute is out of the range of 64-bit integers")
    return number


def _double(sent: float | str) -> float:
    if not isinstance(sent, str):
        return float(sent)
    if sent in _WORDS:
        return _WORDS[sent]
    try:
        return float(sent)
    except ValueError:
        raise BadRecordError("an attribute is not a number") from None


def _bytes(sent: str) -> bytes:
    padded = sent.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadRecordError("an attribute is not base64") from None
