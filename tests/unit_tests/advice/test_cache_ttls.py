"""Results that are kept too short are made again as they were; those that are kept too long are out of date."""

from collections.abc import Callable
from typing import Any

import pytest

from caching_scenes import Ask, Step, scene
from longpole.advice.cache_ttls import cache_ttls
from longpole.advice.observations import CacheUse, Observations
from longpole.domain.findings import Finding

RETRIEVAL = "knowledge_retrieval"
HOUR = 1 / 24


class TtlCache:
    """A cache in front of a step of a scene: it remembers when a question was answered, and what came out."""

    def __init__(
        self, ttl_days: float, true_output: Callable[[Ask], Any], *, per_user: bool = False, evicted: float = 0.0
    ) -> None:
        self._ttl_days, self._true_output, self._per_user, self._evicted = ttl_days, true_output, per_user, evicted
        self._made: dict[Any, tuple[float, Any]] = {}
        self.stale = self.served = self.expired = 0

    def is_cached(self, ask: Ask) -> bool:
        made = self._made.get(self._key(ask))
        is_fresh = made is not None and made[0] < ask.day < made[0] + self._ttl_days
        is_served = is_fresh and ask.random.random() >= self._evicted
        if not is_served:
            self.expired += made is not None and not is_fresh
            self._made[self._key(ask)] = ask.day + 3e-5, self._true_output(ask)
        else:
            self.served += 1
            self.stale += self.output(ask) != self._true_output(ask)
        return is_served

    def output(self, ask: Ask) -> Any:
        return self._made[self._key(ask)][1]

    def _key(self, ask: Ask) -> Any:
        return (ask.question, ask.user) if self._per_user else ask.question


def cached_scene(cache: TtlCache, step_type: str = RETRIEVAL, **more: Any) -> Observations:
    """3,000 runs of a week that ask 40 questions."""
    step = Step(step_type, cache.output, is_cached=cache.is_cached, questions=40, exponent=0.3)
    return scene(step, **{"runs": 3_000, "settings_ttl_hours": {}, **more})


def found(observed: Observations) -> dict[str, Finding]:
    return {finding.rule.partition(".")[2]: finding for finding in cache_ttls(observed)}


def same(ask: Ask) -> Any:
    return ask.question


def changing(per_day: float) -> Callable[[Ask], Any]:
    """The world's answer to each question changes at any time alike: once in 1 / `per_day` days."""
    state: dict[int, tuple[float, int]] = {}

    def output(ask: Ask) -> Any:
        day, number = state.get(ask.question, (0.0, 0))
        if ask.random.random() < 1 - 2.718281828 ** (-(ask.day - day) * per_day):
            number += 1
        state[ask.question] = ask.day, number
        return ask.question, number

    return output


def test_what_expires_and_comes_out_the_same_is_to_be_kept_longer() -> None:
    (case, finding), *more = found(cached_scene(TtlCache(HOUR, same))).items()

    assert (case, more) == ("too_short", [])
    assert float(finding.facts["ttl_hours"] or 0) > 1
    assert finding.facts["now_ttl_hours"] == pytest.approx(1, rel=0.05)
    assert finding.facts["mismatches"] == 0
    assert finding.estimate is not None
    assert finding.estimate.high < finding.estimate.baseline
    assert finding.evidence[0]["run_ids"]


def test_more_hits_are_those_that_a_cache_with_the_longer_ttl_has_in_addition() -> None:
    short, long = TtlCache(HOUR, same), TtlCache(1.0, same)
    finding = found(cached_scene(short))["too_short"]
    cached_scene(long)

    assert finding.facts["ttl_hours"] == 24
    assert finding.facts["more_hits"] == pytest.approx((long.served - short.served) / 2, rel=0.03)


def test_a_ttl_that_is_long_enough_is_left_alone() -> None:
    assert found(cached_scene(TtlCache(7.0, same))) == {}


def test_what_comes_out_another_is_not_to_be_kept_longer() -> None:
    assert "too_short" not in found(cached_scene(TtlCache(HOUR, changing(0.05))))


def test_results_that_are_served_out_of_date_are_found_with_about_their_true_share() -> None:
    cache = TtlCache(1.0, changing(0.5))
    finding = found(cached_scene(cache))["too_long"]

    assert finding.floor == "medium"
    assert finding.facts["stale_ratio"] == pytest.approx(cache.stale / cache.served, rel=0.3)
    assert finding.estimate is not None
    assert finding.estimate.expected <= 0.01 < finding.estimate.baseline
    assert float(finding.facts["ttl_hours"] or 0) <= 1
    assert finding.evidence[0]["run_ids"]


def test_a_world_that_hardly_ever_changes_is_not_told() -> None:
    assert "too_long" not in found(cached_scene(TtlCache(HOUR, changing(0.02))))


def test_models_answer_otherwise_anyway() -> None:
    observed = cached_scene(TtlCache(HOUR, lambda ask: ask.random.random()), step_type="llm")

    assert found(observed) == {}


def test_a_cache_with_the_user_in_its_key_is_judged_by_user() -> None:
    """Another user's question is made again though it was just answered for somebody else: no fault of the TTL."""
    cache = TtlCache(7.0, lambda ask: (ask.question, ask.user), per_user=True)

    assert found(cached_scene(cache)) == {}


def test_misses_of_results_that_had_not_expired_are_no_fault_of_the_ttl() -> None:
    """Half of them are evicted before their time, at any age."""
    cache = TtlCache(7.0, same, evicted=0.5)

    assert found(cached_scene(cache, settings_ttl_hours={RETRIEVAL: 100.0})) == {}


def test_only_what_had_expired_would_have_been_served_longer() -> None:
    """A third is evicted early: those that are made again younger than the TTL are no gain of a longer one."""
    cache = TtlCache(6 * HOUR, same, evicted=0.33)
    finding = found(cached_scene(cache, settings_ttl_hours={RETRIEVAL: 6.0}))["too_short"]

    assert finding.facts["now_ttl_hours"] == 6
    assert 0 < int(finding.facts["more_hits"] or 0) < 0.6 * cache.expired


def test_a_nodes_own_ttl_is_told_by_the_age_from_which_on_nothing_is_served() -> None:
    finding = found(cached_scene(TtlCache(HOUR, same), settings_ttl_hours={RETRIEVAL: 100.0}))["too_short"]

    assert finding.facts["now_ttl_hours"] == pytest.approx(1, rel=0.05)


def use(**counts: int) -> CacheUse:
    names = ("hits", "misses", "stale", "stores", "evictions", "would_hit", "would_miss", "matched", "mismatched")
    return CacheUse("step", RETRIEVAL, **{**dict.fromkeys(names, 0), **counts})


def test_a_shadow_that_differs_is_told() -> None:
    finding = found(scene(Step(RETRIEVAL), cache=(use(would_hit=500, matched=450, mismatched=50),)))["shadow"]

    assert finding.facts["mismatch_ratio"] == pytest.approx(0.1)
    assert "50" in finding.description
    assert finding.floor == "medium"


@pytest.mark.parametrize(("matched", "mismatched"), [(500, 0), (500, 1), (0, 0), (2_000, 8)])
def test_a_shadow_that_hardly_differs_is_not_told(matched: int, mismatched: int) -> None:
    assert found(scene(Step(RETRIEVAL), cache=(use(matched=matched, mismatched=mismatched),))) == {}


def test_what_is_not_cached_is_for_another_rule() -> None:
    assert found(scene(Step(RETRIEVAL))) == {}
