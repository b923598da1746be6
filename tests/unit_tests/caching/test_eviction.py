"""What is worth least goes first, what is asked for stays, and what nobody asks for any more ages out."""

import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from longpole.caching.eviction import SECONDS_PER_DOLLAR, Valued, ValueOrder, worth


def drained(order: ValueOrder[str]) -> list[str]:
    taken = []
    while least := order.take_least():
        taken.append(least[0])
    return taken


def test_seconds_by_byte_decide() -> None:
    order: ValueOrder[str] = ValueOrder()
    order.add("slow and small", Valued(10.0, 1_000))
    order.add("slow and large", Valued(10.0, 100_000))
    order.add("quick and small", Valued(0.2, 1_000))
    assert drained(order) == ["slow and large", "quick and small", "slow and small"]


def test_uses_count_whenever_they_were() -> None:
    order: ValueOrder[str] = ValueOrder()
    often, never = Valued(1.0, 1_000), Valued(2.0, 1_000)
    order.add("often", often)
    order.add("never", never)
    for _ in range(3):
        order.use(often)
    assert drained(order) == ["never", "often"]


def test_what_nobody_asks_for_any_more_ages_out() -> None:
    order: ValueOrder[str] = ValueOrder()
    order.add("once a star", Valued(5.0, 1_000))
    given_up = []
    for number in range(100):
        order.add(f"new {number}", Valued(1.0, 1_000))
        if len(order) > 2:
            given_up.append(order.take_least())
    assert "once a star" in [least[0] for least in given_up if least]


def test_money_counts() -> None:
    assert worth(2_000_000_000, None) == 2.0
    assert worth(2_000_000_000, Decimal("0.01")) == 2.0 + 0.01 * SECONDS_PER_DOLLAR


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "use", "discard", "take"]), st.integers(0, 9), st.integers(0, 5)), max_size=80
    )
)
def test_whatever_happens_the_least_is_taken_and_nothing_is_lost(steps: list[tuple[str, int, int]]) -> None:
    order: ValueOrder[int] = ValueOrder()
    kept: dict[int, Valued] = {}
    for step, key, seconds in steps:
        if step == "add":
            kept[key] = Valued(float(seconds), 1_000)
            order.add(key, kept[key])
        elif step == "use" and key in kept:
            order.use(kept[key])
        elif step == "discard":
            assert order.discard(key) is kept.pop(key, None)
        elif step == "take":
            taken = order.take_least()
            assert (taken is None) is (not kept)
            if taken is not None:
                assert taken[1] is kept[taken[0]]
                assert taken[1].priority() == min(valued.priority() for valued in kept.values())
                del kept[taken[0]]
        assert len(order) == len(kept)


def test_many_changes_of_few_things_take_little_memory() -> None:
    order: ValueOrder[int] = ValueOrder()
    rng = random.Random(1)
    for _ in range(10_000):
        order.add(rng.randrange(10), Valued(rng.random(), 1_000))
    assert len(order._heap) < 1_000
