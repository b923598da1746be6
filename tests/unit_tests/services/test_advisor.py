"""The advisor by the contract: what rules find becomes recommendations, once; a rule that fails costs only its own."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from longpole.advice.analyses import RULES, Analysis
from longpole.advice.observations import Observations
from longpole.domain.errors import InvalidInputError
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category, RecommendationStatus
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus
from longpole.runtime import Runtime
from longpole.services import advisor
from longpole.services.advisor import WorkflowOptimizationAdvisor
from longpole.services.performance import WorkflowPerformanceService
from longpole.store.engine import writing
from longpole.store.run_writes import write_records

NOW = 1_795_600_000_000_000_000
SECOND = 1_000_000_000
SIX = ("slow_nodes", "cache_opportunities", "error_patterns", "token_usage", "parallel_opportunities", "retry_patterns")


@pytest.fixture(autouse=True)
def _now(runtime: Runtime) -> None:
    runtime.clock = lambda: NOW


def written(runtime: Runtime, runs: int, app_id: str = "app", ended_before: int = SECOND) -> None:
    with writing(runtime.engine) as connection:
        records = [record(f"{app_id}-{ended_before}-{number}", app_id, ended_before + number) for number in range(runs)]
        write_records(connection, records, now_ns=NOW)


def record(run_id: str, app_id: str, ended_before: int) -> RunRecord:
    """A step that fails one time in two."""
    end_ns = NOW - ended_before
    start_ns = end_ns - 3 * SECOND
    is_failed = ended_before % 2 == 0
    said: dict[str, Any] = {"error_type": "KeyError", "error_message": "no such row"} if is_failed else {}
    steps = [
        NodeExecution(run_id, "1", "fetch", "http_request", "Fetch", start_ns=start_ns, end_ns=start_ns + SECOND),
        NodeExecution(run_id, "2", "look_up", "code", "Look up", start_ns=start_ns + SECOND, end_ns=end_ns, **said),
    ]
    nodes = (
        replace(steps[0], status=NodeStatus.SUCCEEDED),
        replace(steps[1], status=NodeStatus.FAILED if is_failed else NodeStatus.SUCCEEDED),
    )
    status = RunStatus.FAILED if is_failed else RunStatus.SUCCEEDED
    run = Run(run_id, app_id, "flow", status=status, is_ended=True, start_ns=start_ns, end_ns=end_ns, node_count=2)
    return RunRecord(run, nodes)


def found_by(rule: str, node_id: str = "look_up", failed_run_share: float = 0.5) -> Finding:
    return Finding(
        rule=rule,
        category=Category.RELIABILITY,
        title=f"{node_id} is found by {rule}",
        description="It was seen.",
        improvement="failed runs 50 % → 0 %",
        affected_nodes=(node_id,),
        gain=Gain(failed_run_share=failed_run_share),
        steps=("Look.",),
    )


def only(monkeypatch: pytest.MonkeyPatch, **rules: Any) -> None:
    """These rules and no others, for this test."""
    for analysis in list(RULES):
        monkeypatch.delitem(RULES, analysis)  # type: ignore[arg-type]  # a dict, to everybody else read-only
    for name, rule in rules.items():
        monkeypatch.setitem(RULES, Analysis(name), rule)  # type: ignore[arg-type]  # as above


def finds(*findings: Finding) -> Any:
    return lambda _observed: iter(findings)


def breaks(_observed: Observations) -> Iterator[Finding]:
    yield found_by("slow_nodes.tail", "fetch")
    raise ValueError("the user's secret")


def advised(days: int = 7) -> list[tuple[str, str]]:
    recommendations = WorkflowOptimizationAdvisor.analyze_and_recommend(app_id="app", workflow_id="flow", days=days)
    return [(each.title, each.severity) for each in recommendations]


def test_what_is_found_stands_and_analysing_twice_creates_nothing_new(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(runtime, 40)
    only(monkeypatch, error_patterns=finds(found_by("error_patterns.deterministic")))

    first = WorkflowOptimizationAdvisor.analyze_and_recommend("app", "flow")
    second = WorkflowOptimizationAdvisor.analyze_and_recommend("app", "flow")

    assert [each.id for each in first] == [each.id for each in second]
    assert [(each.category, each.severity, each.recommendation_steps) for each in first] == [
        (Category.RELIABILITY, "critical", ("Look.",))
    ]
    active = WorkflowPerformanceService.get_active_recommendations("app", "flow")
    assert [each.id for each in active] == [each.id for each in first]


def test_two_who_analyse_at_the_same_time_make_each_recommendation_once(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(runtime, 40)
    both = threading.Barrier(2, timeout=30)

    def waits(_observed: Observations) -> Iterator[Finding]:
        both.wait()
        yield found_by("error_patterns.deterministic")
        yield found_by("error_patterns.unknown")

    only(monkeypatch, error_patterns=waits)
    threads = [threading.Thread(target=advised) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    active = WorkflowPerformanceService.get_active_recommendations("app", "flow")
    assert sorted(each.title for each in active) == [
        "look_up is found by error_patterns.deterministic",
        "look_up is found by error_patterns.unknown",
    ]


def test_a_rule_that_fails_is_told_by_its_name_and_the_others_are_heard(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    written(runtime, 40)
    only(monkeypatch, slow_nodes=breaks, error_patterns=finds(found_by("error_patterns.deterministic")))

    with caplog.at_level(logging.WARNING):
        titles = [title for title, _ in advised()]

    assert titles == ["look_up is found by error_patterns.deterministic", "fetch is found by slow_nodes.tail"]
    (logged,) = [each.getMessage() for each in caplog.records if each.name == advisor.__name__]
    assert logged == "advice: the rule slow_nodes failed: ValueError"


def test_what_a_rule_had_found_stands_where_it_fails(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not found any more is obsolete, once there were runs enough to see it."""
    written(runtime, 40)
    other = finds(found_by("error_patterns.unknown", "look_up"))
    only(monkeypatch, slow_nodes=finds(found_by("slow_nodes.input", "fetch")), error_patterns=other)
    assert len(advised()) == 2
    runtime.clock = lambda: NOW + 3_600 * SECOND
    written(runtime, 60, ended_before=-1_800 * SECOND)

    only(monkeypatch, slow_nodes=breaks, error_patterns=finds())
    standing = [title for title, _ in advised()]

    assert "fetch is found by slow_nodes.input" in standing
    assert "look_up is found by error_patterns.unknown" not in standing


def test_a_dismissed_one_stays_dismissed(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    written(runtime, 40)
    only(monkeypatch, error_patterns=finds(found_by("error_patterns.deterministic")))
    (made,) = WorkflowOptimizationAdvisor.analyze_and_recommend("app", "flow")

    dismissed = WorkflowPerformanceService.dismiss_recommendation(made.id, "as intended")

    assert dismissed.status is RecommendationStatus.DISMISSED
    assert advised() == []


def test_a_cause_that_two_rules_see_is_told_once(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    written(runtime, 40)
    only(
        monkeypatch,
        error_patterns=finds(found_by("error_patterns.deterministic")),
        best_practice=finds(found_by("best_practice.no_error_strategy", failed_run_share=0.1)),
    )

    (told,) = WorkflowOptimizationAdvisor.analyze_and_recommend("app", "flow")

    assert told.rule == "error_patterns.deterministic"
    assert [each["rule"] for each in told.evidence if each["kind"] == "related"] == ["best_practice.no_error_strategy"]


def test_an_unknown_workflow_is_advised_nothing(runtime: Runtime) -> None:
    assert advised() == []
    assert all(analysis("nobody", "nothing") == () for analysis in six())


def test_few_runs_are_no_reason_to_fail(runtime: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for runs in (1, 2, 19):
            written(runtime, runs)
            advised()

    assert [each.getMessage() for each in caplog.records if each.name == advisor.__name__] == []


def test_days_are_bounded(runtime: Runtime) -> None:
    wrong: list[Any] = [0, 366, -1, 1.5, None]
    for ask, days in product((WorkflowOptimizationAdvisor.analyze_and_recommend, *six()), wrong):
        with pytest.raises(InvalidInputError) as caught:
            ask("app", "flow", days)
        assert caught.value.field == "days"


def test_each_analysis_finds_what_its_rule_finds_and_stores_nothing(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(runtime, 40)
    only(monkeypatch, **{name: finds(found_by(f"{name}.case")) for name in SIX})

    found = [finding.rule for analysis in six() for finding in analysis(app_id="app", workflow_id="flow", days=7)]

    assert found == [f"{name}.case" for name in SIX]
    assert list(WorkflowPerformanceService.get_active_recommendations("app", "flow")) == []


def six() -> list[Any]:
    return [getattr(WorkflowOptimizationAdvisor, f"_analyze_{name}") for name in SIX]
