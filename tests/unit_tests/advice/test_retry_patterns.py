"""Retries that are missing, in vain, too early, too late or too few, and timeouts beside what succeeds."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from longpole.advice.error_patterns import error_patterns
from longpole.advice.retry_patterns import retry_patterns
from longpole.domain.findings import Finding
from longpole.domain.recommendations import Category
from longpole.domain.runs import NodeExecution, RunRecord
from observing import observations_of
from workflow_runs import HOUR, Plant, S, Step, attempted, failing, lasting, runs

STAGES = [[Step("plan", 0.3)], [Step("fetch"), Step("look", 0.3)], [Step("answer", 0.4)]]
Change = Callable[[int, np.random.Generator, NodeExecution], NodeExecution]
BUSY = ("HTTPError", "HTTP 503 from https://api")


def only(step: str, change: Change) -> Plant:
    return lambda place, source, node: change(place, source, node) if node.node_id == step else node


def took(node: NodeExecution) -> int:
    return (node.end_ns or 0) - (node.start_ns or 0)


def the_finding(records: list[RunRecord]) -> Finding:
    (finding,) = retry_patterns(observations_of(records))
    assert finding.affected_nodes == ("fetch",)
    assert list(error_patterns(observations_of(records))) == []  # a cause is told once
    assert finding.steps
    assert finding.evidence[0]["run_ids"]
    return finding


def retrying(fail: float, most: int, wait_s: float, error: tuple[str, str] = BUSY) -> Change:
    """Each attempt fails with the same chance."""

    def change(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        attempts = 1
        while source.uniform() < fail:
            if attempts == most:
                return attempted(node, [0.5] * attempts, [wait_s] * (attempts - 1), error, well=False)
            attempts += 1
        return attempted(node, [0.5] * attempts, [wait_s] * (attempts - 1), error, well=True)

    return change


@pytest.mark.parametrize("every_ns", [60 * S, HOUR])
def test_a_fault_that_passes_and_is_not_tried_again(every_ns: int) -> None:
    def fails(place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return failing(node, "HTTPError", f"HTTP 503 from https://api/{place}") if source.uniform() < 0.08 else node

    finding = the_finding(runs(STAGES, 400, plant=only("fetch", fails), every_ns=every_ns))

    assert finding.rule == "retry_patterns.missing"
    assert finding.category is Category.RELIABILITY
    assert finding.estimate is not None
    assert finding.estimate.low <= finding.estimate.expected <= finding.estimate.high < finding.estimate.baseline
    assert 0.02 < (finding.gain.failed_run_share or 0) < finding.estimate.baseline


def test_a_fault_after_which_the_same_input_succeeds_needs_no_word_to_be_transient() -> None:
    def fails(place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        node = replace(node, input_fingerprint=place % 30 + 1)
        return failing(node, "RuntimeError", "it did not work") if source.uniform() < 0.1 else node

    finding = the_finding(runs(STAGES, 400, plant=only("fetch", fails)))

    assert finding.rule == "retry_patterns.missing"
    assert "the same input succeeds when it comes again" in finding.description


def test_retries_of_an_error_that_stays_waste_time_tokens_and_money() -> None:
    def fails(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        if place % 15:
            return node
        return replace(
            attempted(node, [0.5, 0.5, 0.5], [1, 2], ("HTTPError", "HTTP 422: bad"), well=False),
            cost_usd=Decimal("0.03"),
            tokens=replace(node.tokens, input=300),
        )

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", fails)))

    assert finding.rule == "retry_patterns.deterministic"
    assert finding.facts["wasted_seconds_per_run"] == pytest.approx(4 / 15)  # two waits and two attempts of twenty runs
    assert finding.facts["wasted_tokens"] == pytest.approx(20 * 200)
    assert finding.gain.usd_per_month is not None
    assert (finding.gain.seconds_per_run or 0) < 4 / 15
    assert (finding.gain.failed_run_share or 0) > 0.03


def test_attempts_that_never_succeed() -> None:
    def fails(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return attempted(node, [0.5] * 5, [1] * 4, ("RuntimeError", "boom"), well=False) if place % 12 == 0 else node

    finding = the_finding(runs(STAGES, 400, plant=only("fetch", fails)))

    assert finding.rule == "retry_patterns.too_many"
    assert finding.facts["worthwhile_attempts"] == 1


def test_the_last_attempt_that_succeeds_is_kept() -> None:
    def fails(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        if place % 8 == 0:
            return attempted(node, [0.5] * 5, [1] * 4, ("RuntimeError", "boom"), well=False)
        return attempted(node, [0.5] * 2, [1], ("RuntimeError", "boom"), well=True) if place % 8 < 3 else node

    finding = the_finding(runs(STAGES, 400, plant=only("fetch", fails)))

    assert (finding.rule, finding.facts["worthwhile_attempts"]) == ("retry_patterns.too_many", 2)


def test_one_more_attempt_would_succeed() -> None:
    finding = the_finding(runs(STAGES, 400, plant=only("fetch", retrying(0.4, 2, 0.5))))

    assert finding.rule == "retry_patterns.too_few"
    assert finding.facts["attempts_now"] == 2
    assert finding.estimate is not None
    # 0.16 of the runs fail, and 0.4 of them would with one attempt more
    assert finding.estimate.baseline == pytest.approx(0.16, abs=0.05)
    assert finding.estimate.low <= 0.064 <= finding.estimate.high


def test_tried_again_before_the_fault_has_passed() -> None:
    def fails(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        if source.uniform() > 0.15:
            return node
        return attempted(node, [0.1] * 3, [0.05] * 2, ("HTTPError", "HTTP 429"), well=source.uniform() < 0.1)

    finding = the_finding(runs(STAGES, 600, plant=only("fetch", fails), every_ns=10 * S))

    assert finding.rule == "retry_patterns.backoff_short"
    assert float(finding.facts["proposed_wait_seconds"] or 0) >= 1


def test_success_that_grows_with_the_wait() -> None:
    def fails(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        if source.uniform() > 0.3:
            return node
        wait_s = float(source.choice([0.1, 8.0]))
        return attempted(node, [0.1] * 2, [wait_s], BUSY, well=source.uniform() < (0.9 if wait_s > 1 else 0.1))

    finding = the_finding(runs(STAGES, 600, plant=only("fetch", fails), every_ns=HOUR))

    assert finding.rule == "retry_patterns.backoff_short"
    assert finding.facts["proposed_wait_seconds"] == 8.0


def test_waits_that_are_longer_than_the_fault_lasts() -> None:
    finding = the_finding(runs(STAGES, 400, plant=only("fetch", retrying(0.2, 5, 20)), every_ns=5 * S))

    assert finding.rule == "retry_patterns.backoff_long"
    assert finding.category is Category.PERFORMANCE
    assert finding.estimate is not None
    assert finding.estimate.low <= finding.estimate.expected <= finding.estimate.high < finding.estimate.baseline
    assert 3 * float(finding.facts["proposed_wait_seconds"] or 99) <= 20


def test_long_waits_of_which_nothing_tells_that_shorter_ones_would_do_are_only_pointed_at() -> None:
    finding = the_finding(runs(STAGES, 400, plant=only("fetch", retrying(0.2, 5, 20)), every_ns=HOUR))

    assert finding.rule == "retry_patterns.backoff_long"
    assert (finding.estimate, finding.improvement, finding.floor) == (None, None, "low")


def test_a_timeout_far_above_any_success() -> None:
    def hangs(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        if source.uniform() > 0.06:
            return node
        return failing(lasting(node, 60 * S + source.normal(0, 1e7)), "ReadTimeout", "timed out after 60 s")

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", hangs)))

    assert finding.rule == "retry_patterns.timeout_long"
    assert float(finding.facts["timeout_seconds"] or 0) == pytest.approx(60, abs=0.1)
    assert float(finding.facts["enough_seconds"] or 0) == pytest.approx(
        2 * float(finding.facts["success_p99_seconds"] or 0)
    )
    assert (finding.gain.seconds_per_run or 0) > 1
    assert (finding.gain.failed_run_share or 0) > 0.01


def test_a_timeout_that_a_retry_makes_good_costs_time_only() -> None:
    def hangs(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        error = ("ReadTimeout", "timed out after 60 s")
        return attempted(node, [60, 1], [0.1], error, well=True) if source.uniform() < 0.1 else node

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", hangs)))

    assert (finding.rule, finding.category) == ("retry_patterns.timeout_long", Category.PERFORMANCE)
    assert finding.gain.failed_run_share is None


def test_a_timeout_that_cuts_through_successes() -> None:
    def cut(_place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        is_late = took(node) > 0.85 * S
        return failing(lasting(node, 0.85 * S), "ReadTimeout", "timed out after 0.85 s") if is_late else node

    finding = the_finding(runs(STAGES, 400, plant=only("fetch", cut)))

    assert finding.rule == "retry_patterns.timeout_short"
    assert finding.facts["proposed_seconds"] == pytest.approx(1.7)
    assert finding.estimate is not None
    assert finding.estimate.expected < 0.02 < finding.estimate.baseline


def test_retries_that_work_are_no_finding() -> None:
    assert list(retry_patterns(observations_of(runs(STAGES, 400, plant=only("fetch", retrying(0.05, 4, 0.2)))))) == []


def test_executions_whose_attempts_are_not_told_are_counted_all_the_same() -> None:
    def fails(place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        made = retrying(1.0, 3, 1.0, ("ValidationError", "missing field"))(place, source, node)
        return replace(made, attempt_log=()) if place % 15 == 0 else node

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", fails)))

    assert finding.rule == "retry_patterns.deterministic"
    assert finding.facts["wasted_seconds_per_run"] == pytest.approx(3.5 * 2 / 3 / 15)  # two thirds of what they took


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_runs_say_nothing(count: int) -> None:
    assert list(retry_patterns(observations_of(runs(STAGES, count, plant=only("fetch", retrying(0.9, 2, 1)))))) == []


def test_order_changes_nothing() -> None:
    records = runs(STAGES, 300, plant=only("fetch", retrying(0.4, 2, 0.5)))

    assert list(retry_patterns(observations_of(records))) == list(retry_patterns(observations_of(records[::-1])))
