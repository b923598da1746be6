"""The period that a figure is about: the last `days` days, by the runtime's clock.

Upstream: `performance`, `runs`.
"""

from typing import Any

from longpole.domain.errors import InvalidInputError
from longpole.domain.periods import Period
from longpole.domain.units import NS_PER_DAY, nanoseconds
from longpole.runtime import Runtime

MOST_DAYS = 365


def checked_days(days: Any) -> int:
    """`days`, if it is a whole number of 1 to 365.

    Raises:
        InvalidInputError: It is not.
    """
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise InvalidInputError("days", f"must be a whole number from 1 to {MOST_DAYS}", days)
    return days


def last_days(runtime: Runtime, days: int, now_ns: int) -> Period:
    """The days up to now. Runs that end later, by clocks that are ahead, are among them."""
    return Period(now_ns - days * NS_PER_DAY, None, now_ns - nanoseconds(runtime.settings.run_abandon_seconds))


def before(period: Period, days: int) -> Period:
    """As many days, up to the start of `period`."""
    return Period(period.since_ns - days * NS_PER_DAY, period.since_ns, period.silent_before_ns)
