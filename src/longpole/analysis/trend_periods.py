"""Where hours, days, weeks and months begin, in any zone: days of 23 and 25 hours where clocks change.

    Europe/Berlin   24 Oct │ 25 Oct: 25 hours       │ 26 Oct
    UTC             … 22:00 ──────────────── 23:00 ──────── …

Cells are of full hours of UTC. In a zone that is off by half an hour, periods
begin with the hour of UTC in which they do, and say so by their instants.

Invariant: periods tile: each ends where the next one begins.

Upstream: `services.trend_series`, `services.forecasts`. Source: IANA time zones (`zoneinfo`).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from longpole.domain.trends import PeriodType

_HOUR = 3_600


def boundaries(period_type: PeriodType, zone: tzinfo, since: int, now: int) -> list[int]:
    """The starts of the periods that began from `since` up to `now`, and the end of the last one, ascending.

    The period that goes on is always among them.

    Args:
        period_type: How long they are.
        zone: Where days, weeks and months begin at midnight; hours are those of UTC.
        since: Seconds since the epoch.
        now: Likewise.
    """
    starts = list(_starts(period_type, zone, since, now))
    end = starts.pop()
    return [*([start for start in starts if start >= since] or starts[-1:]), end]


def _starts(period_type: PeriodType, zone: tzinfo, since: int, now: int) -> Iterator[int]:
    """From the period of `since` to the one after `now`."""
    if period_type is PeriodType.HOURLY:
        yield from range(since // _HOUR * _HOUR, now // _HOUR * _HOUR + 2 * _HOUR, _HOUR)
        return
    day = _first_day(period_type, datetime.fromtimestamp(since, UTC).astimezone(zone).date())
    while True:
        start = _midnight(day, zone)
        yield start
        if start > now:
            return
        day = _next(period_type, day)


def _first_day(period_type: PeriodType, day: date) -> date:
    if period_type is PeriodType.WEEKLY:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period_type is PeriodType.MONTHLY else day


def _next(period_type: PeriodType, day: date) -> date:
    if period_type is PeriodType.MONTHLY:
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if period_type is PeriodType.WEEKLY else 1)


def _midnight(day: date, zone: tzinfo) -> int:
    """When a day begins, at a full hour of UTC: the first of two midnights, and the gap where there is none."""
    return int(datetime.combine(day, time(), zone).timestamp()) // _HOUR * _HOUR
