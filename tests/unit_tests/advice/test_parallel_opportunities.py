"""Steps that need not wait for one another are told with what it would bring; those that may have to are not."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from healthy import healthy
from longpole.advice.observations import Observations
from longpole.advice.parallel.ties import surely_apart, ties
from longpole.advice.parallel_opportunities import parallel_opportunities
from longpole.domain.findings import Finding
from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, Purity, WorkflowGraph
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus
from observing import observations_of
from workflow_runs import MS, START_NS, S, Step, runs

CHAIN = [[Step(name, 0.4)] for name in ("ask", "weather", "news", "answer")]
LLM = {"model": {"provider": "openai", "name": "gpt-4o-mini"}}


def graph_of(*nodes: GraphNode, source: GraphSource = GraphSource.IMPORTED) -> WorkflowGraph:
    """A chain of these."""
    edges = pairwise(nodes)
    return WorkflowGraph(
        Engine.DIFY, source, nodes, tuple(GraphEdge(one.node_id, other.node_id) for one, other in edges)
    )


def llm(node_id: str, *reads: str, purity: Purity = Purity.READ_ONLY, kind: str = "llm") -> GraphNode:
    return GraphNode(node_id, kind, node_id.title(), reads=reads, purity=purity, config=LLM)


def declared(news: GraphNode) -> WorkflowGraph:
    return graph_of(
        llm("start", purity=Purity.PURE, kind="start"),
        llm("ask", "start"),
        llm("weather", "ask"),
        news,
        llm("answer", "weather", "news"),
    )


def found(observed: Observations) -> list[Finding]:
    return list(parallel_opportunities(observed))


def test_two_steps_that_use_the_same_and_not_each_other() -> None:
    (finding,) = found(observations_of(runs(CHAIN, 60), Engine.DIFY, graph=declared(llm("news", "ask"))))
    estimate = finding.estimate

    assert finding.rule == "parallel_opportunities.branches"
    assert finding.affected_nodes == ("weather", "news")
    assert finding.facts["edges_out"] == 1
    assert estimate is not None
    assert estimate.low < estimate.expected < estimate.high < estimate.baseline
    assert 0.1 < 1 - estimate.expected / estimate.baseline < 0.3  # about one of four steps
    assert finding.steps
    assert not any(character.isdigit() for character in finding.title)


def test_the_meeting_point_waits_for_the_longer_one() -> None:
    observed = observations_of(
        runs(
            [[Step("ask", 0.1, 0.0)], [Step("weather", 2.0, 0.0)], [Step("news", 0.5, 0.0)], [Step("answer", 0.1, 0)]],
            30,
        ),
        Engine.DIFY,
        graph=declared(llm("news", "ask")),
    )
    (finding,) = found(observed)

    assert finding.estimate is not None
    assert finding.estimate.expected == pytest.approx(2.2, abs=0.01)  # 0.1 + the longer of 2.0 and 0.5 + 0.1


@pytest.mark.parametrize(
    "news",
    [
        llm("news", "weather"),
        llm("news", "ask", purity=Purity.WRITES),
        replace(llm("news", "ask"), has_dynamic_reads=True),
        replace(llm("news", "ask"), writes=("conversation.topic",)),
        llm("news", "ask", kind="answer"),
    ],
)
def test_silent_where_a_step_has_to_wait(news: GraphNode) -> None:
    assert found(observations_of(runs(CHAIN, 60), Engine.DIFY, graph=declared(news))) == []


def test_what_nobody_knows_is_asked() -> None:
    observed = observations_of(runs(CHAIN, 60), Engine.DIFY, graph=declared(llm("news", "ask", kind="tool")))
    (finding,) = found(observed)

    assert finding.rule == "parallel_opportunities.branches_to_confirm"
    assert "“News”" in finding.steps[0]
    assert "Make sure" in finding.steps[0]


def test_silent_where_it_would_bring_nothing() -> None:
    quick = [[Step("ask", 0.4)], [Step("weather", 0.001)], [Step("news", 0.4)], [Step("answer", 0.4)]]
    assert found(observations_of(runs(quick, 60), Engine.DIFY, graph=declared(llm("news", "ask")))) == []


def with_payloads(news_given: str) -> list[RunRecord]:
    """Inputs and outputs that vary from run to run; what `news` is given is what `news_given` made or was given."""

    def plant(place: int, _source: np.random.Generator, node: NodeExecution) -> NodeExecution:
        made = {name: 1_000_000 * (at + 1) + place for at, name in enumerate(("ask", "weather", "news", "answer"))}
        given = {"ask": 7 + place % 30, "weather": made["ask"], "news": made[news_given], "answer": made["news"]}
        return replace(
            node,
            input_fingerprint=given[node.node_id],
            output_fingerprint=made[node.node_id],
            input_bytes=200,
            output_bytes=200,
        )

    return runs(CHAIN, 60, plant=plant)


def test_values_seen_in_runs_are_a_veto() -> None:
    observed = observations_of(with_payloads("weather"), Engine.DIFY, graph=declared(llm("news", "ask")))

    assert ties(observed, [("weather", "news"), ("ask", "news")]) == {("weather", "news")}
    assert found(observed) == []


def test_a_guessed_graph_takes_that_runs_show_it() -> None:
    guessed = graph_of(
        *(GraphNode(name, "llm", name, has_dynamic_reads=True) for name in ("ask", "weather", "news", "answer")),
        source=GraphSource.INFERRED,
    )
    apart = observations_of(with_payloads("ask"), graph=guessed)
    tied = observations_of(with_payloads("weather"), graph=guessed)
    (finding,) = found(apart)

    assert surely_apart(apart, [("weather", "news"), ("ask", "weather")]) == {("weather", "news")}
    assert finding.rule == "parallel_opportunities.branches_to_confirm"
    assert finding.affected_nodes == ("weather", "news")
    assert "was not imported" in finding.description
    assert found(tied) == []
    assert found(observations_of(runs(CHAIN, 60), graph=guessed)) == []


def iterating(
    count: int, *, overlapping: bool = False, carrying: bool = False, kind: str = "iteration", recurring: bool = False
) -> list[RunRecord]:
    """Runs of one iteration over eight items of a quarter of a second each."""
    made = []
    for place in range(count):
        start, run_id = START_NS + place * 60 * S, f"run-{place}"
        nodes, at = [], start + MS
        for item in range(8):
            given = 100 * place + item + (1_000_000 if carrying and item else 0)
            given = 1 + (3 * place + 7 * item) % 11 if recurring else given
            end = at + 250 * MS
            nodes.append(
                NodeExecution(
                    run_id, f"{run_id}/{item}", "ask", "llm", "Ask",
                    enclosing_node_id="each", parent_node_execution_id=f"{run_id}/each", iteration_index=item,
                    start_ns=at, end_ns=end, status=NodeStatus.SUCCEEDED,
                    input_fingerprint=given, output_fingerprint=100 * place + item + 1_000_001,
                )
            )  # fmt: skip
            at = at + MS if overlapping else end
        end = max(node.end_ns or 0 for node in nodes)
        each = NodeExecution(
            run_id, f"{run_id}/each", "each", kind, "Each", start_ns=start, end_ns=end, status=NodeStatus.SUCCEEDED
        )
        run = Run(run_id, "app", "flow", status=RunStatus.SUCCEEDED, is_ended=True, start_ns=start, end_ns=end + MS)
        made.append(RunRecord(run, (each, *nodes)))
    return made


def with_iteration(**config: object) -> WorkflowGraph:
    inner = GraphNode("ask", "llm", "Ask", container_id="each", reads=("each",), purity=Purity.READ_ONLY,
                      config={**LLM, "prompt": "{{#each.item#}}"})  # fmt: skip
    each = GraphNode("each", "iteration", "Each", purity=Purity.READ_ONLY, config={"is_parallel": False, **config})
    return WorkflowGraph(Engine.DIFY, GraphSource.IMPORTED, (each, inner), ())


def test_an_iteration_over_items_that_have_nothing_to_do_with_one_another() -> None:
    (finding,) = found(observations_of(iterating(20), Engine.DIFY, graph=with_iteration()))

    assert finding.rule == "parallel_opportunities.iteration"
    assert finding.affected_nodes == ("each",)
    assert finding.facts["slots"] == 10
    assert finding.estimate is not None
    assert finding.estimate.baseline == pytest.approx(2.0, abs=0.02)
    assert finding.estimate.expected == pytest.approx(0.25, abs=0.02)


def test_as_many_at_a_time_as_its_file_says() -> None:
    (finding,) = found(observations_of(iterating(20), Engine.DIFY, graph=with_iteration(parallel_nums=4)))

    assert finding.estimate is not None
    assert finding.estimate.expected == pytest.approx(0.5, abs=0.02)


def test_an_iteration_that_nobody_declared_is_asked() -> None:
    for observed in (observations_of(iterating(20), Engine.DIFY), observations_of(iterating(20, recurring=True))):
        (finding,) = found(observed)

        assert finding.rule == "parallel_opportunities.iteration_to_confirm"
        assert finding.steps[0].startswith("Make sure")


@pytest.mark.parametrize(
    "records",
    [
        iterating(20, overlapping=True),
        iterating(20, carrying=True),
        iterating(20, kind="loop"),
        iterating(3),
    ],
    ids=["parallel already", "an item is given what the one before made", "a loop", "too few runs"],
)
def test_silent_of_iterations_that_may_have_to(records: list[RunRecord]) -> None:
    assert found(observations_of(records, Engine.DIFY)) == []


def test_silent_of_workflows_with_nothing_wrong() -> None:
    assert [finding for seed in range(300, 330) for finding in found(healthy(seed, 40))] == []


def test_silent_of_items_of_which_runs_show_nothing() -> None:
    assert found(observations_of(iterating(20))) == []
