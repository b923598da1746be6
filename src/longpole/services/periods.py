"""The period that a figure is about: the last `days` days, by the runtime's clock.

Upstream: `performance`, `runs`.
"""

from typing import Any

from longpole import runtime
from longpole.domain.errors import InvalidInputError
from longpole.domain.periods import Period, Question
from longpole.domain.units import NS_PER_DAY, NS_PER_HOUR, NS_PER_SECOND
from longpole.store.rollup_horizons import horizons

MOST_DAYS = 365


def checked_days(days: Any) -> int:
    """`days`, if it is a whole number of 1 to 365.

    Raises:
        InvalidInputError: It is not.
    """
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise InvalidInputError("days", f"must be a whole number from 1 to {MOST_DAYS}", days)
    return days


def last_days(days: int, now_ns: int) -> Period:
    """The days up to now, from a full hour on. Runs that end later, by clocks that are ahead, are among them."""
    return Period((now_ns - days * NS_PER_DAY) // NS_PER_HOUR * NS_PER_HOUR, None)


def before(period: Period, days: int) -> Period:
    """As many days, up to the start of `period`."""
    return Period(period.since_ns - days * NS_PER_DAY, period.since_ns)


def question(app_id: str, workflow_id: str, days: int) -> Question:
    """What is asked of a workflow now.

    Raises:
        InvalidInputError: `days` is not 1 to 365.
    """
    now_ns = runtime.current().clock()
    period = last_days(checked_days(days), now_ns)
    with runtime.reading() as connection:
        hours_from = horizons(connection).hours
    if period.since_ns // NS_PER_SECOND < hours_from:  # of that day only the whole is known
        period = Period(period.since_ns // NS_PER_DAY * NS_PER_DAY, None)
    return Question(app_id, workflow_id, days, period, now_ns)
