"""How times are spread, from histograms and from runs: the same numbers, of a version, a node, a user, a period."""

from datetime import timedelta

import numpy as np
import pytest

from compared import NOW, recorded
from longpole.analysis.sketch import RELATIVE_ERROR
from longpole.domain.comparisons import Basis, Side
from longpole.domain.distributions import DistributedMetric, TimeDistribution
from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import RunRecord
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.services.distribution import distribution
from longpole.store.rollup_horizons import horizons
from longpole.store.upkeep_log import remember
from workflow_runs import DAY, START_NS

V1, V2 = Side(version="v1", days=30), Side(version="v2", days=30)
NODE = DistributedMetric.NODE_TIME
Recorded = dict[str, list[RunRecord]]


@pytest.fixture(autouse=True)
def _now(runtime: Runtime) -> None:
    runtime.clock = lambda: NOW


@pytest.fixture
def versions(runtime: Runtime) -> Recorded:
    """Two versions, of which the second takes twice as long to answer."""
    made = {
        "v1": recorded(runtime, "v1", 60, seed=1, user_id="alice"),
        "v2": recorded(runtime, "v2", 40, seed=2, slower=2.0, user_id="bob"),
    }
    rollups.refresh()
    return made


def _times(records: list[RunRecord]) -> list[float]:
    return [((record.run.end_ns or 0) - (record.run.start_ns or 0)) / NS_PER_SECOND for record in records]


def _node_times(records: list[RunRecord], node_id: str) -> list[float]:
    nodes = [node for record in records for node in record.nodes if node.node_id == node_id]
    return [((node.end_ns or 0) - (node.start_ns or 0)) / NS_PER_SECOND for node in nodes]


def _holds(found: TimeDistribution, times: list[float]) -> None:
    """Each bin has the values that lie between its bounds; percentiles are those of the values."""
    assert found.n == len(times) == sum(each.count for each in found.bins)
    for each in found.bins:
        inside = sum(each.low < time <= each.high for time in times)
        assert (each.count, each.share) == (inside, inside / len(times))
    for q, told in ((0.5, found.p50), (0.95, found.p95), (0.99, found.p99)):
        assert told == pytest.approx(np.quantile(times, q), rel=RELATIVE_ERROR)
    for exact, told in ((min(times), found.min), (max(times), found.max), (np.mean(times), found.avg)):
        assert told == pytest.approx(exact)


def test_of_a_version_and_of_all(versions: Recorded) -> None:
    for side, records in (
        (V1, versions["v1"]),
        (V2, versions["v2"]),
        (Side(days=30), [*versions["v1"], *versions["v2"]]),
    ):
        found = distribution("shop", "trip", runs=side)
        _holds(found, _times(records))
        assert (found.basis, found.run_count, found.version) == (Basis.HISTOGRAMS, len(records), side.version)


def test_of_a_node_and_of_all_nodes(versions: Recorded) -> None:
    answers = distribution("shop", "trip", NODE, "answer", V2)
    _holds(answers, _node_times(versions["v2"], "answer"))
    assert (answers.node_id, answers.metric) == ("answer", NODE)
    every = distribution("shop", "trip", NODE, runs=V2)
    _holds(every, _node_times(versions["v2"], "answer") + _node_times(versions["v2"], "fetch"))
    assert distribution("shop", "trip", NODE, "nothing", V2).n == 0


def test_of_a_user_runs_are_read_one_by_one_to_the_same_bins(versions: Recorded) -> None:
    """What histograms say of alice's version is what her runs say."""
    for metric, node_id in ((DistributedMetric.RUN_TIME, None), (NODE, "answer"), (NODE, None)):
        by_run = distribution("shop", "trip", metric, node_id, Side(user_id="alice", days=30))
        by_cell = distribution("shop", "trip", metric, node_id, V1)
        assert (by_run.basis, by_run.run_count, by_run.read_runs) == (Basis.RUNS, 60, 60)
        assert (by_run.bins, by_run.p95) == (by_cell.bins, by_cell.p95)
    assert len(versions["v1"]) == 60


def test_what_is_not_in_the_histograms_yet_counts(runtime: Runtime) -> None:
    records = recorded(runtime, "v1", 30, seed=1)
    _holds(distribution("shop", "trip", runs=V1), _times(records))
    _holds(distribution("shop", "trip", NODE, "fetch", V1), _node_times(records, "fetch"))


def test_only_the_period_counts_in_full_hours(runtime: Runtime) -> None:
    early = recorded(runtime, "v1", 20, seed=1)
    recorded(runtime, "v1", 20, seed=2, start_ns=5 * DAY)
    since = instant(START_NS) + timedelta(minutes=-20)
    found = distribution("shop", "trip", runs=Side(since=since, until=since + timedelta(days=2)))

    _holds(found, _times(early))
    assert (found.period_start.minute, found.period_end.minute) == (0, 0)
    assert found.period_start <= since
    assert found.period_end >= since + timedelta(days=2)


def test_where_only_days_are_kept_the_period_is_of_days(runtime: Runtime) -> None:
    records = recorded(runtime, "v1", 20, seed=1)
    rollups.refresh()
    with runtime.engine.begin() as connection:
        remember(connection, "hours_horizon_seconds", (START_NS + 10 * DAY) // NS_PER_SECOND)
        assert horizons(connection).hours > 0
    since = instant(START_NS)
    found = distribution("shop", "trip", runs=Side(since=since, until=since + timedelta(hours=1)))

    _holds(found, _times(records))
    assert (found.period_start.hour, found.period_end.hour) == (0, 0)


def test_as_many_bins_as_are_asked_for(versions: Recorded) -> None:
    few, many = (distribution("shop", "trip", runs=V1, bins=most) for most in (8, 120))
    assert len(few.bins) <= 8 < len(many.bins) <= 120
    assert few.bins_per_doubling < many.bins_per_doubling
    assert few.n == many.n == len(versions["v1"])


def test_an_unknown_workflow_has_none(runtime: Runtime) -> None:
    found = distribution("shop", "nothing")
    assert (found.n, found.bins, found.p50, found.min, found.avg) == (0, (), None, None, None)
    assert runtime.clock() == NOW


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"node_id": "answer"}, "node_id"),
        ({"bins": 7}, "bins"),
        ({"bins": 121}, "bins"),
        ({"runs": Side(days=0)}, "days"),
        ({"runs": Side(until=instant(START_NS))}, "since"),
        ({"runs": Side(since=instant(START_NS), until=instant(START_NS))}, "until"),
    ],
)
def test_what_is_refused(runtime: Runtime, asked: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as told:
        distribution("shop", "trip", **asked)  # type: ignore[arg-type]  # one of them is wrong at a time
    assert told.value.field == field
    assert runtime.clock() == NOW
