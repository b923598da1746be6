"""The replay is what a cache would do, execution by execution: against a slow oracle, and by its laws."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.cache_replay import HIT, MADE, WAITED, WAITED_IN_VAIN, CacheReplay, Ledger, mixed_key
from longpole.analysis.cache_replay_intervals import block_mean
from longpole.analysis.cache_replay_room import room_needed

TTLS = st.integers(min_value=0, max_value=9)


class Execution(NamedTuple):
    key: int
    start: int
    end: int
    succeeded: bool = True
    is_kept: bool = True


def ledger_of(executions: list[Execution]) -> Ledger:
    columns = list(zip(*executions, strict=True)) if executions else [()] * 5
    key, start, end = (np.array(column, dtype=np.int64) for column in columns[:3])
    succeeded, is_kept = (np.array(column, dtype=np.bool_) for column in columns[3:])
    return Ledger(key, start, end, succeeded, is_kept & succeeded)


@st.composite
def ledgers(draw: st.DrawFn, most: int = 24) -> Ledger:
    """Few keys and few instants, so that executions repeat, overlap and tie."""
    executions = []
    for _ in range(draw(st.integers(0, most))):
        start = draw(st.integers(0, 14))
        took = draw(st.integers(0, 5))
        executions.append(
            Execution(draw(st.integers(0, 3)), start, start + took, draw(st.booleans()), draw(st.booleans()))
        )
    return ledger_of(executions)


def plainly_played(ledger: Ledger, ttl: int) -> tuple[list[int], list[int]]:
    """One after the other, as one would with a dictionary."""
    state, source = [MADE] * len(ledger), list(range(len(ledger)))
    last: dict[int, int] = {}
    for place in sorted(range(len(ledger)), key=lambda each: (ledger.start_ns[each], each)):
        key, now = int(ledger.key[place]), ledger.start_ns[place]
        maker = last.get(key)
        if maker is not None and now < ledger.end_ns[maker]:
            state[place], source[place] = (WAITED if ledger.succeeded[maker] else WAITED_IN_VAIN), maker
        elif maker is not None and ledger.is_kept[maker] and now < ledger.end_ns[maker] + ttl:
            state[place], source[place] = HIT, maker
        else:
            last[key] = place
    return state, source


@given(ledgers(), TTLS)
def test_it_is_what_a_dictionary_with_a_clock_would_do(ledger: Ledger, ttl: int) -> None:
    played = CacheReplay(ledger).play(ttl)

    assert (played.state.tolist(), played.source.tolist()) == plainly_played(ledger, ttl)


@given(ledgers(), TTLS, TTLS)
def test_each_execution_may_have_a_ttl_of_its_own(ledger: Ledger, ttl: int, other: int) -> None:
    """A key's executions are of one node, so have the same: as if each node were played by itself."""
    replay, of_key = CacheReplay(ledger), np.where(ledger.key % 2 == 0, ttl, other)

    state = replay.play(of_key).state

    assert state.tolist() == np.where(ledger.key % 2 == 0, replay.play(ttl).state, replay.play(other).state).tolist()


@given(ledgers(), TTLS)
def test_no_moment_needs_more_room_and_one_needs_all_of_it(ledger: Ledger, ttl: int) -> None:
    sizes = 1.0 + ledger.key.astype(np.float64)
    played = CacheReplay(ledger).play(ttl)
    kept = [
        (int(ledger.end_ns[place]), float(sizes[place]))
        for place in range(len(ledger))
        if played.state[place] == MADE and ledger.is_kept[place]
    ]

    taken = [sum(size for end, size in kept if end <= moment < end + ttl) for moment, _ in kept]

    assert room_needed(ledger, played, ttl, sizes) == max(taken, default=0.0)


def test_the_room_that_is_needed_is_that_of_the_fullest_moment() -> None:
    ledger = ledger_of([Execution(1, 0, 1), Execution(2, 2, 3), Execution(1, 5, 6), Execution(3, 13, 14)])
    sizes = np.array([10.0, 5.0, 10.0, 1.0])

    assert room_needed(ledger, CacheReplay(ledger).play(10), 10, sizes) == 15
    assert room_needed(ledger, CacheReplay(ledger).play(2), 2, sizes) == 10


@given(ledgers(), TTLS, TTLS)
def test_a_longer_ttl_has_no_fewer_hits_where_nothing_fails_and_nothing_takes_time(
    ledger: Ledger, ttl: int, more: int
) -> None:
    always = np.ones(len(ledger), np.bool_)
    replay = CacheReplay(Ledger(ledger.key, ledger.start_ns, ledger.start_ns, always, always))

    assert np.count_nonzero(replay.play(ttl).hits) <= np.count_nonzero(replay.play(ttl + more).hits)


def test_where_executions_fail_a_longer_ttl_may_have_fewer_hits() -> None:
    """With 4, the one at 5 succeeds and serves 6 and 7; with 5 it is served itself, and the one at 6 fails."""
    asks = [
        Execution(1, 0, 1),
        Execution(1, 5, 5),
        Execution(1, 6, 6, succeeded=False),
        Execution(1, 7, 7, is_kept=False),
    ]
    replay = CacheReplay(ledger_of(asks))

    assert replay.play(4).state.tolist() == [MADE, MADE, HIT, HIT]
    assert replay.play(5).state.tolist() == [MADE, HIT, MADE, MADE]


def test_a_hit_does_not_prolong_what_it_is_served() -> None:
    replay = CacheReplay(
        ledger_of([Execution(1, 0, 2), Execution(1, 9, 9), Execution(1, 12, 13), Execution(1, 13, 14)])
    )

    assert replay.play(10).state.tolist() == [MADE, HIT, MADE, HIT]


@pytest.mark.parametrize(("succeeded", "waited"), [(True, WAITED), (False, WAITED_IN_VAIN)])
def test_who_asks_meanwhile_waits_and_is_no_hit(succeeded: bool, waited: int) -> None:  # noqa: FBT001 - a case
    played = CacheReplay(ledger_of([Execution(1, 0, 10, succeeded), Execution(1, 3, 8), Execution(1, 10, 12)])).play(5)

    assert played.state.tolist() == [MADE, waited, HIT if succeeded else MADE]
    assert played.source.tolist() == [0, 0, 0 if succeeded else 2]


def test_instants_as_they_are_in_nanoseconds_do_not_overflow() -> None:
    """Each key's time takes two years: the lines of hundreds of keys are longer than 64 bits."""
    begin, year = 1_790_000_000 * 10**9, 365 * 86_400 * 10**9
    asks = [Execution(key, begin + n * year, begin + n * year + key) for key in range(400) for n in range(3)]
    ledger = ledger_of(asks)

    played = CacheReplay(ledger).play(year + 200)

    assert (played.state.tolist(), played.source.tolist()) == plainly_played(ledger, year + 200)
    assert 0 < np.count_nonzero(played.hits) < 800


def test_many_keys_are_walked_together() -> None:
    rng = np.random.default_rng(3)
    start = np.sort(rng.integers(0, 10_000, 5_000))
    always = rng.random(5_000) < 0.9
    ledger = Ledger(rng.integers(0, 300, 5_000), start, start + rng.integers(0, 30, 5_000), always, always)

    played = CacheReplay(ledger).play(400)

    assert (played.state.tolist(), played.source.tolist()) == plainly_played(ledger, 400)


def test_keys_are_equal_exactly_where_all_parts_are() -> None:
    parts = [np.array(column) for column in ([1, 1, 2, 0, 1], [2, 2, 1, 0, 2], [-1, -1, 0, 0, 0])]

    key = mixed_key(*parts).tolist()

    assert key[0] == key[1]
    assert len(set(key)) == 4


def test_bursts_make_an_interval_wide() -> None:
    """The same share of hits, in one piece or evenly spread."""
    apart, in_one = np.tile([1.0, 0.0], 2_000), np.repeat([1.0, 0.0], 2_000)

    even, burst = block_mean(apart), block_mean(in_one)

    assert (even.value, burst.value) == (0.5, 0.5)
    assert even.high - even.low < 0.02
    assert burst.high - burst.low > 0.2


def test_no_executions_have_no_interval() -> None:
    assert block_mean(np.array([])).times(3.0).high == 0.0
