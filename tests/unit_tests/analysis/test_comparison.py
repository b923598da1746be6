"""Two sets of runs: laws that every comparison obeys, what is found, and what is not made up."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longpole.analysis.comparison import FIGURES, Runs, compare_histograms, compare_runs
from longpole.analysis.comparison_columns import Histogram, Values, worth_of_runs
from longpole.analysis.comparison_ground import Ground
from longpole.analysis.comparison_nodes import NodeTimes, compare_node_histograms, compare_nodes
from longpole.analysis.same_traffic import Traffic
from longpole.analysis.sketch import EMPTY, Sketch
from longpole.domain.comparisons import Effect, NodeComparison, Verdict

NS = 10**9
OPPOSITE = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}


def side(n: int, seed: int = 0, *, slower: float = 1.0, longer: float = 1.0, start_s: int = 0, **more: Any) -> Runs:
    """Runs over a week, longer with longer inputs."""
    random = np.random.default_rng(seed)
    size = longer * np.exp(random.normal(6, 0.8, n))
    elapsed = slower * np.exp(random.normal(0, 0.5, n)) * (size / 400) ** 0.5
    made = Runs(
        traffic=Traffic((start_s + np.sort(random.integers(0, 7 * 86_400, n))) * NS, size, random.integers(0, 2, n)),
        elapsed_s=elapsed,
        has_failed=(random.random(n) < 0.05).astype(float),
        cost_usd=elapsed * 0.01,
        tokens=np.round(size),
        cache_hit_rate=np.full(n, 50.0),
        retries=(random.random(n) < 0.1).astype(float),
        nodes=np.full(n, 4.0),
    )
    return replace(made, **more)


def places(runs: Runs, chosen: Any) -> Runs:
    """Some of the runs, in another order."""
    parts = {each.name: getattr(runs, each.name)[chosen] for each in fields(Runs) if each.name != "traffic"}
    traffic = runs.traffic
    return Runs(Traffic(traffic.end_ns[chosen], traffic.size[chosen], traffic.branch[chosen]), **parts)


def verdicts(a: Runs, b: Runs, **more: Any) -> dict[str, Verdict]:
    return {each.figure: each.verdict for each in compare_runs(a, b, **more).figures}


any_side = st.builds(
    side,
    st.sampled_from([1, 2, 29, 30, 150, 300]),
    st.integers(0, 5),
    slower=st.sampled_from([0.7, 1.0, 1.5]),
    longer=st.sampled_from([1.0, 1.5, 50.0]),
)


@settings(max_examples=25, deadline=None)
@given(any_side, any_side, st.booleans())
def test_swapped_sides_turn_everything_over(a: Runs, b: Runs, repeated: bool) -> None:  # noqa: FBT001
    there, back = compare_runs(a, b, repeated=repeated), compare_runs(b, a, repeated=repeated)
    assert (there.coverage, there.problem) == (back.coverage, back.problem)
    for one, other in zip(there.figures, back.figures, strict=True):
        assert other.verdict is OPPOSITE.get(one.verdict, one.verdict)
        for here, turned in ((one.raw, other.raw), (one.adjusted, other.adjusted)):
            assert (here is None) == (turned is None)
            if here is None or turned is None or here.change is None:
                continue
            assert (turned.a, turned.b) == (here.b, here.a)
            assert turned.p_value == pytest.approx(here.p_value)
            if here.low is not None and turned.high is not None and here.low > 0:
                mirrored = 1 / here.low if one.effect is Effect.RATIO else -here.low
                assert turned.high == pytest.approx(mirrored)


@settings(max_examples=20, deadline=None)
@given(any_side, any_side, st.sampled_from([0.001, 60.0, 1e6]))
def test_another_unit_changes_nothing(a: Runs, b: Runs, times: float) -> None:
    def scaled(runs: Runs) -> Runs:
        return replace(runs, elapsed_s=runs.elapsed_s * times, cost_usd=runs.cost_usd * times)

    for one, other in zip(compare_runs(a, b).figures, compare_runs(scaled(a), scaled(b)).figures, strict=True):
        assert one.verdict is other.verdict
        if one.judged is not None and other.judged is not None:
            assert other.judged.change == pytest.approx(one.judged.change)
            assert other.judged.low == pytest.approx(one.judged.low)


@settings(max_examples=20, deadline=None)
@given(any_side, any_side, st.randoms(use_true_random=False))
def test_the_order_of_runs_changes_nothing(a: Runs, b: Runs, random: Any) -> None:
    order = list(range(len(a)))
    random.shuffle(order)
    for one, other in zip(compare_runs(a, b).figures, compare_runs(places(a, order), b).figures, strict=True):
        assert (one.verdict, one.n_a) == (other.verdict, other.n_a)
        if one.judged is not None and other.judged is not None:
            assert other.judged.low == pytest.approx(one.judged.low)


def test_what_is_slower_and_dearer_is_worse() -> None:
    found = compare_runs(side(600, 1), side(600, 2, slower=1.3))
    told = {each.figure: each.verdict for each in found.figures}
    assert told["run_time_p50"] == told["run_time_mean"] == told["cost_per_run"] == Verdict.WORSE
    assert told["error_rate"] == told["tokens_per_run"] == told["cache_hit_rate"] == Verdict.NO_EVIDENCE
    median = found.figures[0].judged
    assert median is not None
    assert median.low is not None
    assert median.high is not None
    assert 1.15 < median.low < 1.3 < median.high < 1.5


def test_more_cache_hits_are_better() -> None:
    random = np.random.default_rng(1)
    a = side(200, 1, cache_hit_rate=random.uniform(0, 60, 200))
    b = side(200, 2, cache_hit_rate=random.uniform(40, 100, 200))
    assert verdicts(a, b)["cache_hit_rate"] is Verdict.BETTER


def test_longer_inputs_are_not_blamed_on_the_version() -> None:
    """Raw figures tell the difference; for the same traffic there is none."""
    found = compare_runs(side(1_500, 1), side(1_500, 2, longer=1.4))
    median = found.figures[0]
    assert median.raw is not None
    assert median.raw.low is not None
    assert median.raw.low > 1.05
    assert median.verdict is Verdict.NO_EVIDENCE
    assert median.adjusted is not None
    assert median.adjusted.change == pytest.approx(1.0, abs=0.08)


def test_another_traffic_gives_no_verdict() -> None:
    found = compare_runs(side(300, 1), side(300, 2, longer=1_000.0, slower=3.0))
    assert found.problem is not None
    assert "other" in found.problem
    assert {each.verdict for each in found.figures} <= {Verdict.NO_EVIDENCE, Verdict.TOO_FEW_RUNS}


def test_equals_are_seldom_told_apart() -> None:
    """Of 120 comparisons, fewer than one in twenty has any verdict (with three deviations of chance)."""
    told = sum(
        any(each in OPPOSITE for each in verdicts(side(200, seed), side(200, 1_000 + seed, start_s=604_800)).values())
        for seed in range(120)
    )
    assert told / 120 <= 0.05 + 3 * (0.05 * 0.95 / 120) ** 0.5


def test_no_runs_and_one_run() -> None:
    for a, b in ((side(0), side(0)), (side(0), side(50)), (side(1), side(1)), (side(50), side(1))):
        assert set(verdicts(a, b).values()) == {Verdict.TOO_FEW_RUNS}
    assert all(each.raw is None for each in compare_runs(side(0), side(50)).figures)
    well = {"has_failed": np.zeros(1)}
    one = compare_runs(side(1, **well), side(1, 2, **well)).figures[0].raw
    assert one is not None
    assert (one.low, one.high) == (None, None)


def test_all_failed() -> None:
    """Nothing is known of their times; the error rate tells it all."""
    found = compare_runs(side(100, has_failed=np.zeros(100)), side(100, 1, has_failed=np.ones(100)))
    told = {each.figure: each for each in found.figures}
    assert (told["run_time_p50"].raw, told["run_time_p50"].verdict) == (None, Verdict.TOO_FEW_RUNS)
    assert told["error_rate"].verdict is Verdict.WORSE


def test_ties_and_what_never_varies() -> None:
    same = {"elapsed_s": np.full(100, 2.0), "cost_usd": np.full(100, 0.01)}
    a, b = side(100, **same), side(100, 1, **same)
    assert set(verdicts(a, b).values()) <= {Verdict.NO_EVIDENCE, Verdict.TOO_FEW_RUNS}
    dearer = verdicts(a, replace(b, cost_usd=np.full(100, 0.02)))
    assert (dearer["cost_per_run"], dearer["run_time_p50"]) == (Verdict.WORSE, Verdict.NO_EVIDENCE)


def test_what_cost_nothing_has_no_ratio_and_a_verdict() -> None:
    a, b = side(100, cost_usd=np.zeros(100)), side(100, 1)
    cost = next(each for each in compare_runs(a, b).figures if each.figure == "cost_per_run")
    assert cost.judged is not None
    assert (cost.judged.change, cost.verdict) == (None, Verdict.WORSE)
    assert cost.harm() == float("inf")


def test_one_rare_retry_is_no_news() -> None:
    a, b = side(2_000, retries=np.zeros(2_000)), side(60, 1, retries=np.eye(1, 60)[0])
    assert verdicts(a, b)["retries_per_run"] is Verdict.NO_EVIDENCE


def test_unknown_numbers_are_left_out_and_counted() -> None:
    cost = side(100).cost_usd.copy()
    cost[:80] = np.nan
    found = next(each for each in compare_runs(side(100, cost_usd=cost), side(100, 1)).figures if "cost" in each.figure)
    assert (found.n_a, found.n_b, found.verdict) == (20, 100, Verdict.TOO_FEW_RUNS)


def test_looking_often_is_less_sure() -> None:
    once, often = (compare_runs(side(300, 1), side(300, 2), repeated=each).figures[0].judged for each in (False, True))
    assert once is not None
    assert often is not None
    assert (often.low or 0) < (once.low or 0)
    assert often.p_value > once.p_value


def test_runs_of_the_same_hours_are_worth_fewer() -> None:
    blocks = np.repeat(np.arange(50), 20)
    random = np.random.default_rng(1)
    alone, together = random.normal(0, 1, 1_000), np.repeat(random.normal(0, 1, 50), 20)
    assert worth_of_runs(blocks, alone) == 1.0
    assert worth_of_runs(blocks, together) == pytest.approx(1 / 20, rel=0.5)


def test_weights_that_are_all_equal_change_nothing() -> None:
    values = np.random.default_rng(1).exponential(1, 500)
    plain = Values(values, np.zeros(500, np.int64), np.ones(1), np.ones(500))
    halves = Values(values, np.arange(500) % 2, np.array([0.5, 0.5]), np.ones(500))
    for q in (0.5, 0.95):
        assert halves.quantile(q, 1.0).value == pytest.approx(plain.quantile(q, 1.0).value)
    assert halves.mean(1.0).value == pytest.approx(values.mean())
    assert halves.mean(1.0).error == pytest.approx(values.std(ddof=1) / 500**0.5, rel=0.01)


def test_histograms_say_what_runs_say() -> None:
    a, b = (side(2_000, seed, slower=slower) for seed, slower in ((1, 1.0), (2, 1.2)))
    kept = [
        {"elapsed_s": Histogram(Sketch.of(np.round(each.elapsed_s[each.has_failed == 0] * NS).astype(np.int64)), NS)}
        for each in (a, b)
    ]
    of_runs, of_kept = compare_runs(a, b).figures, compare_histograms(*kept).figures
    for one, other in zip(of_runs[:4], of_kept[:4], strict=True):
        assert one.raw is not None
        assert other.raw is not None
        assert (other.raw.a, other.raw.b) == pytest.approx((one.raw.a, one.raw.b), rel=0.011)
        assert (other.raw.low, other.raw.high) == pytest.approx((one.raw.low, one.raw.high), rel=0.05)
        assert one.verdict is other.verdict is Verdict.WORSE
    assert of_kept[4].verdict is Verdict.TOO_FEW_RUNS


def test_a_sum_of_two_histograms_is_no_surer_than_it_may_be() -> None:
    one, other = Sketch.of([1, 2, 3, 4]), Sketch.of([10, 20, 30, 40])
    found = Histogram(one, 1.0, other).mean(1.0)
    assert found.value == 27.5
    assert found.error >= np.std([11, 22, 33, 44]) / 2


def node(name: str) -> NodeComparison:
    return NodeComparison(name, name, "llm", None, Verdict.NO_EVIDENCE, 0, 0, None, None, None, None, None)


def test_the_node_that_is_slower_is_named_first() -> None:
    random = np.random.default_rng(1)
    a, b = side(400, 1), side(400, 2)
    slow = NodeTimes(node("slow"), np.exp(random.normal(0, 0.4, 400)), 1.5 * np.exp(random.normal(0, 0.4, 400)))
    same = NodeTimes(node("same"), np.exp(random.normal(0, 0.4, 400)), np.exp(random.normal(0, 0.4, 400)))
    gone = NodeTimes(node("gone"), np.full(400, 0.1), np.full(400, np.nan))
    found = compare_nodes([same, gone, slow], Ground.of(a.traffic, b.traffic))
    assert (found[0].node_id, found[0].verdict) == ("slow", Verdict.WORSE)
    named = {each.node_id: each for each in found}
    assert (named["gone"].share_a, named["gone"].share_b, named["gone"].p50) == (1.0, 0.0, None)
    assert named["gone"].mean_shift == pytest.approx(-0.1)
    assert named["same"].verdict is Verdict.NO_EVIDENCE


def test_nodes_of_histograms() -> None:
    random = np.random.default_rng(1)
    times = np.exp(random.normal(0, 0.4, (2, 500)))
    a, b = (Histogram(Sketch.of(np.round(each * NS).astype(np.int64)), NS) for each in (times[0], 2 * times[1]))
    found = compare_node_histograms([(node("n"), a, b), (node("gone"), a, Histogram(EMPTY, NS))])
    assert [(each.node_id, each.verdict) for each in found] == [
        ("gone", Verdict.TOO_FEW_RUNS),
        ("n", Verdict.WORSE),
    ]


def test_every_figure_has_its_own_name() -> None:
    assert len({each.name for each in FIGURES}) == len(FIGURES) == 9
