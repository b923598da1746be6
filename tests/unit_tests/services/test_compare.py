"""Comparisons as they are asked of a database: which runs a side has, and what is compared when runs are gone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from compared import NOW, recorded
from longpole import runtime as runtime_module
from longpole.domain.comparisons import Basis, Side, Verdict
from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import RunStatus
from longpole.domain.units import instant
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.services.compare import compare
from longpole.services.gate import Bound, Outcome, gate
from longpole.store.rollup_horizons import RAW_HORIZON
from longpole.store.upkeep_log import remember
from workflow_runs import DAY, START_NS

V1, V2 = Side(version="v1"), Side(version="v2")


@pytest.fixture(autouse=True)
def _now(runtime: Runtime) -> None:
    runtime.clock = lambda: NOW


@pytest.fixture
def versions(runtime: Runtime) -> Runtime:
    """Two versions at the same time, of which the second takes half as long again to answer."""
    recorded(runtime, "v1", 150, seed=1, user_id="alice", tags=("blue",), environment="production")
    recorded(runtime, "v2", 150, seed=2, slower=1.5, user_id="bob", tags=("green",), environment="staging")
    return runtime


def test_two_versions(versions: Runtime) -> None:
    found = compare("shop", "trip", V1, V2)

    assert (found.a.run_count, found.b.compared, found.a.label) == (150, 150, "version v1")
    assert (found.basis, found.is_concurrent, found.problem) == (Basis.RUNS, True, None)
    median, cost, tokens = (found.figure(name) for name in ("run_time_p50", "cost_per_run", "tokens_per_run"))
    assert (median.verdict, median.n_a) == (Verdict.WORSE, 150)
    assert median.raw is not None
    assert median.raw.change == pytest.approx(1.4, abs=0.15)
    assert cost.raw is not None
    assert (cost.verdict, cost.raw.change) == (Verdict.WORSE, pytest.approx(1.5))
    assert (tokens.verdict, tokens.raw and tokens.raw.a) == (Verdict.NO_EVIDENCE, 600.0)
    assert [(each.node_id, each.verdict) for each in found.nodes] == [
        ("answer", Verdict.WORSE),
        ("fetch", Verdict.NO_EVIDENCE),
    ]
    assert found.nodes[0].share_a == 1.0
    assert found.nodes[0].mean_shift == pytest.approx(0.75, abs=0.3)
    assert not any("same time" in each for each in found.caveats)


def test_the_other_way_round(versions: Runtime) -> None:
    there, back = compare("shop", "trip", V1, V2), compare("shop", "trip", V2, V1)
    assert back.figure("run_time_p50").verdict is Verdict.BETTER
    assert there.coverage == back.coverage


def test_filters_choose_runs(versions: Runtime) -> None:
    for a, b in (
        (Side(user_id="alice"), Side(user_id="bob")),
        (Side(tag="blue"), Side(tag="green")),
        (Side(environment="production"), Side(environment="staging")),
    ):
        found = compare("shop", "trip", replace(a, days=30), replace(b, days=30))
        assert (found.a.run_count, found.b.run_count) == (150, 150)
        assert found.figure("run_time_p50").verdict is Verdict.WORSE
    nobody = compare("shop", "trip", V1, Side(version="v2", status=RunStatus.FAILED))
    assert (nobody.b.run_count, nobody.figure("error_rate").verdict) == (0, Verdict.TOO_FEW_RUNS)
    assert "There are no runs of b (version v2, status failed)." in nobody.caveats


def test_before_and_after_says_that_it_is_no_experiment(runtime: Runtime) -> None:
    recorded(runtime, "v1", 60, seed=1)
    recorded(runtime, "v1", 60, seed=2, start_ns=5 * DAY)
    middle = instant(START_NS + 3 * DAY)
    found = compare(
        "shop", "trip",
        Side(since=middle - timedelta(days=5), until=middle), Side(since=middle, until=middle + timedelta(days=5)),
    )  # fmt: skip
    assert (found.a.run_count, found.b.run_count, found.is_concurrent) == (60, 60, False)
    assert found.caveats[0].startswith("Before and after are not two groups at the same time")


def test_an_unknown_workflow_has_too_few_runs(runtime: Runtime) -> None:
    found = compare("shop", "nothing", V1, V2)
    assert {each.verdict for each in found.figures} == {Verdict.TOO_FEW_RUNS}
    assert (found.nodes, found.coverage) == ((), None)


def test_histograms_where_runs_are_gone(versions: Runtime) -> None:
    of_runs = compare("shop", "trip", V1, V2)
    rollups.refresh()
    with runtime_module.unit_of_work() as connection:
        remember(connection, RAW_HORIZON, NOW - DAY)
    since = Side(days=25)
    found = compare("shop", "trip", replace(since, version="v1"), replace(since, version="v2"))

    assert (found.basis, found.a.run_count, found.coverage) == (Basis.HISTOGRAMS, 150, None)
    assert "Some of the runs are not kept any more" in found.caveats[0]
    for name in ("run_time_p50", "run_time_p95", "cost_per_run", "tokens_per_run", "error_rate", "retries_per_run"):
        one, other = of_runs.figure(name).raw, found.figure(name).raw
        assert one is not None
        assert other is not None
        assert (other.a, other.b) == pytest.approx((one.a, one.b), rel=0.03)
        assert found.figure(name).verdict is of_runs.figure(name).verdict
    assert found.figure("run_time_p50").adjusted is None
    assert {each.node_id: each.verdict for each in found.nodes} == {
        "answer": Verdict.WORSE,
        "fetch": Verdict.NO_EVIDENCE,
    }
    only_runs = compare("shop", "trip", replace(since, user_id="alice"), replace(since, user_id="bob"))
    assert only_runs.basis is Basis.RUNS


def test_other_shares_than_were_meant_leave_no_verdict(versions: Runtime) -> None:
    meant_so = compare("shop", "trip", V1, V2, expected_share=0.5)
    assert meant_so.sample_ratio is not None
    assert (meant_so.sample_ratio.is_mismatch, meant_so.figure("run_time_p50").verdict) == (False, Verdict.WORSE)
    found = compare("shop", "trip", V1, V2, expected_share=0.8)
    assert found.sample_ratio is not None
    assert (found.sample_ratio.observed, found.sample_ratio.is_mismatch) == (0.5, True)
    assert {each.verdict for each in found.figures} <= {Verdict.NO_EVIDENCE, Verdict.TOO_FEW_RUNS}
    assert (
        found.problem == "a has 50.0% of the runs where 80.0% were meant: whatever chose the runs may be what differs"
    )


def test_a_gate(versions: Runtime) -> None:
    def outcomes(*bounds: Bound, a: Side = V1, b: Side = V2, min_runs: int = 100) -> list[Outcome]:
        found = gate("shop", "trip", a, b, bounds, min_runs=min_runs)
        return [found.outcome, *(each.outcome for each in found.checked)]

    p50, cost = Bound("run_time_p50", 0.1), Bound("cost_per_run", 0.6)
    assert outcomes(p50) == [Outcome.FAIL] * 2
    assert outcomes(cost) == [Outcome.PASS] * 2
    assert outcomes(cost, p50) == [Outcome.FAIL, Outcome.PASS, Outcome.FAIL]
    assert outcomes(p50, a=V2, b=V1) == [Outcome.PASS] * 2
    assert outcomes(p50, min_runs=151) == [Outcome.UNDECIDED] * 2
    assert outcomes(p50, Bound("run_time_p99", 0.1)) == [Outcome.FAIL, Outcome.FAIL, Outcome.UNDECIDED]
    assert outcomes(Bound("cache_hit_rate", 5.0)) == [Outcome.UNDECIDED] * 2
    assert outcomes(Bound("error_rate", 0.0)) == [Outcome.PASS] * 2


@pytest.mark.parametrize("bounds", [(), (Bound("error_rate", 0.1), Bound("error_rate", 0.2))])
def test_a_gate_needs_each_bound_once(runtime: Runtime, bounds: tuple[Bound, ...]) -> None:
    with pytest.raises(InvalidInputError):
        gate("shop", "trip", V1, V2, bounds)
