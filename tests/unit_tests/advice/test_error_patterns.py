"""Failures are told by their cause, once, at the step that began them, with what is beyond chance about them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from longpole.advice.error_patterns import error_patterns
from longpole.advice.failures.causes import failures
from longpole.advice.retry_patterns import retry_patterns
from longpole.domain.findings import Finding
from longpole.domain.recommendations import Category
from longpole.domain.runs import NodeExecution, NodeStatus, RunRecord, RunStatus
from observing import observations_of
from workflow_runs import DAY, HOUR, Plant, S, Step, attempted, failing, runs

STAGES = [[Step("plan", 0.3)], [Step("fetch"), Step("look", 0.3)], [Step("answer", 0.4)]]
Change = Callable[[int, np.random.Generator, NodeExecution], NodeExecution]


def only(step: str, change: Change) -> Plant:
    return lambda place, source, node: change(place, source, node) if node.node_id == step else node


def now_and_then(error_type: str, message: str, rate: float = 0.08) -> Change:
    return lambda place, source, node: (
        failing(node, error_type, message.format(place)) if source.uniform() < rate else node
    )


def found(records: list[RunRecord]) -> list[Finding]:
    return list(error_patterns(observations_of(records)))


def the_finding(records: list[RunRecord]) -> Finding:
    (finding,) = found(records)
    assert finding.category is Category.RELIABILITY
    assert list(retry_patterns(observations_of(records))) == []  # a cause is told once
    return finding


def test_a_bug_is_one_finding_whatever_varies_in_its_message() -> None:
    records = runs(STAGES, 300, plant=only("fetch", now_and_then("KeyError", "'order {}'")))
    failed = sum(record.run.status is RunStatus.FAILED for record in records)
    finding = the_finding(records)

    assert finding.rule == "error_patterns.deterministic"
    assert finding.affected_nodes == ("fetch",)
    assert finding.subject == "KeyError: <text>"
    assert finding.facts["failed_runs"] == failed
    assert finding.estimate is not None
    assert finding.estimate.metric == "failed_run_share"
    assert finding.estimate.baseline == pytest.approx(failed / 300)
    assert finding.estimate.low <= finding.estimate.expected == 0 <= finding.estimate.high < finding.estimate.baseline
    assert 0.03 < (finding.gain.failed_run_share or 0) < failed / 300
    assert all(
        run_id in {r.run.workflow_run_id for r in records if r.run.status is RunStatus.FAILED}
        for run_id in finding.evidence[0]["run_ids"]
    )
    assert len(finding.evidence[0]["run_ids"]) == 10
    assert finding.steps


def test_messages_that_are_all_different_are_one_cause() -> None:
    words = ["red", "blue", "green", "sad", "odd", "late", "new", "old", "far", "low", "big", "raw"]

    def fails(place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        message = " ".join(source.permutation(words)[:8])
        return failing(node, "RuntimeError", message) if place % 10 == 0 else node

    assert the_finding(runs(STAGES, 300, plant=only("fetch", fails))).facts["failed_runs"] == 30


def test_two_statuses_are_two_causes() -> None:
    def fails(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        if place % 10 == 0:
            return failing(node, "HTTPError", f"HTTP 404 from https://api/{place}")
        return failing(node, "HTTPError", f"HTTP 401 from https://api/{place}") if place % 10 == 5 else node

    assert [finding.subject for finding in found(runs(STAGES, 300, plant=only("fetch", fails)))] == [
        "HTTPError: HTTP 401 from <url>",
        "HTTPError: HTTP 404 from <url>",
    ]


def test_the_innermost_step_is_to_blame_and_what_was_skipped_is_not() -> None:
    records = runs(STAGES, 300, plant=only("fetch", now_and_then("ValueError", "no such item")))
    wrapped = []
    for record in records:
        fetch = next(node for node in record.nodes if node.node_id == "fetch")
        inner = replace(fetch, enclosing_node_id="loop", parent_node_execution_id="loop")
        loop = replace(
            fetch, node_id="loop", node_execution_id="loop", node_type="loop", error_message="an item failed"
        )
        skipped = replace(fetch, node_id="mail", node_execution_id="mail", status=NodeStatus.SKIPPED, error_type=None)
        others = tuple(node for node in record.nodes if node.node_id != "fetch")
        wrapped.append(replace(record, nodes=(*others, loop, inner, skipped)))

    assert the_finding(wrapped).affected_nodes == ("fetch",)


def test_of_two_failures_of_a_run_the_first_that_ends_runs_is_the_cause() -> None:
    records = runs(STAGES, 300, plant=only("fetch", now_and_then("ValueError", "no such item")))
    with_more = [
        replace(record, nodes=(*record.nodes, _after(record))) if record.run.status is RunStatus.FAILED else record
        for record in records
    ]

    assert the_finding(with_more).affected_nodes == ("fetch",)


def _after(record: RunRecord) -> NodeExecution:
    last = record.nodes[-1]
    late = replace(
        last,
        node_id="mail",
        node_execution_id="mail",
        start_ns=(last.end_ns or 0) + S,
        end_ns=(last.end_ns or 0) + 2 * S,
    )
    return failing(late, "KeyError", "'item'")


def test_an_input_that_never_works_is_named_as_such() -> None:
    def fails(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        node = replace(node, input_fingerprint=place % 20 + 1)
        return failing(node, "RuntimeError", f"cannot {place}") if place % 20 == 3 else node

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", fails)))

    assert finding.rule == "error_patterns.deterministic"  # by what became of the input: its words say nothing
    assert finding.facts["poison_inputs"] == 1
    assert "never succeeded" in finding.description


def test_an_outage_is_told_with_its_rows_and_is_not_for_retries() -> None:
    def fails(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return failing(node, "HTTPError", "503 Service Unavailable") if 100 <= place < 130 else node

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", fails)))

    assert finding.rule == "error_patterns.transient"
    assert finding.facts["rows"] == 1
    assert "They come in rows: 30 of them in 1." in finding.description


def test_a_fault_that_may_pass_and_is_not_tried_again_is_told_as_that() -> None:
    def fails(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return failing(node, "HTTPError", "503 Service Unavailable") if place % 2 else node

    finding = the_finding(runs(STAGES, 19, plant=only("fetch", fails)))  # too few to say what a retry would bring

    assert finding.title == "“Fetch” fails with an error that may pass, and is not tried again"
    assert "tries again, 3 times" in " ".join(finding.steps)


def test_a_service_that_is_never_there_is_told_as_that() -> None:
    finding = the_finding(runs(STAGES, 50, plant=only("fetch", now_and_then("HTTPError", "500 Boom", 1.0))))

    assert finding.title == "“Fetch” fails every time"
    assert "try again" not in " ".join(finding.steps).lower()


@pytest.mark.parametrize("word", ["cancelled", "asyncio.CancelledError"])
def test_what_somebody_cancelled_is_no_fault(word: str) -> None:
    assert found(runs(STAGES, 200, plant=only("fetch", now_and_then(word, "stopped by the user", 0.3)))) == []


def test_a_message_that_begins_with_its_type_says_it_once() -> None:
    finding = the_finding(runs(STAGES, 300, plant=only("fetch", now_and_then("KeyError", "KeyError: 'order {}'"))))

    assert finding.facts["error"] == "KeyError: <text>"
    assert "Look for the cause of KeyError: “<text>”." in finding.steps


def test_since_when_it_fails() -> None:
    def fails(place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return failing(node, "RuntimeError", "boom") if place >= 200 and source.uniform() < 0.3 else node

    records = runs(STAGES, 300, plant=only("fetch", fails))
    finding = the_finding(records)
    began = min(record.run.end_ns or 0 for record in records if record.run.status is RunStatus.FAILED)

    assert finding.rule == "error_patterns.unknown"
    assert "It began at" in finding.description
    assert finding.facts["rate_before"] == 0
    assert finding.facts["since"] is not None
    assert str(finding.facts["first_seen"])[:16] == str(np.datetime64(began, "ns"))[:16].replace("T", " ")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (lambda place: {"workflow_version": "v2" if place % 4 == 0 else "v1"}, "in version v2"),
        (lambda place: {"user_id": f"user-{place % 4}"}, "of the user user-0"),
    ],
)
def test_failures_of_one_group_name_it(more: Callable[[int], dict[str, str]], words: str) -> None:
    def fails(place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return failing(node, "TypeError", "not a list") if place % 4 == 0 and source.uniform() < 0.4 else node

    records = runs(STAGES, 300, plant=only("fetch", fails), run_more=more)

    finding = the_finding(records)
    assert f"All of them are {words}" in finding.description
    assert finding.steps[0].startswith("Go back to the version before v2") is ("version" in words)


def test_failures_at_one_hour_of_every_day() -> None:
    def fails(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        at_night = (node.start_ns or 0) % DAY // HOUR == 3
        return failing(node, "RuntimeError", "locked") if at_night and source.uniform() < 0.8 else node

    records = runs(STAGES, 600, plant=only("fetch", fails), every_ns=HOUR // 4)

    assert "in the UTC hour 3:00" in the_finding(records).description


def test_large_inputs_fail() -> None:
    def fails(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        size = float(np.exp(source.normal(8, 0.8)))
        node = replace(node, input_bytes=round(size))
        return failing(node, "BadRequestError", "maximum context length") if size > 9000 else node

    assert "Inputs that fail are larger" in the_finding(runs(STAGES, 400, plant=only("fetch", fails))).description


def test_what_failed_runs_cost_is_told() -> None:
    records = runs(STAGES, 300, plant=only("fetch", now_and_then("KeyError", "x")), run_more=lambda _: {"cost_usd": 2})
    finding = the_finding(records)

    assert float(finding.facts["failed_runs_usd_per_month"] or 0) > 100
    assert "a month" in finding.description


def test_a_failure_that_runs_go_on_without_is_low() -> None:
    def fails(_place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        is_bad = source.uniform() < 0.2
        return failing(node, "KeyError", "x", metrics={"handled": 1.0}) if is_bad else node

    finding = the_finding(runs(STAGES, 300, plant=only("fetch", fails)))

    assert (finding.floor, finding.gain.failed_run_share, finding.estimate) == ("low", None, None)
    assert finding.title == "Runs go on without “Fetch”, which fails"


def test_names_and_messages_of_others_stay_on_one_short_line() -> None:
    nasty = "<script>\n\x1b[31m" + "x " * 3000
    records = runs([[Step("fetch\nme" * 50)]], 100, plant=lambda p, _, n: failing(n, "KeyError", nasty) if p % 3 else n)
    (finding,) = found(records)

    assert "\n" not in finding.title + finding.description
    assert "\x1b" not in finding.title + finding.description
    assert len(finding.title) < 200


@pytest.mark.parametrize("rate", [0.0, 0.003])
def test_a_rare_failure_is_no_finding(rate: float) -> None:
    assert found(runs(STAGES, 600, plant=only("fetch", now_and_then("KeyError", "x", rate)))) == []


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_few_runs_that_all_fail_say_nothing_yet(count: int) -> None:
    assert found(runs(STAGES, count, plant=only("fetch", now_and_then("KeyError", "x", 1.0)))) == []


def test_runs_that_all_fail() -> None:
    finding = the_finding(runs(STAGES, 50, plant=only("fetch", now_and_then("KeyError", "x", 1.0))))

    assert finding.estimate is not None
    assert finding.estimate.baseline == 1.0
    assert finding.gain.failed_run_share == pytest.approx(0.929, abs=0.001)


def test_failures_of_which_nothing_is_said() -> None:
    def fails(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        return replace(failing(node, None, None), start_ns=None, end_ns=None) if place % 5 == 0 else node

    finding = the_finding(runs([[Step("fetch")], [Step("other")]], 100, plant=only("fetch", fails)))

    assert finding.rule == "error_patterns.unknown"
    assert "no message" in finding.description


def test_every_failed_run_counts_once_and_order_changes_nothing() -> None:
    def fails(place: int, source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        if source.uniform() < 0.1:
            return failing(node, ("KeyError", "HTTPError")[place % 2], f"failed {place} {node.node_id}")
        return attempted(node, [1, 1], [1], ("X", "y"), well=True) if source.uniform() < 0.1 else node

    records = runs(STAGES, 200, plant=fails)
    observed = observations_of(records)
    causes = failures(observed)
    counted = np.concatenate([cause.runs for cause in causes])

    assert len(set(counted.tolist())) == counted.size
    assert counted.size == sum(record.run.status is RunStatus.FAILED for record in records)
    assert found(records) == found(list(reversed(records)))
