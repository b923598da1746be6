"""A change is seen, no change is none, and another mix of traffic is no change."""

from dataclasses import replace

import numpy as np
import pytest

from longpole.analysis.before_after import BeforeAfter, Side, before_after
from longpole.analysis.same_traffic import Traffic, matched, weights_of

HOUR = 3_600_000_000_000
RESAMPLES = 200


def side(
    seed: int,
    first_hour: int = 0,
    *,
    n: int = 600,
    days: int = 7,
    factor: float = 1.0,
    large: float = 0.3,
    failed: float = 0.05,
) -> Side:
    """Runs of small and large inputs on two ways, slower by day and where the provider has a bad hour."""
    chance = np.random.default_rng(seed)
    end_ns = np.sort(chance.integers(0, days * 24 * HOUR, n)) + first_hour * HOUR
    size = np.where(chance.random(n) < large, chance.lognormal(9, 0.3, n), chance.lognormal(6, 0.3, n))
    branch = (chance.random(n) < 0.4).astype(np.int64)
    hours = end_ns // HOUR
    shared = np.repeat(chance.normal(0, 0.1, days * 12 + 1), 2)[hours - first_hour]
    time = (0.5 + size / 2_000.0) * (1 + branch) * (1 + 0.2 * np.sin(hours % 24 / 24 * 2 * np.pi))
    time *= chance.lognormal(0, 0.3, n) * np.exp(shared) * factor
    has_failed = (chance.random(n) < failed).astype(np.float64)
    return Side(Traffic(end_ns, size, branch), time, time * 0.01, np.ceil(size), has_failed)


def compared(seed: int, resamples: int = RESAMPLES, **after: float) -> BeforeAfter:
    return before_after(side(2 * seed), side(2 * seed + 1, 7 * 24, **after), seed, resamples)  # type: ignore[arg-type]  # numbers by name


def test_what_got_faster_is_seen_within_its_bounds() -> None:
    found = compared(1, factor=0.75).differences

    assert found["execution_time_p50"].is_better is True
    assert found["cost_per_run"].is_better is True
    assert (
        found["execution_time_mean"].low
        < found["execution_time_mean"].before * 0.75
        < found["execution_time_mean"].high
    )
    assert found["failed_run_share"].is_better is None
    assert found["tokens_per_run"].is_better is None


def test_what_got_slower_is_seen_as_well() -> None:
    assert compared(2, factor=1.3).differences["execution_time_p50"].is_better is False


def test_fewer_failures_are_seen_also_where_none_is_left() -> None:
    before, after = side(1, failed=0.2), side(2, 7 * 24, failed=0)

    assert before_after(before, after, 0, RESAMPLES).differences["failed_run_share"].is_better is True


def test_a_failure_or_two_less_are_chance() -> None:
    before, after = side(1, n=100, failed=0.02), side(2, 7 * 24, n=100, failed=0)

    assert before.has_failed.sum() > 0
    assert before_after(before, after, 0, RESAMPLES).differences["failed_run_share"].is_better is None


def test_no_change_gives_hardly_a_verdict() -> None:
    """Five in a hundred at the most; of forty, four would be far beyond."""
    found = [compared(seed).differences for seed in range(20, 60)]

    for figure in ("execution_time_p50", "execution_time_p95", "cost_per_run", "failed_run_share"):
        assert sum(each[figure].is_better is not None for each in found) <= 2, figure


@pytest.mark.parametrize("large", [0.1, 0.7])
def test_another_mix_of_traffic_is_no_change(large: float) -> None:
    """Unweighted, the median is another one by far."""
    before, after = side(1), side(2, 7 * 24, large=large)
    assert abs(float(np.median(after.elapsed_s) / np.median(before.elapsed_s)) - 1) > 0.15

    verdicts = [compared(seed, large=large).differences["execution_time_p50"].is_better for seed in range(60, 70)]

    assert verdicts.count(None) >= 9


def test_traffic_of_which_there_was_none_before_is_not_judged() -> None:
    found = before_after(side(1, large=0), side(2, 7 * 24, large=1, factor=3), 0, RESAMPLES)

    assert found.problem is not None
    assert all(each.is_better is None for each in found.differences.values())


def test_few_runs_say_nothing() -> None:
    found = before_after(side(1), side(2, 7 * 24, n=29), 0, RESAMPLES).differences

    assert found == {}
    assert "execution_time_p95" not in before_after(side(1), side(2, 7 * 24, n=100), 0, RESAMPLES).differences


def test_no_runs_say_nothing() -> None:
    assert before_after(side(1, n=0), side(2, n=0), 0, RESAMPLES).differences == {}
    assert before_after(side(1, n=0), side(2), 0, RESAMPLES).problem is not None


def test_the_same_question_has_the_same_answer() -> None:
    assert compared(3) == compared(3)


def test_weights_give_each_class_what_it_has_after() -> None:
    before, after = side(1), side(2, 7 * 24, large=0.7)
    found = matched(before.traffic, after.traffic)
    weights = weights_of(found.before, found.after, np.ones(len(before)), np.ones(len(after)), found.classes)

    for each in range(found.classes):
        assert weights[found.before == each].sum() == pytest.approx((found.after == each).sum())
    assert found.coverage >= 0.9
    assert (weights[found.before < 0] == 0).all()


@pytest.mark.soak
@pytest.mark.parametrize("size", [2_400.0, 0.0, np.nan])
def test_inputs_that_are_all_of_one_size_are_alike(size: float) -> None:
    def of_one_size(made: Side) -> Side:
        return replace(made, traffic=replace(made.traffic, size=np.full(len(made.traffic), size)))

    before, after = side(1, n=727, failed=0.2), side(2, 7 * 24, n=713, failed=0)
    found = before_after(of_one_size(before), of_one_size(after), 0, RESAMPLES)

    assert found.problem is None
    assert found.differences["failed_run_share"].is_better is True


def test_two_weeks_of_daily_looks_hardly_give_a_verdict_without_a_change() -> None:
    wrong = 0
    for seed in range(100):
        before, after = side(2 * seed, days=14, n=600), side(2 * seed + 1, 14 * 24, days=14, n=600)
        wrong += any(_decides(_last(before, day), _first(after, day), seed) for day in range(1, 15))
    assert wrong <= 0.05 * 100


def _decides(before: Side, after: Side, seed: int) -> bool:
    found = before_after(before, after, seed, 300).differences.get("execution_time_p50")
    return found is not None and found.is_better is not None


def _first(of: Side, days: int) -> Side:
    return _some(of, of.traffic.end_ns < (14 + days) * 24 * HOUR)


def _last(of: Side, days: int) -> Side:
    return _some(of, of.traffic.end_ns >= (14 - days) * 24 * HOUR)


def _some(of: Side, which: np.ndarray) -> Side:
    traffic = Traffic(of.traffic.end_ns[which], of.traffic.size[which], of.traffic.branch[which])
    return Side(traffic, of.elapsed_s[which], of.cost_usd[which], of.tokens[which], of.has_failed[which])
