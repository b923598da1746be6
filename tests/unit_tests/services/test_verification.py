"""What was followed is compared with before, by the metric of its estimate, for the same traffic."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from hotel_runs import DAY, START_NS, MovingClock, hotel_runs, slow_hotel
from longpole import runtime as runtime_module
from longpole.domain.recommendations import Recommendation
from longpole.domain.runs import RunRecord
from longpole.domain.units import instant
from longpole.runtime import Runtime
from longpole.services import recommendations
from longpole.services.advice_lifecycle import reconcile
from longpole.services.verification import verify
from longpole.services.verified_metrics import metric_of, share_of_estimate
from longpole.store import comparison_reads
from longpole.store.run_writes import write_records
from observing import observations_of

DAY_2, DAY_3 = START_NS + DAY, START_NS + 2 * DAY


@pytest.fixture(autouse=True)
def clock(runtime: Runtime) -> MovingClock:
    made = MovingClock(DAY_2)
    runtime.clock = made
    return made


def write(records: Sequence[RunRecord]) -> None:
    with runtime_module.unit_of_work() as connection:
        write_records(connection, records, now_ns=DAY_3)


def followed(
    clock: MovingClock, after: Sequence[RunRecord], before: Sequence[RunRecord] | None = None
) -> Recommendation:
    """Advice of the first day, followed at its end, a day later."""
    first = hotel_runs(60, START_NS + 60, DAY_2, 2.0) if before is None else before
    observed = observations_of(hotel_runs(60, START_NS + 60, DAY_2, 2.0))
    write([*first, *after])
    [one] = reconcile("shop", "trip_planner", tuple(slow_hotel(observed)), observed)
    recommendations.implement(one.id, at=instant(DAY_2))
    clock.now_ns = DAY_3
    done = verify(one.id)
    assert done is not None
    return done


def faster(**more: Any) -> list[RunRecord]:
    return hotel_runs(60, DAY_2 + 60, DAY_3, 0.2, **more)


def test_it_stands_beside_the_estimate(clock: MovingClock) -> None:
    done = followed(clock, faster())
    told = done.verification or {}

    assert told["verdict"] == "improved"
    assert told["share_of_estimate"] == pytest.approx(1, abs=0.2)
    assert told["method"].startswith("runs before and after, weighted")
    assert "not two groups at the same time" in told["caveats"][0]
    assert "cost_per_run" in {each["metric"] for each in told["others"]}
    assert recommendations.get(done.id) == done


def test_the_same_again_is_the_same(clock: MovingClock) -> None:
    done = followed(clock, faster())

    assert verify(done.id) == done


def test_inputs_that_got_smaller_are_no_improvement(clock: MovingClock) -> None:
    """Large searches take long, before as after; since the change there are hardly any."""

    def sized(records: Sequence[RunRecord], large_of_ten: int) -> list[RunRecord]:
        return [_sized(each, is_large=place % 10 < large_of_ten) for place, each in enumerate(records)]

    before = sized(hotel_runs(400, START_NS + 60, DAY_2, 1.0), 7)
    after = sized(hotel_runs(400, DAY_2 + 60, DAY_3, 1.0, seed=1), 2)
    told = followed(clock, after, before).verification or {}

    assert told["verdict"] == "no_evidence"
    assert told["before"] == pytest.approx(told["after"], rel=0.1)


def _sized(record: RunRecord, *, is_large: bool) -> RunRecord:
    """The run with an input of some size, and five times the time where that is large."""
    times = 5 if is_large else 1
    run = record.run
    assert run.end_ns is not None
    assert run.elapsed_ns is not None
    elapsed = run.elapsed_ns * times
    nodes = tuple(replace(node, input_bytes=1_000 * times) for node in record.nodes)
    return RunRecord(replace(run, start_ns=run.end_ns - elapsed, elapsed_ns=elapsed), nodes)


def test_where_runs_before_are_gone_that_is_said(clock: MovingClock) -> None:
    told = followed(clock, faster(), before=()).verification or {}

    assert (told["verdict"], told["n_before"], told["n_after"]) == ("too_few_runs", 0, 60)
    assert "No run before the change is kept any more." in told["caveats"]


@pytest.mark.parametrize("bounds", [{"MOST_RUNS": 40}, {"_MOST_EXECUTIONS": 80, "_LEAST_RUNS": 1}])
def test_of_many_runs_some_are_compared(
    clock: MovingClock, monkeypatch: pytest.MonkeyPatch, bounds: dict[str, int]
) -> None:
    for name, most in bounds.items():
        monkeypatch.setattr(comparison_reads, name, most)
    told = followed(clock, faster()).verification or {}

    assert (told["n_before"], told["n_after"], told["verdict"]) == (40, 40, "improved")
    assert "Of 60 runs since, 40 were compared, spread evenly." in told["caveats"]


def test_nodes_that_came_with_the_change_are_no_other_traffic(clock: MovingClock) -> None:
    """A cache look-up before the search makes no branch."""
    new = [replace(each, nodes=(*each.nodes, _beside(each, "lookup"))) for each in faster()]

    assert (followed(clock, new).verification or {})["verdict"] == "improved"


def _beside(record: RunRecord, name: str) -> Any:
    return replace(record.nodes[0], node_id=name, node_execution_id=f"{record.run.workflow_run_id}/{name}")


def test_what_was_not_followed_is_not_verified() -> None:
    observed = observations_of(hotel_runs(60, START_NS, DAY_2, 2.0))
    [one] = reconcile("shop", "trip_planner", tuple(slow_hotel(observed)), observed)

    assert verify(one.id) is None
    assert verify("nothing") is None


@pytest.mark.parametrize(
    ("estimate", "gain", "figure"),
    [
        ({"metric": "execution_time_p95"}, None, "execution_time_p95"),
        ({"metric": "cost_per_month"}, None, "cost_per_run"),
        ({"metric": "payload_bytes"}, {"seconds_per_run": 2.0, "usd_per_month": 3.0}, "execution_time_p50"),
        (None, {"failed_run_share": 0.1}, "failed_run_share"),
        (None, None, "execution_time_p50"),
    ],
)
def test_it_is_judged_by_what_it_promised(
    estimate: dict[str, Any] | None, gain: dict[str, Any] | None, figure: str, clock: MovingClock
) -> None:
    observed = observations_of(hotel_runs(60, START_NS, clock.now_ns, 2.0))
    [one] = reconcile("shop", "trip_planner", tuple(slow_hotel(observed)), observed)

    assert metric_of(replace(one, estimate=estimate, gain=gain)).figure == figure


def test_the_share_is_of_the_relative_change() -> None:
    promised = {"baseline": 10.0, "expected": 5.0}

    assert share_of_estimate(promised, 20.0, 15.0) == pytest.approx(0.5)
    assert share_of_estimate(promised, 20.0, 25.0) == pytest.approx(-0.5)
    assert share_of_estimate({"baseline": 0.0, "expected": 0.0}, 20.0, 15.0) is None
    assert share_of_estimate(None, 20.0, 15.0) is None
