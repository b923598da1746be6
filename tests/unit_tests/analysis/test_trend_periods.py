"""Periods tile the time, also where clocks change and where zones are off by half an hour."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.trend_periods import boundaries
from longpole.domain.trends import PeriodType

HOUR, DAY = 3_600, 86_400
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana")


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc] - year, month, …


def hours(zone: str, day: tuple[int, ...]) -> list[int]:
    now = at(*day) + 30 * HOUR
    return [
        (end - start) // HOUR
        for start, end in pairwise(boundaries(PeriodType.DAILY, ZoneInfo(zone), now - 3 * DAY, now))
    ]


def test_a_day_has_23_or_25_hours_where_clocks_change() -> None:
    assert hours("Europe/Berlin", (2026, 10, 25, 0)) == [24, 25, 24]
    assert hours("Europe/Berlin", (2026, 3, 29, 0)) == [24, 23, 24]
    assert hours("UTC", (2026, 3, 29, 0)) == [24, 24, 24]


def test_days_begin_at_midnight_there() -> None:
    now = at(2026, 11, 8, 12)
    assert boundaries(PeriodType.DAILY, ZoneInfo("Europe/Berlin"), now - 2 * DAY, now) == [
        at(2026, 11, 6, 23),
        at(2026, 11, 7, 23),
        at(2026, 11, 8, 23),
    ]


def test_a_zone_off_by_half_an_hour_begins_with_the_hour_of_utc() -> None:
    now = at(2026, 11, 8, 12)
    assert boundaries(PeriodType.DAILY, ZoneInfo("Asia/Kolkata"), now - DAY, now) == [
        at(2026, 11, 7, 18),
        at(2026, 11, 8, 18),
    ]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    now = at(2026, 11, 8, 12)
    assert boundaries(PeriodType.WEEKLY, UTC, now - 8 * DAY, now) == [at(2026, 11, 2), at(2026, 11, 9)]
    assert boundaries(PeriodType.MONTHLY, UTC, now - 70 * DAY, now) == [
        at(2026, 9, 1),
        at(2026, 10, 1),
        at(2026, 11, 1),
        at(2026, 12, 1),
    ]


@pytest.mark.parametrize("period", PeriodType)
def test_the_period_that_goes_on_is_always_there(period: PeriodType) -> None:
    now = at(2027, 1, 31, 23) + 1
    start, end = boundaries(period, UTC, now - HOUR // 2, now)
    assert start <= now < end


@given(
    period=st.sampled_from(PeriodType),
    zone=st.sampled_from(ZONES),
    now=st.integers(at(2000, 1, 1), at(2037, 1, 1)),
    days=st.integers(1, 60),
)
def test_periods_tile(period: PeriodType, zone: str, now: int, days: int) -> None:
    bounds = boundaries(period, ZoneInfo(zone), now - days * DAY, now)

    assert all(start < end for start, end in pairwise(bounds))
    assert all(bound % HOUR == 0 for bound in bounds)
    assert bounds[-2] <= now < bounds[-1]
    assert len(bounds) == 2 or bounds[0] >= now - days * DAY
    if period is PeriodType.DAILY:
        lengths = {end - start for start, end in pairwise(bounds)}
        assert lengths <= {23 * HOUR, 24 * HOUR, 25 * HOUR}
    if period in {PeriodType.DAILY, PeriodType.WEEKLY, PeriodType.MONTHLY}:
        begins = [datetime.fromtimestamp(bound, UTC).astimezone(ZoneInfo(zone)) for bound in bounds]
        midnights = [(begin + timedelta(minutes=59)).date() for begin in begins]
        assert len(set(midnights)) == len(midnights)
