"""What the columns can hold: values are brought into their bounds here, once, before they are written.

Telemetry is written by strangers. A count below zero is unknown, a number too
large for 63 bits is the largest one, and text loses what a database cannot
hold (NUL, lone surrogates). Both databases get the same bounds, so that they
answer alike.

Upstream: `row_packing`, `reported_runs`. Source: SQLite and PostgreSQL
`BIGINT` are 64 bits signed; PostgreSQL text has no NUL.
"""

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from longpole.domain.units import PICO_PER_USD, usd

MAX_BIGINT = (1 << 63) - 1
MAX_INTEGER = (1 << 31) - 1
MAX_SMALLINT = (1 << 15) - 1
_MAX_USD = Decimal(MAX_BIGINT // PICO_PER_USD)


def whole(value: int | None, largest: int = MAX_BIGINT) -> int | None:
    """A count, size or duration; None if it is unknown or below zero."""
    if value is None or value < 0:
        return None
    return value if value <= largest else largest  # noqa: FURB136 - a third of the time of min(), thirty times a row


def instant(value: int | None) -> int | None:
    """Nanoseconds since the epoch, before it as well."""
    if value is None or -MAX_BIGINT <= value <= MAX_BIGINT:
        return value
    return MAX_BIGINT if value > 0 else -MAX_BIGINT


def signed64(value: int | None) -> int | None:
    """A 64-bit hash as the signed number of the same bits."""
    if value is None or 0 <= value <= MAX_BIGINT:
        return value
    value &= (1 << 64) - 1
    return value if value <= MAX_BIGINT else value - (1 << 64)


def dollars(value: Decimal | None) -> Decimal | None:
    """An amount of money at the precision that is kept; None if it is unknown, below zero or no number."""
    if value is None or not value.is_finite() or value < 0:
        return None
    return usd(min(value, _MAX_USD))


def percentage(value: float | None) -> float | None:
    """0 to 100; None if it is unknown or no number."""
    return None if value is None or not math.isfinite(value) else min(max(value, 0.0), 100.0)


def text(value: str) -> str:
    """`value` without NUL and lone surrogates, each replaced by U+FFFD."""
    if not value.isascii():
        value = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return value.replace("\0", "\ufffd") if "\0" in value else value


def optional_text(value: str | None) -> str | None:
    """The same for text that may be unknown."""
    return None if value is None else text(value)


def json_list(values: Sequence[str]) -> str | None:
    """A JSON array of text; None where it is empty."""
    return json.dumps([text(value) for value in values]) if values else None


def json_numbers(values: Mapping[str, float]) -> str | None:
    """A JSON object of numbers, without those that JSON has no spelling for; None where it is empty."""
    if not values:
        return None
    finite: dict[str, Any] = {text(name): value for name, value in values.items() if math.isfinite(value)}
    return json.dumps(finite) if finite else None
