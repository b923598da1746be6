"""Nobody is woken: over midnight, and when clocks are set."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.alerting.quiet_hours import is_quiet, quiet_until
from longpole.domain.alerts import QuietHours

BERLIN = QuietHours(time(22), time(7), "Europe/Berlin")
LUNCH = QuietHours(time(12), time(13, 30), "UTC")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        (BERLIN, "2026-11-10T20:59", None),  # 21:59 in Berlin
        (BERLIN, "2026-11-10T21:00", "2026-11-11T06:00"),
        (BERLIN, "2026-11-11T05:59", "2026-11-11T06:00"),
        (BERLIN, "2026-11-11T06:00", None),
        (BERLIN, "2026-07-10T20:00", "2026-07-11T05:00"),  # in summer an hour sooner by UTC
        (BERLIN, "2026-03-28T21:00", "2026-03-29T05:00"),  # the night is an hour shorter
        (BERLIN, "2026-10-24T20:00", "2026-10-25T06:00"),  # and longer
        (LUNCH, "2026-11-10T11:59", None),
        (LUNCH, "2026-11-10T12:00", "2026-11-10T13:30"),
        (LUNCH, "2026-11-10T13:30", None),
    ],
)
def test_it_is_quiet_until_the_clocks_of_the_place_say_so(quiet: QuietHours, at: str, until: str | None) -> None:
    assert quiet_until(quiet, utc(at)) == (None if until is None else utc(until))


def test_an_end_that_clocks_never_show_is_when_they_jump_past_it() -> None:
    quiet = QuietHours(time(22), time(2, 30), "Europe/Berlin")  # on this night 2:00 is followed by 3:00
    assert quiet_until(quiet, utc("2026-03-28T23:00")) == utc("2026-03-29T01:00")


def test_an_end_that_clocks_show_twice_holds_each_time() -> None:
    quiet = QuietHours(time(22), time(2, 30), "Europe/Berlin")  # on this night 2:59 is followed by 2:00
    assert quiet_until(quiet, utc("2026-10-24T23:00")) == utc("2026-10-25T00:30")
    assert quiet_until(quiet, utc("2026-10-25T01:10")) == utc("2026-10-25T01:30")


def test_without_quiet_hours_it_never_is() -> None:
    assert quiet_until(None, utc("2026-11-10T03:00")) is None


@given(
    start=st.times(),
    end=st.times(),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - in UTC, says Hypothesis
)
def test_when_it_ends_it_is_not_quiet(start: time, end: time, zone: str, at: datetime) -> None:
    quiet = QuietHours(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0), zone)
    until = quiet_until(quiet, at)

    assert (until is not None) == is_quiet(quiet, at)
    if until is not None:
        assert until > at
        assert not is_quiet(quiet, until)
        assert until.astimezone(ZoneInfo(zone)) - at <= (datetime(2026, 1, 2, 2) - datetime(2026, 1, 1))  # noqa: DTZ001 - 26 h
