"""Short forms of `benchmarks/cache_estimate.py`: the estimate against the cache itself, and who is advised what."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from longpole.analysis.cache_replay import HIT, MADE, WAITED, CacheReplay, Ledger

BENCHMARKS = Path(__file__).parents[4] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark() -> Iterator[Any]:
    """Its modules by name."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield import_module
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def stream(benchmark: Any) -> Any:
    streams = benchmark("cache_estimate_streams")
    return streams.zipf(streams.bursts(1_200), 0.9, drifts=True)


@pytest.mark.parametrize("ttl_s", [60.0, 900.0])
def test_the_replay_is_what_the_cache_itself_does_question_by_question(
    benchmark: Any, stream: Any, ttl_s: float
) -> None:
    words = {MADE: "miss", HIT: "hit", WAITED: "coalesced"}
    ledger = benchmark("cache_estimate").ledger_of(stream)
    state = CacheReplay(ledger).play(round(ttl_s * 1e9)).state.tolist()
    expected = [
        "failed" if failed and one == MADE else words.get(one, "waited in vain")
        for one, failed in zip(state, stream.failed.tolist(), strict=True)
    ]

    hows = benchmark("cache_estimate_real").RealRun(stream, ttl_s).run().hows

    assert hows == expected
    assert {"hit", "miss", "coalesced", "failed"} <= set(hows)


def test_with_other_durations_and_failures_it_is_within_a_point(benchmark: Any, stream: Any) -> None:
    again = benchmark("cache_estimate_streams").again(stream, seed=5)
    estimate = CacheReplay(benchmark("cache_estimate").ledger_of(stream)).play(900 * 10**9).hit_ratio

    real = benchmark("cache_estimate_real").RealRun(again, 900.0).run().hit_ratio()

    assert 0.3 < real < 0.9
    assert abs(estimate - real) < 0.01


def test_no_seeded_node_is_advised_wrongly_and_most_that_may_be_cached_are_found(benchmark: Any) -> None:
    """Four kinds a workflow, so that each is a good part of its run; two of each kind."""
    nodes = benchmark("cache_estimate_nodes")
    wrong, safe, found = [], 0, 0
    for number in range(0, 2 * len(nodes.KINDS), 4):
        kinds = [nodes.KINDS[(number + offset) % len(nodes.KINDS)] for offset in range(4)]
        observed, seeded = nodes.workflow(kinds, np.random.default_rng(number), runs=2_000)
        cases = {each.affected_nodes[0]: each for each in nodes.cache_opportunities(observed)}
        for node in seeded:
            finding = cases.get(node.node_id)
            case = "" if finding is None else finding.rule.partition(".")[2]
            if nodes.is_wrong(node, case, is_per_user=bool(finding and finding.facts["is_per_user"])):
                wrong.append((node.kind.name, case))
            safe += node.kind.verdict == "safe"
            found += node.kind.verdict == "safe" and case in {"exact", "confirm"}

    assert wrong == []
    assert safe == 8
    assert found >= 7


def test_a_sample_of_keys_holds_them_whole_and_its_ratio_is_near_the_true_one(benchmark: Any) -> None:
    sampling = benchmark("cache_estimate_sample")
    rng = np.random.default_rng(5)
    start, always = np.arange(60_000), np.ones(60_000, np.bool_)
    key = rng.zipf(1.3, 60_000).astype(np.int64)
    ledger = Ledger(key, start, start, always, always)
    true = CacheReplay(ledger).play(20_000).hit_ratio

    sample = sampling.sample_of_keys(key, 12_000)
    hits = CacheReplay(sampling.part_of(ledger, sample.taken)).play(20_000).hits

    assert sample.hit_ratio(int(np.count_nonzero(hits))) == pytest.approx(true, abs=0.03)
    assert not set(key[sample.taken]) & set(key[~sample.taken])


def test_a_sample_of_everything_is_everything(benchmark: Any) -> None:
    sample = benchmark("cache_estimate_sample").sample_of_keys(np.array([1, 2, 2]))

    assert sample.taken.all()
    assert sample.hit_ratio(1) == pytest.approx(1 / 3)
