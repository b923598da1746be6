"""What a caller says is believed if it can be: every value is checked, and an error names its field.

None means that nothing was said. Numbers keep what they say: money is read by
its digits, never through a binary fraction that was not there.

Upstream: `recording`. Downstream: the domain's records, in its units.
"""

import math
import operator
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from numbers import Real
from typing import Any, TypeVar

from longpole.domain.errors import InvalidInputError
from longpole.domain.units import NS_PER_SECOND, instant_ns, usd
from longpole.store.values import text

ID_LENGTH = 255
_TEXT_LENGTH = 2_000
_MAX_COUNT = 10**15  # sums of many still fit 63 bits
_MAX_NS = (1 << 63) - 1
_MAX_INSTANT_YEAR = 2261  # the last whole year that 63 bits of nanoseconds reach
_MAX_USD = 9_000_000
_E = TypeVar("_E", bound=StrEnum)


def identifier(field: str, value: Any) -> str:
    """An id: text of 1 to 255 characters."""
    if value is None:
        raise InvalidInputError(field, "must be given")
    if not isinstance(value, str):
        raise InvalidInputError(field, "must be text", value)
    if not value.strip():
        raise InvalidInputError(field, "must not be empty")
    if len(value) > ID_LENGTH:
        raise InvalidInputError(field, f"must not be longer than {ID_LENGTH} characters, has {len(value)}")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidInputError(field, "must be text that can be stored: no NUL, no lone surrogate", value)
    return value


def optional_identifier(field: str, value: Any) -> str | None:
    """An id, if one was given."""
    return None if value is None else identifier(field, value)


def words(field: str, value: Any) -> str | None:
    """Free text; what is longer than 2,000 characters is cut off."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidInputError(field, "must be text", value)
    return text(value[:_TEXT_LENGTH])


def full_text(field: str, value: Any, longest: int) -> str | None:
    """Text that must be kept whole."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidInputError(field, "must be text", value)
    if len(value) > longest:
        raise InvalidInputError(field, f"must not be longer than {longest:,} characters, has {len(value):,}")
    return text(value)


def texts(field: str, value: Any, longest: int) -> tuple[str, ...]:
    """A list of texts, in the order given."""
    if value is None:
        return ()
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise InvalidInputError(field, "must be a list of texts", value)
    found = [full_text(f"{field}[{index}]", each, longest) for index, each in enumerate(value)]
    return tuple(each for each in found if each is not None)


def identifiers(field: str, value: Any) -> tuple[str, ...]:
    """A list of ids or tags, each once, in the order given."""
    if value is None:
        return ()
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise InvalidInputError(field, "must be a list of texts", value)
    return tuple(dict.fromkeys(identifier(f"{field}[{index}]", each) for index, each in enumerate(value)))


def member(field: str, enum: type[_E], value: Any) -> _E | None:
    """One of the words of `enum`."""
    if value is None:
        return None
    try:
        return enum(value)
    except ValueError:
        raise InvalidInputError(field, f"must be one of {', '.join(enum)}", value) from None


def flag(field: str, value: Any) -> bool | None:
    """True or false."""
    if value is None or isinstance(value, bool):
        return value
    raise InvalidInputError(field, "must be true or false", value)


def count(field: str, value: Any, largest: int = _MAX_COUNT) -> int | None:
    """A whole number that is not negative."""
    if value is None:
        return None
    try:
        whole = operator.index(value)
    except TypeError:
        whole = None
    if whole is None or isinstance(value, bool):
        raise InvalidInputError(field, "must be a whole number", value)
    if whole < 0:
        raise InvalidInputError(field, "must not be negative", value)
    if whole > largest:
        raise InvalidInputError(field, f"must be at most {largest}", value)
    return whole


def number(field: str, value: Any) -> float | None:
    """A number: finite, and no truth value."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (Real, Decimal)):
        raise InvalidInputError(field, "must be a number", value)
    try:
        given = float(value)
    except OverflowError:  # an integer of hundreds of digits
        given = math.inf
    if not math.isfinite(given):
        raise InvalidInputError(field, "must be a finite number", value)
    return given


def duration_ns(field: str, value: Any) -> int | None:
    """Seconds, as nanoseconds."""
    given = number(field, value)
    if given is None:
        return None
    if given < 0:
        raise InvalidInputError(field, "must not be negative", value)
    nanoseconds = round(Decimal(str(value)) * NS_PER_SECOND)
    if nanoseconds > _MAX_NS:
        raise InvalidInputError(field, "is longer than 292 years", value)
    return nanoseconds


def percentage(field: str, value: Any) -> float | None:
    """A number of 0 to 100."""
    given = number(field, value)
    if given is not None and not 0 <= given <= 100:  # noqa: PLR2004 - per cent
        raise InvalidInputError(field, "must be between 0 and 100", value)
    return given


def money(field: str, value: Any) -> Decimal | None:
    """US dollars, to twelve places, from a number or its decimal text."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (Real, Decimal, str)):
        raise InvalidInputError(field, "must be an amount of money", value)
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise InvalidInputError(field, "must be an amount of money", value) from None
    if not amount.is_finite():
        raise InvalidInputError(field, "must be a finite amount", value)
    if amount < 0:
        raise InvalidInputError(field, "must not be negative", value)
    if amount > _MAX_USD:
        raise InvalidInputError(field, f"must be at most {_MAX_USD}", value)
    return usd(amount)


def moment_ns(field: str, value: Any) -> int | None:
    """An instant with a time zone: a datetime, or ISO 8601 text."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise InvalidInputError(field, "must be an instant in ISO 8601", value) from None
    if not isinstance(value, datetime):
        raise InvalidInputError(field, "must be a datetime", value)
    if value.tzinfo is None or value.utcoffset() is None:
        raise InvalidInputError(field, "must say its time zone", value.isoformat())
    if not 1 < value.year <= _MAX_INSTANT_YEAR:
        raise InvalidInputError(field, f"must be before the year {_MAX_INSTANT_YEAR + 1}", value.isoformat())
    return max(instant_ns(value), -_MAX_NS)


def numbers_by_name(field: str, value: Any) -> dict[str, float]:
    """Numbers of the caller's own, by name."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidInputError(field, "must map names to numbers", value)
    named = {identifier(f"{field} name", name): number(f"{field}[{name}]", each) for name, each in value.items()}
    return {name: each for name, each in named.items() if each is not None}
