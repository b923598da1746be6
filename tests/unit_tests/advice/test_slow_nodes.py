"""A step that makes runs long is found with what makes it slow; one that simply takes its time is not."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from longpole.advice.observations import Observations
from longpole.advice.slow_nodes import slow_nodes
from longpole.domain.findings import Finding
from longpole.domain.recommendations import Category
from longpole.domain.runs import NodeExecution, RunRecord
from observing import observations_of
from workflow_runs import DAY, HOUR, Plant, S, Step, attempted, lasting, runs

STAGES = [[Step("plan", 0.3)], [Step("fetch"), Step("look", 0.3)], [Step("answer", 0.4)]]
Change = Callable[[int, np.random.Generator, NodeExecution], NodeExecution]


def only(step: str, change: Change) -> Plant:
    return lambda place, source, node: change(place, source, node) if node.node_id == step else node


def took(node: NodeExecution) -> int:
    return (node.end_ns or 0) - (node.start_ns or 0)


def times(factor: float) -> Change:
    return lambda _place, _source, node: lasting(node, took(node) * factor)


def the_finding(records: list[RunRecord]) -> Finding:
    (finding,) = slow_nodes(observations_of(records))
    assert finding.category is Category.PERFORMANCE
    assert finding.affected_nodes[0] == "fetch"
    return finding


def assert_estimated(finding: Finding) -> None:
    estimate = finding.estimate
    assert estimate is not None
    assert estimate.low <= estimate.expected <= estimate.high < estimate.baseline
    assert finding.gain.seconds_per_run == pytest.approx(estimate.baseline - estimate.high)
    assert estimate.n > 0
    assert finding.improvement
    assert finding.steps
    assert len(finding.evidence[0]["run_ids"]) == 10


def test_time_that_follows_the_input() -> None:
    def sized(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        size = float(np.exp(source.normal(8, 0.9)))
        return replace(lasting(node, took(node) * (size / 3000) ** 0.9), input_bytes=round(size))

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", sized)))

    assert finding.rule == "slow_nodes.input"
    assert_estimated(finding)
    assert 2**0.8 < float(finding.facts["times_for_twice_the_input"] or 0) < 2**1.0
    assert "Twice the bytes of input takes" in finding.description


def test_a_version_that_made_a_step_slower_is_compared_with_the_one_before_in_its_own_runs() -> None:
    records = runs(
        STAGES,
        300,
        plant=only("fetch", lambda place, _, node: lasting(node, took(node) * (2 if place >= 200 else 1))),
        run_more=lambda place: {"workflow_version": "v2" if place >= 200 else "v1"},
    )
    finding = the_finding(records)

    assert (finding.rule, finding.subject) == ("slow_nodes.version", "v2")
    assert_estimated(finding)
    assert finding.estimate is not None
    assert finding.estimate.n == 100  # those of the new version
    assert "v1" in finding.description
    assert not any(character.isdigit() for character in finding.title)


def test_a_version_that_made_a_step_quicker_is_no_finding() -> None:
    records = runs(
        STAGES,
        300,
        plant=only("fetch", lambda place, _, node: lasting(node, took(node) * (1 if place >= 150 else 3))),
        run_more=lambda place: {"workflow_version": "v2" if place >= 150 else "v1"},
    )

    assert list(slow_nodes(observations_of(records))) == []


def test_slower_since_a_moment_needs_a_day_on_both_sides() -> None:
    slower = only("fetch", lambda place, _, node: lasting(node, took(node) * (2 if place >= 150 else 1)))
    finding = the_finding(runs(STAGES, 300, plant=slower, every_ns=HOUR // 2))

    assert finding.rule == "slow_nodes.since"
    assert_estimated(finding)
    assert not [
        found
        for found in slow_nodes(observations_of(runs(STAGES, 300, plant=slower)))
        if found.rule == "slow_nodes.since"
    ]


def test_one_of_two_models_is_slower() -> None:
    def with_model(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return replace(lasting(node, took(node) * (2 if place % 2 else 1)), model="large" if place % 2 else "small")

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", with_model)))

    assert (finding.rule, finding.subject) == ("slow_nodes.model", "large")
    assert finding.facts["quicker_model"] == "small"
    assert_estimated(finding)


def test_a_model_that_is_only_given_more_is_not_blamed_for_its_time() -> None:
    def with_model(place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        size = float(np.exp(source.normal(8.7 if place % 2 else 8, 0.3)))
        model = "large" if place % 2 else "small"
        return replace(lasting(node, took(node) * size / 3000), input_bytes=round(size), model=model)

    records = runs([[Step("fetch", 1.0, 0.2)]], 300, plant=only("fetch", with_model))

    assert [found.rule for found in slow_nodes(observations_of(records)) if found.rule == "slow_nodes.model"] == []


def test_one_user_waits_longer() -> None:
    records = runs(
        STAGES,
        400,
        plant=only("fetch", lambda place, _, node: lasting(node, took(node) * (3 if place % 5 == 0 else 1))),
        run_more=lambda place: {"user_id": f"user-{place % 5}"},
    )
    finding = the_finding(records)

    assert (finding.rule, finding.subject) == ("slow_nodes.user", "user-0")
    assert_estimated(finding)


def test_some_hours_of_each_day_are_slow() -> None:
    def busy(_place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        hour = (node.start_ns or 0) % DAY // HOUR
        return lasting(node, took(node) * (2.5 if 13 <= hour < 16 else 1))

    finding = the_finding(runs(STAGES, 600, plant=only("fetch", busy), every_ns=HOUR // 4))

    assert finding.rule == "slow_nodes.hour"
    assert finding.facts["hours"] == "13:00, 14:00, 15:00"
    assert_estimated(finding)


def test_a_slow_kind_of_executions_near_a_round_number_of_seconds() -> None:
    def waits(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return lasting(node, took(node) + (10 * S if source.uniform() < 0.1 else 0))

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", waits)))

    assert finding.rule == "slow_nodes.mode"
    assert finding.facts["waited_seconds"] == 10.0
    assert finding.facts["pause_before_seconds"] is None
    assert_estimated(finding)


def test_a_cold_start_comes_after_a_pause() -> None:
    last = 0

    def cold(_place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        nonlocal last
        start = node.start_ns or 0
        is_cold, last = start - last > 120 * S, start
        return lasting(node, took(node) + (8 * S if is_cold else 0))

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", cold)))

    assert finding.rule == "slow_nodes.mode"
    assert float(finding.facts["pause_before_seconds"] or 0) > 120
    assert "start first" in finding.description


def test_a_tail_without_a_second_kind() -> None:
    def drawn_out(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return lasting(node, took(node) * (1 + source.pareto(0.7) if source.uniform() < 0.3 else 1))

    finding = the_finding(runs([[Step("plan", 0.1)], [Step("fetch", 1.0, 0.3)]], 400, plant=only("fetch", drawn_out)))

    assert finding.rule == "slow_nodes.tail"
    assert finding.steps


def test_queues_are_a_finding_of_their_own_and_blamed_on_no_step() -> None:
    def queued(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        wait = round(source.uniform(0.5, 3) * S)
        start, end = (node.start_ns or 0) + wait, (node.end_ns or 0) + wait
        return replace(node, ready_ns=node.start_ns, start_ns=start, end_ns=end)

    finding = the_finding(runs(STAGES, 200, plant=only("fetch", queued)))

    assert finding.rule == "slow_nodes.queue"
    assert_estimated(finding)
    assert 0.3 < float(finding.facts["queue_share"] or 0) < 0.6


def test_time_between_steps_is_the_engines() -> None:
    (constant,) = slow_nodes(observations_of(runs(STAGES, 100, gap_ns=2 * S)))

    assert constant.rule == "slow_nodes.engine_overhead"
    assert constant.floor == "low"
    assert constant.estimate is None  # no run does with less: nothing can be promised
    assert constant.gain.share_of_run is None


@pytest.mark.parametrize("is_recorded", [False, True])
def test_nobody_stood_still_where_steps_or_their_times_were_not_recorded(is_recorded: bool) -> None:  # noqa: FBT001 - a case
    def timeless(node: NodeExecution) -> NodeExecution:
        return replace(node, start_ns=None, end_ns=None)

    records = [
        replace(record, nodes=tuple(map(timeless, record.nodes)) if is_recorded else ()) for record in runs(STAGES, 100)
    ]

    assert list(slow_nodes(observations_of(records))) == []


def test_nobody_stood_still_where_the_clock_of_a_step_is_not_that_of_the_run() -> None:
    def ahead(_place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return replace(node, start_ns=(node.start_ns or 0) - 100 * S, end_ns=(node.end_ns or 0) - 100 * S)

    assert list(slow_nodes(observations_of(runs(STAGES, 100, plant=only("plan", ahead))))) == []


def test_time_between_steps_that_is_not_always_there_is_promised_cautiously() -> None:
    def late(place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        wait = round(source.uniform(2, 6) * S) if place % 4 else 0
        return replace(node, start_ns=(node.start_ns or 0) + wait, end_ns=(node.end_ns or 0) + wait)

    (finding,) = slow_nodes(observations_of(runs(STAGES, 200, plant=only("answer", late))))

    assert finding.rule == "slow_nodes.engine_overhead"
    assert finding.affected_nodes == ("answer",)
    assert_estimated(finding)


def test_a_step_off_the_critical_path_is_no_finding_however_slow_it_is_at_times() -> None:
    def waits(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return lasting(node, took(node) * (8 if source.uniform() < 0.1 else 1))

    stages = [[Step("fetch", 0.1, 0.2), Step("long", 30.0, 0.2)]]

    assert list(slow_nodes(observations_of(runs(stages, 300, plant=only("fetch", waits))))) == []


def test_a_step_that_holds_others_is_not_blamed_for_them() -> None:
    records = runs([[Step("fetch")]], 300, plant=only("fetch", _slow_now_and_then))
    around = [
        replace(record, nodes=(_around(record.nodes[0]), replace(record.nodes[0], **INSIDE))) for record in records
    ]

    assert [finding.affected_nodes for finding in slow_nodes(observations_of(around))] == [("fetch",)]


INSIDE = {"enclosing_node_id": "loop", "parent_node_execution_id": "loop"}


def _slow_now_and_then(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
    return lasting(node, took(node) + (10 * S if source.uniform() < 0.1 else 0))


def _around(node: NodeExecution) -> NodeExecution:
    return replace(node, node_id="loop", node_execution_id="loop", node_type="loop", node_title="Loop")


def test_attempts_failures_and_results_from_a_cache_are_no_slow_kind() -> None:
    def mixed(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        if place % 10 == 0:
            return attempted(node, [1, 9], [5], ("HTTPError", "HTTP 503"), well=True)
        return replace(lasting(node, 10**6), is_cached=True) if place % 10 == 1 else node

    observed = observations_of(runs([[Step("fetch")]], 300, plant=only("fetch", mixed)))

    assert [found.rule for found in slow_nodes(observed) if found.rule.startswith("slow_nodes.m")] == []


@pytest.mark.parametrize("count", [0, 1, 2, 49])
def test_few_runs_say_nothing(count: int) -> None:
    assert list(slow_nodes(observations_of(runs(STAGES, count, plant=only("fetch", _slow_now_and_then))))) == []


def test_times_that_are_not_known_or_nothing_are_left_out() -> None:
    def odd(place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        node = _slow_now_and_then(place, source, node)
        if place % 3 == 0:
            return replace(node, start_ns=None, end_ns=None)
        return replace(node, end_ns=node.start_ns) if place % 3 == 1 else node

    observed = observations_of(runs(STAGES, 300, plant=odd))

    assert isinstance(observed, Observations)
    list(slow_nodes(observed))  # says what it says, and does not fail


def test_the_same_is_found_again_and_names_change_nothing_but_names() -> None:
    records = runs(STAGES, 300, plant=only("fetch", _slow_now_and_then))
    renamed = [
        replace(record, nodes=tuple(replace(node, node_id=f"x-{node.node_id}") for node in record.nodes))
        for record in records
    ]
    renamed = [
        replace(record, nodes=tuple(replace(n, waits_for=tuple(f"x-{w}" for w in n.waits_for)) for n in record.nodes))
        for record in renamed
    ]
    first, again, other = (
        list(slow_nodes(observations_of(each))) for each in (records, list(reversed(records)), renamed)
    )

    assert first == again
    assert [f.affected_nodes for f in other] == [tuple(f"x-{node}" for node in f.affected_nodes) for f in first]
    assert [f.gain for f in other] == [f.gain for f in first]
