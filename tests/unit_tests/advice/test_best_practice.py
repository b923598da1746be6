"""Steps without a plan for failure, and loops without an end."""

import random
from dataclasses import replace
from typing import Any

import pytest

from healthy import Step, execution, graph_of
from longpole.advice.best_practice import best_practice, is_unguarded
from longpole.advice.observations import Observations
from longpole.advice.severity import severity_of
from longpole.domain.graphs import Engine, GraphNode, GraphSource
from longpole.domain.recommendations import Severity
from longpole.domain.runs import NodeExecution, NodeStatus
from planted import chain, planted

STEPS = [Step("fetch", "http_request", 0.2, 0.2), Step("shape", "code", 0.01, 0.2), Step("ask", "llm", 0.9, 0.3)]


def workflow(engine: Engine = Engine.DIFY, failing: int = 0, *, is_guarded: bool = False, **more: Any) -> Observations:
    """Three steps, of which the first one fails in the last so many runs."""

    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        nodes = chain(random_, run, begin, STEPS)
        if number >= 200 - failing:
            nodes[0] = replace(nodes[0], status=NodeStatus.FAILED, error_type="ConnectionError")
        return nodes

    return planted(make, runs=200, engine=engine, **{"graph": graph_of(engine, STEPS, is_guarded=is_guarded), **more})


@pytest.mark.parametrize("engine", [Engine.DIFY, Engine.N8N])
def test_one_finding_names_all_steps(engine: Engine) -> None:
    (finding,) = best_practice(workflow(engine))
    assert finding.rule == "best_practice.no_error_strategy"
    assert finding.affected_nodes == ("fetch", "ask")
    assert severity_of(finding) is Severity.INFO
    assert "0 of their 400 executions failed" in finding.description
    assert finding.facts["failed_share_high"] == pytest.approx(1.92**2 / 400, rel=0.2)
    assert finding.steps
    assert finding.code_example


def test_what_is_guarded_or_unknown_is_not_named() -> None:
    assert not list(best_practice(workflow(is_guarded=True)))
    assert not list(best_practice(workflow(graph=None)))
    assert not list(best_practice(workflow(Engine.LANGGRAPH)))
    inferred = replace(graph_of(Engine.DIFY, STEPS, is_guarded=False), source=GraphSource.INFERRED)
    assert not list(best_practice(workflow(graph=inferred)))


def test_where_failures_are_spoken_of_nothing_is_added() -> None:
    (finding,) = best_practice(workflow(failing=9))
    assert finding.affected_nodes == ("ask",)
    (finding,) = best_practice(workflow(failing=1))
    assert finding.affected_nodes == ("fetch", "ask")


def test_rare_steps_do_not_matter() -> None:
    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        return chain(random_, run, begin, STEPS[:1] if number % 3 == 0 else STEPS[1:2])

    observed = planted(make, runs=400, engine=Engine.DIFY, graph=graph_of(Engine.DIFY, STEPS, is_guarded=False))
    assert not list(best_practice(observed))


@pytest.mark.parametrize(
    ("engine", "config", "unguarded"),
    [
        (Engine.DIFY, {}, True),
        (Engine.DIFY, {"error_strategy": "default-value"}, False),
        (Engine.DIFY, {"retry_config": {"retry_enabled": True, "max_retries": 3}}, False),
        (Engine.DIFY, {"retry_config": {"retry_enabled": False, "max_retries": 3}}, True),
        (Engine.DIFY, {"error_strategy": None, "retry_config": None}, True),
        (Engine.N8N, {}, True),
        (Engine.N8N, {"onError": "stopWorkflow"}, True),
        (Engine.N8N, {"onError": "continueErrorOutput"}, False),
        (Engine.N8N, {"continueOnFail": True}, False),
        (Engine.N8N, {"disabled": True}, False),
        (Engine.LANGGRAPH, {}, False),
        (Engine.GENERIC, {}, False),
    ],
)
def test_what_a_configuration_says(engine: Engine, config: dict[str, Any], *, unguarded: bool) -> None:
    assert is_unguarded(engine, GraphNode("a", "http_request", "A", config=config)) is unguarded
    assert not is_unguarded(engine, GraphNode("a", "code", "A", config=config))


LOOP = Step("search", "loop", 0.0, 0.0)
TURN = Step("try", "http_request", 0.4, 0.1)


def looped(rounds_of: Any, kind: str = "loop", limit: int | None = None, runs: int = 300) -> Observations:
    """A loop of so many rounds in each run, and an answer behind it."""

    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        nodes, at = [], begin
        for index in range(rounds_of(random_, number)):
            more = {"iteration_index": index, "enclosing_node_id": "search", "parent_node_execution_id": f"{run}-99"}
            nodes.append(execution(random_, run, index, TURN, at, **more))
            at = nodes[-1].end_ns or at
        box = replace(execution(random_, run, 99, Step("search", kind, 0.0, 0.0), begin), end_ns=at)
        return [box, *nodes]

    config = {} if limit is None else {"loop_count": limit}
    graph = graph_of(Engine.DIFY, [Step("search", kind, 0.0, 0.0, more=config)])
    return planted(make, runs=runs, engine=Engine.DIFY, graph=graph)


def usually_three(random_: random.Random, number: int) -> int:
    return random_.choice([2, 3, 3, 4, 5])


def test_a_loop_that_its_limit_ends() -> None:
    (finding,) = best_practice(
        looped(lambda source, number: 10 if number % 6 == 0 else usually_three(source, number), limit=10)
    )
    assert finding.rule == "best_practice.loop_at_limit"
    assert finding.affected_nodes == ("search",)
    assert finding.facts["share_at_limit"] == pytest.approx(1 / 6, abs=0.01)
    assert "50 of 300" in finding.description


def test_a_loop_over_a_number_is_meant_so() -> None:
    assert not list(best_practice(looped(lambda *_: 10, limit=10)))


def test_a_loop_that_does_not_end_for_long() -> None:
    observed = looped(lambda source, number: 150 if number % 50 == 7 else usually_three(source, number))
    (finding,) = best_practice(observed)
    assert finding.rule == "best_practice.unbounded_loop"
    estimate = finding.estimate
    assert estimate is not None
    assert estimate.low <= estimate.expected <= estimate.high <= estimate.baseline
    # Six runs of 300 with some 140 rounds of 0.4 s too many.
    assert estimate.baseline - estimate.expected == pytest.approx(6 * 142 * 0.4 / 300, rel=0.1)
    assert finding.gain.seconds_per_run == pytest.approx(estimate.baseline - estimate.high)
    limit = finding.facts["limit"]
    assert isinstance(limit, int)
    assert 5 <= limit <= 10
    assert str(limit) in " ".join(finding.steps)


def test_usual_loops_are_not_named() -> None:
    assert not list(best_practice(looped(usually_three)))
    assert not list(best_practice(looped(usually_three, limit=5)))


def test_an_iteration_has_as_many_rounds_as_items() -> None:
    observed = looped(
        lambda source, number: 150 if number % 50 == 7 else usually_three(source, number), kind="iteration"
    )
    assert not list(best_practice(observed))
