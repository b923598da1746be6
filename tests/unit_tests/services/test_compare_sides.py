"""When the runs of a side ended, where that was not said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from longpole.domain.comparisons import Side
from longpole.domain.errors import InvalidInputError
from longpole.domain.units import NS_PER_HOUR, instant_ns
from longpole.services.compare_sides import meant

T = datetime(2026, 11, 8, 12, tzinfo=UTC)
T_NS = instant_ns(T)
V1, V2 = Side(version="v1"), Side(version="v2")


@pytest.mark.parametrize(
    ("a", "b", "hours"),
    [
        (Side(), Side(), ((-336, -168), (-168, 0))),
        (Side(), Side(days=1), ((-48, -24), (-24, 0))),
        (V1, V2, ((-720, 0), (-720, 0))),
        (V1, replace(V2, days=1), ((-24, 0), (-24, 0))),
        (replace(V1, days=2), V2, ((-48, 0), (-48, 0))),
        (Side(), V2, ((-720, 0), (-720, 0))),
        (Side(user_id="a"), Side(user_id="b"), ((-168, 0), (-168, 0))),
        (Side(since=T - timedelta(days=9), until=T - timedelta(days=8)), Side(), ((-216, -192), (-168, 0))),
    ],
)
def test_periods_that_were_not_said(a: Side, b: Side, hours: tuple[tuple[int, int], ...]) -> None:
    found = meant(a, b, T_NS)
    assert (
        tuple(((each.since_ns - T_NS) // NS_PER_HOUR, (each.until_ns - T_NS) // NS_PER_HOUR) for each in found) == hours
    )


@pytest.mark.parametrize(
    ("a", "b", "field"),
    [
        (Side(days=1), Side(days=1), "b"),
        (Side(days=0), V1, "a_days"),
        (Side(days=400), V1, "a_days"),
        (Side(days=1, since=T), V1, "a_days"),
        (V1, Side(until=T), "b_since"),
        (V1, Side(since=T, until=T), "b_until"),
        (V1, Side(since=T - timedelta(days=800)), "b_since"),
        (V1, Side(since=datetime(2026, 11, 1)), "b_since"),  # noqa: DTZ001 - that is what is wrong with it
    ],
)
def test_what_is_no_side_is_named(a: Side, b: Side, field: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        meant(a, b, T_NS)
    assert raised.value.field == field
