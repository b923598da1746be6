"""Attribute values as what they mean, whatever type they were sent in.

Numbers come as numbers or decimal strings, lists and objects as such or as
JSON in a string, sometimes twice over. Each reader takes any value and gives
None for what it cannot be: no value of a client's can break the mapping.

Downstream: all of `conventions`. Source: RULE 1 of the design's OTLP contract.
"""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from longpole.domain.units import NS_PER_MS, NS_PER_SECOND, PICO_PER_USD

MAX_TEXT = 255
"""Longest id or name, in characters; longer ones are cut."""

MAX_ITEMS = 256
"""Most elements of a list that are read."""

MAX_TOKENS = 2**40
"""Most tokens that one span can have used: more is a broken client, and would break sums."""

_MAX_INT = 2**63 - 1
_MAX_PICO_USD = 10_000 * PICO_PER_USD
_MAX_NS = 10**17
_WORDS = {"true": True, "false": False, "1": True, "0": False}
_DECIMAL = re.compile(r"\s*[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?\s*")
_LIST_BEGINS = frozenset('["')
_OBJECT_BEGINS = frozenset('{" \t\r\n')
_JSON_ERRORS = (msgspec.DecodeError, UnicodeEncodeError, RecursionError, ValueError)

_decode = msgspec.json.Decoder().decode


def text(value: Any) -> str | None:
    """A non-empty string of at most 255 characters; whole numbers are written out."""
    if type(value) is str:
        is_clean = value.isascii() and 0 < len(value) <= MAX_TEXT and "\0" not in value
        return value if is_clean else clean(value)
    if type(value) is int and -_MAX_INT <= value <= _MAX_INT:
        return str(value)
    return None


def clean(value: str, limit: int = MAX_TEXT) -> str | None:
    """`value` without what a database refuses (NUL, lone surrogates), cut to `limit` characters; None if empty."""
    if len(value) > limit:
        value = value[:limit]
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode()
    if "\0" in value:
        value = value.replace("\0", "")
    return value or None


def quoted(value: Any) -> str | None:
    """As `text`, out of the quotes of a JSON string where there are some."""
    if type(value) is str and value[:1] == '"':
        value = unwrapped(value)
    return text(value)


def unwrapped(value: Any) -> Any:
    """The value inside JSON strings, at most two deep; what is no JSON stays as it is."""
    for _ in range(2):
        if type(value) is not str:
            break
        try:
            value = _decode(value)
        except _JSON_ERRORS:
            break
    return value


def json_object(value: Any) -> dict[str, Any] | None:
    """An object, sent as such or as JSON."""
    if type(value) is str:
        if value[:1] not in _OBJECT_BEGINS:
            return None
        value = unwrapped(value)
    return value if type(value) is dict else None


def count(value: Any) -> int | None:
    """A whole number from 0 to 2^63 - 1."""
    if type(value) is not int:
        as_decimal = _decimal(value)
        if as_decimal is None or as_decimal > _MAX_INT or as_decimal != int(as_decimal):
            return None
        value = int(as_decimal)
    return value if 0 <= value <= _MAX_INT else None


def tokens(value: Any) -> int | None:
    """A number of tokens."""
    amount = count(value)
    return amount if amount is not None and amount <= MAX_TOKENS else None


def number(value: Any) -> float | None:
    """A finite number."""
    as_decimal = _decimal(value)
    if as_decimal is None:
        return None
    as_float = float(as_decimal)
    return as_float if math.isfinite(as_float) else None


def pico_usd(value: Any) -> int | None:
    """An amount of US dollars in pico-dollars; None for what is negative, beyond ten thousand, or no amount."""
    return _scaled(value, PICO_PER_USD, _MAX_PICO_USD)


def seconds_ns(value: Any) -> int | None:
    """Seconds in nanoseconds, at most three years."""
    return _scaled(value, NS_PER_SECOND, _MAX_NS)


def milliseconds_ns(value: Any) -> int | None:
    """Milliseconds in nanoseconds, at most three years."""
    return _scaled(value, NS_PER_MS, _MAX_NS)


def nanoseconds(value: Any) -> int | None:
    """Nanoseconds of a stretch of time, at most three years."""
    return _scaled(value, 1, _MAX_NS)


def _scaled(value: Any, factor: int, most: int) -> int | None:
    as_decimal = _decimal(value)
    if as_decimal is None or not 0 <= as_decimal <= most:
        return None
    product = as_decimal * factor
    return int(product.to_integral_value()) if product <= most else None


def flag(value: Any) -> bool | None:
    """A boolean, sent as such or in words."""
    if type(value) is bool:
        return value
    return _WORDS.get(str(value).lower()) if isinstance(value, str | int) else None


def texts(value: Any) -> tuple[str, ...] | None:
    """Several strings, sent as an array, as a JSON array, or as one string; at most 256."""
    found = tuple(item for item in map(quoted, items(value)) if item is not None)
    return found or None


def items(value: Any) -> list[Any]:
    """At most 256 values, sent as an array, as a JSON array, or as one value."""
    if type(value) is str and value[:1] in _LIST_BEGINS:
        value = unwrapped(value)
    return value[:MAX_ITEMS] if type(value) is list else [value]


def _decimal(value: Any) -> Decimal | None:
    """A finite decimal; booleans are no numbers."""
    if type(value) is float:
        return Decimal(repr(value)) if math.isfinite(value) else None
    if type(value) is int:
        return Decimal(value) if -_MAX_INT <= value <= 2 * _MAX_INT else None
    if type(value) is not str or not _DECIMAL.fullmatch(value):
        return None
    return Decimal(value.strip())


def one_of(meanings: dict[str, str]) -> Callable[[Any], str | None]:
    """Reads words of a fixed set, in any case; `meanings` has them in lower case."""
    usual = meanings | {word.upper(): meaning for word, meaning in meanings.items()}

    def read_word(value: Any) -> str | None:
        if type(value) is str and value in usual:
            return usual[value]
        word = quoted(value)
        return None if word is None else meanings.get(word.lower())

    return read_word
