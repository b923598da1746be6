"""What makes a TTL right: the gates by themselves, on pairs made by hand."""

import numpy as np
import pytest

from caching_scenes import Step, scene
from longpole.advice.cache.ledger import NOBODY, node_ledgers
from longpole.advice.cache.trials import is_fresh_enough
from longpole.advice.cache_opportunities import cache_opportunities
from longpole.analysis.determinism import Pairs
from longpole.domain.units import NS_PER_SECOND

MINUTE_NS, HOUR_NS = 60 * NS_PER_SECOND, 3_600 * NS_PER_SECOND


def pairs(*of: tuple[int, int, bool]) -> Pairs:
    """So many of an age, equal or not."""
    ages = np.concatenate([np.full(count, age) for count, age, _ in of])
    same = np.concatenate([np.full(count, is_same) for count, _, is_same in of])
    places = np.arange(ages.size)
    return Pairs(places, places, ages, same)


YOUNG = (300, MINUTE_NS, True)


@pytest.mark.parametrize(
    ("old", "ttl_ns", "is_enough"),
    [
        ((100, 10 * HOUR_NS, True), HOUR_NS, True),  # nothing ever differs
        ((1, 10 * HOUR_NS, False), HOUR_NS, False),  # one that differs: the young ones may be the same by luck
        ((3_000, 2 * HOUR_NS, False), HOUR_NS, True),  # old ones always differ: so would some of the young
        ((3_000, 2 * HOUR_NS - 1, False), HOUR_NS, False),  # they begin to differ too near to the TTL
    ],
)
def test_old_results_that_differ_leave_a_ttl_only_where_young_ones_would_have_to(
    old: tuple[int, int, bool],
    ttl_ns: int,
    is_enough: bool,  # noqa: FBT001 - a case
) -> None:
    assert is_fresh_enough(pairs(YOUNG), pairs(YOUNG, old), ttl_ns, may_change=True) is is_enough


def test_what_cannot_change_must_never_differ() -> None:
    differing = pairs(YOUNG, (3_000, 2 * HOUR_NS, False))

    assert not is_fresh_enough(pairs(YOUNG), differing, HOUR_NS, may_change=False)


def test_another_model_is_another_question() -> None:
    """Two models take turns, and each answers in its own way, always the same."""
    observed = scene(Step("code", lambda ask: (ask.question, ask.run % 2)))
    assert list(cache_opportunities(observed)) == []

    observed.executions.model[1::3] = np.arange(1_200) % 2
    (finding,) = cache_opportunities(observed)

    assert finding.rule == "cache_opportunities.exact"


def test_whose_user_is_not_known_shares_with_nobody_where_users_are_apart() -> None:
    observed = scene(Step("code"))
    observed.runs.user[::2] = NOBODY
    ledger = next(node_ledgers(observed, lambda node: node.node_id == "step"))

    shared, apart = ledger.asked(per_user=False).key, ledger.asked(per_user=True).key
    unknown = ledger.user == NOBODY

    assert np.unique(apart[unknown]).size == np.count_nonzero(unknown) == 600
    assert np.unique(shared[unknown]).size < 120
    assert np.unique(apart[~unknown]).size < 600


def test_the_room_that_results_take_is_told_where_their_sizes_are_known() -> None:
    """A hundred questions of 1,000 bytes each: no more than a hundred results are fresh at one time."""
    observed = scene(Step("code"))
    assert next(iter(cache_opportunities(observed))).facts["room_bytes"] is None

    observed.executions.output_bytes[1::3] = 1_000.0
    (finding,) = cache_opportunities(observed)

    assert 50_000 < float(finding.facts["room_bytes"] or 0) <= 100_000
    assert "kB at most" in finding.description
