"""Which prices hold when. Few distinct instants, so that borders are met."""

from hypothesis import given
from hypothesis import strategies as st

from longpole.domain.units import NS_PER_DAY, NS_PER_SECOND
from longpole.pricing.rates import Rates, Tariff
from longpole.pricing.schedule import NO_PRICES, UNPRICED, Schedule, Segment, Window, first_known

HOUR = 3600 * NS_PER_SECOND
BASE, CHEAP, LATER = (Tariff((Rates(price, price),)) for price in (10, 5, 20))


def test_a_segment_begins_at_its_start() -> None:
    schedule = Schedule((Segment(BASE), Segment(LATER)), (100,))
    assert [schedule.at(99), schedule.at(100), schedule.at(10**18)] == [BASE, LATER, LATER]


def test_a_window_holds_from_its_start_up_to_its_end() -> None:
    segment = Segment(BASE, (Window(1 * HOUR, 4 * HOUR, CHEAP),))
    hours = [0, 1, 3.9, 4]
    tariffs = [segment.at(20_000 * NS_PER_DAY + int(hour * HOUR)) for hour in hours]
    assert tariffs == [BASE, CHEAP, CHEAP, BASE]


def test_a_window_may_run_over_midnight() -> None:
    window = Window(22 * HOUR, 2 * HOUR, CHEAP)
    assert [window.covers(hour * HOUR) for hour in (21, 22, 23, 0, 1, 2)] == [False, True, True, True, True, False]


def test_the_first_of_two_windows_wins() -> None:
    segment = Segment(BASE, (Window(0, 5 * HOUR, CHEAP), Window(4 * HOUR, 9 * HOUR, LATER)))
    assert [segment.at(hour * HOUR) for hour in (4, 5, 9)] == [CHEAP, LATER, BASE]


INSTANT = st.integers(0, 6)
SEGMENT = st.sampled_from([UNPRICED, Segment(BASE), Segment(CHEAP), Segment(LATER)])


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    starts = tuple(sorted(draw(st.sets(INSTANT, max_size=3))))
    return Schedule(tuple(draw(SEGMENT) for _ in range(len(starts) + 1)), starts)


@given(st.lists(schedules(), min_size=1, max_size=4), st.integers(-1, 7))
def test_layers_give_what_the_first_of_them_knows(layers: list[Schedule], at_ns: int) -> None:
    known = [tariff for layer in layers if (tariff := layer.at(at_ns)) is not None]
    assert first_known(layers).at(at_ns) == (known[0] if known else None)


def test_no_prices_at_any_time() -> None:
    assert NO_PRICES.at(0) is None
    assert first_known([NO_PRICES, NO_PRICES]).at(5) is None
