"""When the runs of a side ended, where that was not said, and how a side is called.

    neither has a period, a version or a filter    b: the last 7 days         a: the 7 days before
    a version                                      the last 30 days
    only one has a period                          the other has the same, or the time before it

Upstream: `compare`, `distribution`. Downstream: `domain.comparisons`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from longpole.domain.comparisons import Side
from longpole.domain.errors import InvalidInputError
from longpole.domain.periods import Period
from longpole.domain.units import NS_PER_DAY, instant, instant_ns

MOST_DAYS = 365
DAYS, DAYS_OF_VERSION = 7, 30


@dataclass(frozen=True, slots=True)
class Meant:
    """A side with its period; `is_said` where the caller gave it."""

    side: Side
    since_ns: int
    until_ns: int
    is_said: bool
    has_end: bool

    @property
    def period(self) -> Period:
        """Without an end where it goes on: runs by clocks that are ahead count as well."""
        return Period(self.since_ns, self.until_ns if self.has_end else None)

    def label(self) -> str:
        """What it is called: `version v2`, `user alice`, or its time."""
        named = (
            ("version", self.side.version),
            ("user", self.side.user_id),
            ("session", self.side.session_id),
            ("tag", self.side.tag),
            ("environment", self.side.environment),
            ("status", self.side.status.value if self.side.status else None),
        )
        told = [f"{name} {value}" for name, value in named if value is not None]
        return ", ".join(told) or f"{instant(self.since_ns):%Y-%m-%d %H:%M} to {instant(self.until_ns):%Y-%m-%d %H:%M}"


def meant(a: Side, b: Side, now_ns: int) -> tuple[Meant, Meant]:
    """Both sides with their periods.

    Raises:
        InvalidInputError: A period is none, or both sides are the same.
    """
    periods = [period_said(side, prefix, now_ns) for prefix, side in (("a_", a), ("b_", b))]
    is_alike = a.without_period() == b.without_period()
    of_a, of_b = periods
    if of_b is None:
        of_b = of_a if of_a is not None and not is_alike else (now_ns - _days(b) * NS_PER_DAY, now_ns)
    if of_a is None and not is_alike:
        of_a = of_b if periods[1] is not None else (now_ns - max(_days(a), _days(b)) * NS_PER_DAY, now_ns)
    if of_a is None:
        of_a = (2 * of_b[0] - of_b[1], of_b[0])
    found = [
        Meant(side, since, until, said is not None, until < now_ns)
        for side, (since, until), said in ((a, of_a, periods[0]), (b, of_b, periods[1]))
    ]
    if is_alike and of_a == of_b:
        raise InvalidInputError("b", "is the same as a: two versions, periods or filters are compared")
    return found[0], found[1]


def _days(side: Side) -> int:
    return DAYS if side.version is None else DAYS_OF_VERSION


def period_said(side: Side, prefix: str, now_ns: int) -> tuple[int, int] | None:
    """The period that was given, in nanoseconds since the epoch; None where none was.

    Raises:
        InvalidInputError: It is none; fields are called `days`, `since` and `until` behind `prefix`.
    """
    if not side.has_period:
        return None
    if side.days is not None:
        if side.since is not None or side.until is not None:
            others = f"{prefix}since and {prefix}until"
            raise InvalidInputError(f"{prefix}days", f"says the period already: leave out {others}")
        if not 0 < side.days <= MOST_DAYS:
            raise InvalidInputError(f"{prefix}days", f"must be above 0 and at most {MOST_DAYS}", side.days)
        return now_ns - round(side.days * NS_PER_DAY), now_ns
    if side.since is None:
        raise InvalidInputError(f"{prefix}since", f"is needed with {prefix}until")
    since, until = _instant(side.since, f"{prefix}since"), side.until
    end = now_ns if until is None else _instant(until, f"{prefix}until")
    if end <= since:
        raise InvalidInputError(f"{prefix}until", f"must come after {prefix}since", until and until.isoformat())
    if end - since > MOST_DAYS * NS_PER_DAY:
        raise InvalidInputError(f"{prefix}since", f"must be at most {MOST_DAYS} days before the end")
    return since, end


def _instant(moment: datetime, field: str) -> int:
    if moment.utcoffset() is None:
        raise InvalidInputError(field, "needs a time zone", moment.isoformat())
    if not timedelta(0) <= moment - datetime(1970, 1, 1, tzinfo=moment.tzinfo) < timedelta(days=365 * 200):
        raise InvalidInputError(field, "is too far away", moment.isoformat())
    return instant_ns(moment)
