"""What is worth least goes first, what is asked for stays, and what nobody asks for any more ages out."""

import random
from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from longpole.caching.eviction import SECONDS_PER_DOLLAR, Ranking, Valued, ValueOrder, worth


def drained(order: ValueOrder[str]) -> list[str]:
    taken = []
    while least := order.take_least():
        taken.append(least[0])
    return taken


def test_seconds_by_byte_decide() -> None:
    order: ValueOrder[str] = ValueOrder(1 << 20)
    order.add("slow and small", Valued(10.0, 1_000))
    order.add("slow and large", Valued(10.0, 100_000))
    order.add("quick and small", Valued(0.2, 1_000))
    assert drained(order) == ["slow and large", "quick and small", "slow and small"]


def test_uses_count_whenever_they_were() -> None:
    order: ValueOrder[str] = ValueOrder(1 << 20)
    often, never = Valued(1.0, 1_000), Valued(2.0, 1_000)
    order.add("often", often)
    order.add("never", never)
    for _ in range(3):
        order.use("often", often)
    assert drained(order) == ["never", "often"]


def test_what_was_given_up_is_remembered_and_comes_back_for_good() -> None:
    order: ValueOrder[str] = ValueOrder(1 << 20)
    for number in range(5):
        order.add("again and again", Valued(1.0, 1_000))
        order.add(f"once {number}", Valued(1.1, 1_000))
        given_up = order.take_least()
        if number == 0:
            assert given_up is not None
            assert given_up[0] == "again and again"
            continue
        assert given_up is not None
        assert given_up[0] != "again and again"


def test_what_nobody_asks_for_any_more_ages_out() -> None:
    ranking: Ranking[str] = Ranking(half_life=1.0)
    ranking.use("once a star")
    ranking.add("once a star", Valued(50.0, 1_000))
    given_up = []
    for number in range(1_000):
        ranking.use(f"new {number}")
        ranking.add(f"new {number}", Valued(1.0, 1_000))
        if len(ranking.kept) > 2:
            given_up.append(ranking.take_least())
    assert "once a star" in [least[0] for least in given_up if least]


def test_how_long_uses_count_is_learnt() -> None:
    """What repeats for ever is best remembered long, what comes in waves is not."""
    assert half_life_after(_steady()) == 16.0
    assert half_life_after(_waves()) < 16.0


def half_life_after(asks: Iterable[int]) -> float:
    order: ValueOrder[int] = ValueOrder(200_000)
    kept: dict[int, Valued] = {}
    used = 0
    for key in asks:
        if key in kept:
            order.use(key, kept[key])
            continue
        kept[key] = Valued(1.0, 1_000)
        order.add(key, kept[key])
        used += 1_000
        while used > 200_000 and (least := order.take_least()):
            del kept[least[0]]
            used -= 1_000
    return order.half_life


def _steady() -> Iterable[int]:
    rng = random.Random(3)
    weights = [1 / rank for rank in range(1, 4_001)]
    return rng.choices(range(4_000), weights, k=40_000)


def _waves() -> Iterable[int]:
    """A hundred questions that come back ten times, then never again."""
    rng = random.Random(4)
    for wave in range(100):
        for _ in range(10):
            yield from rng.sample(range(wave * 100, wave * 100 + 100), 100)


def test_money_counts() -> None:
    assert worth(2_000_000_000, None) == 2.0
    assert worth(2_000_000_000, Decimal("0.01")) == 2.0 + 0.01 * SECONDS_PER_DOLLAR


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "use", "discard", "take"]), st.integers(0, 9), st.integers(0, 5)), max_size=80
    )
)
def test_whatever_happens_the_least_is_taken_and_nothing_is_lost(steps: list[tuple[str, int, int]]) -> None:
    order: ValueOrder[int] = ValueOrder(1 << 20)
    kept: dict[int, Valued] = {}
    for step, key, seconds in steps:
        if step == "add":
            kept[key] = Valued(float(seconds), 1_000)
            order.add(key, kept[key])
        elif step == "use" and key in kept:
            order.use(key, kept[key])
        elif step == "discard":
            assert order.discard(key) is kept.pop(key, None)
        elif step == "take":
            values = {each: order._ranking.value(each) for each in kept}
            taken = order.take_least()
            assert (taken is None) is (not kept)
            if taken is not None:
                assert taken[1] is kept[taken[0]]
                value = values[taken[0]]
                assert value <= min(values.values()) + 1e-9
                del kept[taken[0]]
        assert len(order) == len(kept)


def test_many_changes_of_few_things_take_little_memory() -> None:
    order: ValueOrder[int] = ValueOrder(1 << 20)
    rng = random.Random(1)
    for number in range(10, 10_000):
        order.add(rng.randrange(10), Valued(rng.random(), 1_000))
        order.add(number, Valued(rng.random(), 1_000))
        order.discard(number)
    assert len(order._ranking._heap) < 1_000
    assert len(order._ranking._uses) < 1_000
