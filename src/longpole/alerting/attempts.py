"""When a message is tried again: ever later, for a day, and not everybody's at the same moment.

    30 s, 1 min, 2 min, … at most 4 h apart, each shortened by up to a third

Invariant: an attempt comes later than the one before, and none a day after the
message could first be sent.

Upstream: `services.alert_delivery`. Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from datetime import datetime, timedelta
from hashlib import sha256

GIVE_UP_AFTER = timedelta(hours=24)
_FIRST_S, _LONGEST_S = 30.0, 4 * 3_600.0
_MOST_DOUBLINGS = 20
_SHORTENED_BY = 1 / 3
_LONGEST_ASKED_S = 3_600.0


def next_attempt(delivery_id: str, attempts: int, now: datetime, retry_after_s: float | None) -> datetime:
    """When to try again after so many attempts; not before a receiver asks for it, within an hour."""
    longest_s = min(_FIRST_S * 2 ** min(attempts - 1, _MOST_DOUBLINGS), _LONGEST_S)
    wait_s = longest_s * (1 - _SHORTENED_BY * _fraction(delivery_id, attempts))
    return now + timedelta(seconds=max(wait_s, min(retry_after_s or 0.0, _LONGEST_ASKED_S)))


def _fraction(delivery_id: str, attempts: int) -> float:
    """0 to 1, the same for the same attempt: what looks random need not be."""
    digest = sha256(f"{delivery_id}/{attempts}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
