"""Output that nobody reads, answers that are cut off, thinking, and other models."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthy import Step, execution, graph_of
from longpole.advice.observations import Observations
from longpole.advice.severity import severity_of
from longpole.advice.token_usage import token_usage
from longpole.advice.tokens.outputs import cut_off_at, is_unread
from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, WorkflowGraph
from longpole.domain.recommendations import Severity
from longpole.domain.runs import NodeExecution, TokenUsage
from planted import chain, planted

TITLE = Step("title", "llm", 0.3, 0.1, ("gpt-4.1", "openai"), 1_500, 300)
ANSWER = Step("answer", "llm", 0.5, 0.1, ("gpt-4.1", "openai"), 1_500, 300)


def graph(title_is_read: bool) -> WorkflowGraph:  # noqa: FBT001 - of two
    reads = ("start", "title") if title_is_read else ("start",)
    nodes = (
        GraphNode("start", "start", "Start"),
        GraphNode("title", "llm", "title", None, ("start",)),
        GraphNode("answer", "llm", "answer", None, reads, config={"error_strategy": "fail-branch"}),
        GraphNode("end", "end", "End", None, ("answer",)),
    )
    edges = (GraphEdge("start", "title"), GraphEdge("title", "answer"), GraphEdge("answer", "end"))
    return WorkflowGraph(Engine.DIFY, GraphSource.IMPORTED, nodes, edges)


def two_steps(**more: object) -> Observations:
    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        return chain(random_, run, begin, [TITLE, ANSWER])

    return planted(make, engine=Engine.DIFY, **more)


def rules(observed: Observations) -> list[str]:
    return [finding.rule for finding in token_usage(observed)]


def test_unread_output_is_told_with_what_it_costs() -> None:
    observed = two_steps(graph=graph(title_is_read=False))
    (finding,) = token_usage(observed)
    assert finding.rule == "token_usage.unread_output"
    assert finding.affected_nodes == ("title",)
    paid = np.nansum(observed.executions.cost_usd[observed.executions.node == 0]) / 100 * observed.runs_per_month
    assert finding.estimate is not None
    assert finding.estimate.baseline == pytest.approx(paid)
    assert finding.estimate.expected == 0


def test_output_that_is_read_is_not_told() -> None:
    assert rules(two_steps(graph=graph(title_is_read=True))) == []
    assert rules(two_steps()) == []


def test_who_reads_what_must_be_known() -> None:
    bare = graph(title_is_read=False)
    assert is_unread(bare, "title")
    assert not is_unread(bare, "answer")
    assert not is_unread(bare, "end")
    assert not is_unread(bare, "nowhere")
    assert not is_unread(replace(bare, source=GraphSource.INFERRED), "title")
    dynamic = replace(bare.nodes[2], has_dynamic_reads=True)
    assert not is_unread(replace(bare, nodes=(*bare.nodes[:2], dynamic, bare.nodes[3])), "title")
    writing = replace(bare.nodes[1], writes=("conversation.title",))
    assert not is_unread(replace(bare, nodes=(bare.nodes[0], writing, *bare.nodes[2:])), "title")
    assert not is_unread(replace(bare, nodes=tuple(replace(node, reads=()) for node in bare.nodes)), "title")
    with_tools = replace(bare.nodes[1], config={"tools": [{"name": "mail"}]})
    assert not is_unread(replace(bare, nodes=(bare.nodes[0], with_tools, *bare.nodes[2:])), "title")
    agent = replace(bare.nodes[1], node_type="agent")
    assert not is_unread(replace(bare, nodes=(bare.nodes[0], agent, *bare.nodes[2:])), "title")
    deciding = replace(bare.edges[1], branch="class 1")
    assert not is_unread(replace(bare, edges=(bare.edges[0], deciding, bare.edges[2])), "title")


def cut(limit: int, *, is_repeated: bool) -> Observations:
    """One answer in five is as long as it may be, and asked for again."""

    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        length = random_.randint(100, limit // 2) if number % 5 else limit
        first = execution(random_, run, 0, ANSWER, begin, tokens=TokenUsage(1_500, length))
        if not is_repeated or number % 5:
            return [first]
        again = execution(random_, run, 1, ANSWER, (first.end_ns or 0) + 10**9, tokens=TokenUsage(1_500, limit // 3))
        return [first, replace(again, input_fingerprint=first.input_fingerprint)]

    return planted(make)


def test_answers_that_were_cut_off_and_asked_for_again() -> None:
    (finding,) = token_usage(cut(1_000, is_repeated=True))
    assert finding.rule == "token_usage.cut_off"
    assert finding.facts == {"limit_tokens": 1_000, "cut_off": 20, "repeated": 20}
    assert "2000" in "".join(finding.steps).replace(",", "")
    assert rules(cut(1_000, is_repeated=False)) == []


@pytest.mark.parametrize(
    ("lengths", "limit"),
    [
        ([512] * 20 + list(range(100, 300)), 512),
        ([500] * 20 + list(range(100, 300)), 500),
        ([513] * 20 + list(range(100, 300)), None),  # nobody sets such a limit
        ([512] * 5 + list(range(100, 300)), None),  # too few
        ([100] * 200, None),  # all have that length
        (list(range(100, 513)), None),  # nothing stands out
        ([1] * 50 + [50] * 20, None),  # too short to be one
        ([], None),
    ],
)
def test_a_limit_stands_out(lengths: list[int], limit: int | None) -> None:
    assert cut_off_at(np.array(lengths, float)) == limit


@given(st.lists(st.integers(1, 4_000), max_size=300))
def test_a_limit_is_the_longest_answer(lengths: list[int]) -> None:
    found = cut_off_at(np.array(lengths, float))
    assert found is None or found == max(lengths)


def judged(
    model: str, output: int, reasoning: int | None = None, *, gap_s: float = 5, also: str | None = None
) -> Observations:
    judge = Step("judge", "llm", 0.4, 0.3, (model, "openai"))
    other = Step("other", "llm", 0.4, 0.3, (also or model, "openai"))

    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        tokens = TokenUsage(800, output + number % 5, reasoning=reasoning)
        made = [execution(random_, run, 0, judge, begin, tokens=tokens)]
        if also:
            made.append(execution(random_, run, 1, other, begin, tokens=TokenUsage(800, 400)))
        return made

    return planted(make, gap_s=gap_s)


def test_a_cheaper_model_comes_with_a_test_only() -> None:
    (finding,) = token_usage(judged("gpt-4.1", 10))
    assert finding.rule == "token_usage.model_price"
    assert severity_of(finding) in {Severity.INFO, Severity.LOW}
    assert finding.gain.usd_per_month is None
    assert "gpt-4.1-mini" in finding.description
    assert "cannot be seen here" in finding.description
    assert finding.facts["runs_per_arm"] == pytest.approx(2 * (2.80 * 0.3 / 0.05) ** 2, rel=0.3)
    assert f"{finding.facts['runs_per_arm']:,} runs on each side" in " ".join(finding.steps)
    assert finding.estimate is not None
    # 800 input and 12 output tokens: 0.4 and 1.6 instead of 2 and 8 dollars a million.
    assert finding.estimate.expected / finding.estimate.baseline == pytest.approx(0.2, rel=0.01)


def test_a_model_that_is_used_already_comes_first() -> None:
    found = [
        each for each in token_usage(judged("gpt-4.1", 10, also="gpt-4.1-nano")) if each.affected_nodes == ("judge",)
    ]
    assert [each.subject for each in found] == ["gpt-4.1 to gpt-4.1-nano"]


def test_long_answers_small_bills_and_unknown_models_get_no_offer() -> None:
    assert rules(judged("gpt-4.1", 300)) == []
    assert rules(judged("gpt-4.1", 10, gap_s=3_600)) == []
    assert rules(judged("gpt-4.1-nano", 10)) == []
    assert rules(judged("our-own-model", 10)) == []


def test_much_thinking_for_short_answers() -> None:
    found = [each for each in token_usage(judged("gpt-5", 1_000, 985)) if each.rule == "token_usage.reasoning"]
    assert len(found) == 1
    assert severity_of(found[0]) is Severity.INFO
    assert "98 %" in found[0].description
    assert rules(judged("gpt-5", 1_000, 500)) == []


def test_graphs_that_are_chains_read_everything() -> None:
    assert not any(is_unread(graph_of(Engine.DIFY, [TITLE, ANSWER]), node) for node in ("title", "answer", "end"))
