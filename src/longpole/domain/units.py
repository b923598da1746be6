"""Time is integer nanoseconds since the epoch inside; seconds and datetimes only at the border.

Integers tile exactly, floats do not: the parts of a run must sum to the run.
Money is `Decimal` US dollars; it is stored as integer pico-dollars where the
database has no exact decimals, so every amount is held to twelve places.
"""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

NS_PER_SECOND = 1_000_000_000
NS_PER_MS = 1_000_000
NS_PER_HOUR = 3_600 * NS_PER_SECOND
NS_PER_DAY = 86_400 * NS_PER_SECOND
PICO_PER_USD = 1_000_000_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PICO = Decimal(1).scaleb(-12)


def seconds(elapsed_ns: int) -> float:
    """Nanoseconds as seconds."""
    return elapsed_ns / NS_PER_SECOND


def nanoseconds(elapsed_s: float) -> int:
    """Seconds as nanoseconds, rounded."""
    return round(elapsed_s * NS_PER_SECOND)


def instant_ns(instant: datetime) -> int:
    """Nanoseconds since the epoch of a timezone-aware `instant`, exact to its microsecond."""
    delta = instant - _EPOCH
    return ((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds) * 1_000


def instant(epoch_ns: int) -> datetime:
    """The UTC datetime of nanoseconds since the epoch; what a microsecond cannot hold is cut off."""
    whole, rest = divmod(epoch_ns, NS_PER_SECOND)
    return datetime.fromtimestamp(whole, UTC).replace(microsecond=rest // 1_000)


def usd(amount: Decimal) -> Decimal:
    """`amount` at the precision that money is kept with: twelve places, ties to even."""
    return amount.quantize(_PICO, ROUND_HALF_EVEN)
