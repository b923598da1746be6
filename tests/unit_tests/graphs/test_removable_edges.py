"""Edges that may go, by example: and everything that must keep one."""

from itertools import pairwise
from typing import Any

import pytest

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, Purity, WorkflowGraph
from longpole.graphs.dify import read_dify
from longpole.graphs.levels import levels
from longpole.graphs.removable_edges import Verdict, removable_edges, rewirings, with_rewiring

SAFE, ASK, KEPT = Verdict.SAFE, Verdict.NEEDS_CONFIRMATION, Verdict.KEPT
GET = {"type": "http-request", "method": "get", "url": "https://example.org"}
POST = {**GET, "method": "post"}
START, END = {"type": "start"}, {"type": "end"}


def llm(*reads: str, **more: Any) -> dict[str, Any]:
    return {"type": "llm", "prompt_template": [{"text": " ".join(f"{{{{#{r}.text#}}}}" for r in reads)}], **more}


def assigning(name: str) -> dict[str, Any]:
    return {"type": "assigner", "items": [{"variable_selector": ["conversation", name]}]}


def dify(nodes: dict[str, dict[str, Any]], *edges: str, parents: dict[str, str] | None = None) -> WorkflowGraph:
    """A graph of nodes by id, and edges as `a b` or `a-true b`."""
    drawn = [(one.partition("-"), other) for one, other in (edge.split() for edge in edges)]
    return read_dify(
        {
            "graph": {
                "nodes": [
                    {"id": i, "data": {"title": i, **data}, "parentId": (parents or {}).get(i)}
                    for i, data in nodes.items()
                ],
                "edges": [
                    {"source": one[0], "target": other, "sourceHandle": one[2] or "source"} for one, other in drawn
                ],
            }
        }
    )


def verdicts(graph: WorkflowGraph) -> dict[str, Verdict]:
    return {f"{found.edge.source} {found.edge.target}": found.verdict for found in removable_edges(graph)}


def rewritten(graph: WorkflowGraph, verdict: Verdict = SAFE) -> set[str]:
    edges = with_rewiring(graph, *rewirings(graph, verdict))
    return {f"{edge.source}{'-' + edge.branch if edge.branch else ''} {edge.target}" for edge in edges}


def chain(middle: dict[str, Any], **more: dict[str, Any]) -> WorkflowGraph:
    """Start ─► a ─► b ─► c ─► end, where c uses a and b, and b is what is asked about."""
    nodes = {"start": START, "a": llm(), "b": middle, "c": llm("a", "b"), "end": END, **more}
    return dify(nodes, "start a", "a b", "b c", "c end")


def test_the_meeting_point_waits_for_both() -> None:
    graph = chain(llm())

    assert verdicts(graph) == {"start a": KEPT, "a b": SAFE, "b c": KEPT, "c end": KEPT}
    assert rewritten(graph) == {"start a", "start b", "a c", "b c", "c end"}


@pytest.mark.parametrize(
    ("middle", "expected"),
    [
        (llm("a"), KEPT),
        (GET, SAFE),
        ({**GET, "url": "https://example.org/{{#a.text#}}"}, KEPT),
        (POST, KEPT),
        ({"type": "tool", "provider_type": "api", "tool_name": "x"}, ASK),
        ({"type": "agent"}, ASK),
        (llm(memory={"window": {"enabled": True}}), KEPT),
        (llm("{{which}}"), KEPT),
        ({"type": "assigner", "items": [{"variable_selector": ["conversation", "x"], "value": "1"}]}, KEPT),
        ({"type": "answer", "answer": "One moment"}, KEPT),
        ({"type": "human-input"}, KEPT),
        ({"type": "code", "code_language": "python3", "code": "def main():\n    return {'x': 1}"}, SAFE),
        ({"type": "code", "code_language": "python3", "code": "import time\ndef main():\n    time.sleep(1)"}, ASK),
        (
            {"type": "template-transform", "template": "{{ x }}", "variables": [{"value_selector": ["start", "q"]}]},
            SAFE,
        ),
        ({"type": "template-transform", "template": "{{ x }}", "variables": [{"value_selector": ["a", "text"]}]}, KEPT),
        ({"type": "knowledge-retrieval", "query_variable_selector": ["sys", "query"]}, SAFE),
        ({"type": "variable-aggregator", "variables": [["a", "text"], ["start", "q"]]}, KEPT),
        (llm(error_strategy="fail-branch"), KEPT),
        (llm(error_strategy="default-value"), SAFE),
        (llm(text="{{#sys.query#}} {{#env.KEY#}} {{#conversation.topic#}}"), SAFE),
    ],
)
def test_what_may_run_beside_a_model(middle: dict[str, Any], expected: Verdict) -> None:
    assert verdicts(chain(middle))["a b"] is expected


def test_who_names_a_later_step_must_not_see_it() -> None:
    """The file's author left a reference to a step that comes later: it is empty, and has to stay so."""
    graph = dify({"start": START, "a": llm("b"), "b": llm(), "end": END}, "start a", "a b", "b end")

    assert verdicts(graph)["a b"] is KEPT


def test_a_step_between_two_others_that_writes_keeps_both_apart() -> None:
    graph = dify(
        {"start": START, "a": GET, "post": POST, "b": GET, "end": END}, "start a", "a post", "post b", "b end", "a b"
    )

    assert set(verdicts(graph).values()) == {KEPT}


def test_a_branch_leads_to_each_step_that_begins_it() -> None:
    graph = dify(
        {
            "start": START, "if": {"type": "if-else"}, "a": llm(), "b": llm(), "c": llm("b"), "other": llm(),
            "join": {"type": "variable-aggregator", "variables": [["b", "text"], ["other", "text"]]}, "end": END,
        },
        "start if", "if-true a", "a b", "b c", "c join", "if-false other", "other join", "join end",
    )  # fmt: skip

    assert rewritten(graph) == {
        "start if", "if-true a", "if-true b", "b c", "a join", "c join", "if-false other", "other join", "join end",
    }  # fmt: skip


def test_what_reads_one_branch_behind_the_meeting_point_stays_behind_it() -> None:
    graph = dify(
        {
            "start": START, "if": {"type": "if-else"}, "a": llm(), "b": llm(),
            "join": {"type": "variable-aggregator", "variables": [["a", "text"], ["b", "text"]]},
            "after": llm("a"), "more": llm(), "end": END,
        },
        "start if", "if-true a", "if-false b", "a join", "b join", "join after", "after more", "more end",
    )  # fmt: skip

    assert verdicts(graph)["join after"] is KEPT
    assert rewritten(graph) - {f"{e.source} {e.target}" for e in graph.edges} == {
        "if-true a", "if-false b", "join more", "after end",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("beside", "reader", "expected"),
    [
        (POST, GET, KEPT),
        (POST, llm(), SAFE),
        (GET, GET, SAFE),
        ({"type": "tool", "provider_type": "api"}, {"type": "knowledge-retrieval"}, KEPT),
        (assigning("x"), GET, SAFE),
        (assigning("x"), llm(text="{{#conversation.x#}}"), KEPT),
        (assigning("y"), llm(text="{{#conversation.x#}}"), SAFE),
    ],
)  # fmt: skip
def test_a_race_is_not_turned_round(beside: dict[str, Any], reader: dict[str, Any], expected: Verdict) -> None:
    """`beside` usually has long ended when `reader` starts behind a model; nothing says that it must have."""
    graph = dify(
        {"start": START, "beside": beside, "a": llm(), "reader": reader, "end": END},
        "start beside", "beside end", "start a", "a reader", "reader end",
    )  # fmt: skip
    exclusive = dify(
        {"start": START, "if": {"type": "if-else"}, "beside": beside, "a": llm(), "reader": reader},
        "start if", "if-true beside", "if-false a", "a reader",
    )  # fmt: skip

    assert verdicts(graph)["a reader"] is expected
    assert verdicts(exclusive)["a reader"] is SAFE


def test_answers_keep_their_order_and_what_is_between_them() -> None:
    graph = dify(
        {"start": START, "a": llm(), "one": {"type": "answer"}, "b": llm(), "two": {"type": "answer"}},
        "start a", "a one", "one b", "b two",
    )  # fmt: skip

    assert set(verdicts(graph).values()) == {KEPT}


def test_nothing_is_done_inside_of_a_loop_and_across_its_border() -> None:
    nodes = {
        "start": START, "loop": {"type": "loop"}, "first": {"type": "loop-start"}, "a": llm(), "b": llm(), "end": END,
    }  # fmt: skip
    graph = dify(nodes, "start loop", "loop end", "first a", "a b", parents={"first": "loop", "a": "loop", "b": "loop"})
    reasons = {f"{f.edge.source} {f.edge.target}": f.reason for f in removable_edges(graph)}

    assert set(verdicts(graph).values()) == {KEPT}
    assert "rounds may carry state" in reasons["a b"]


def test_inside_of_an_iteration_steps_may_run_side_by_side() -> None:
    nodes = {
        "start": START, "it": {"type": "iteration"}, "first": {"type": "iteration-start"}, "a": llm("it"),
        "b": llm("it"), "c": llm("a", "b"), "end": END,
    }  # fmt: skip
    inside = dict.fromkeys(("first", "a", "b", "c"), "it")
    graph = dify(nodes, "start it", "it end", "first a", "a b", "b c", parents=inside)

    assert rewritten(graph) == {"start it", "it end", "first a", "first b", "a c", "b c"}


def test_a_container_does_what_is_done_inside_of_it() -> None:
    nodes = {"start": START, "a": GET, "it": {"type": "iteration"}, "inner": POST, "end": END}
    graph = dify(nodes, "start a", "a it", "it end", parents={"inner": "it"})
    reading = dify({**nodes, "inner": llm("a")}, "start a", "a it", "it end", parents={"inner": "it"})
    apart = dify({**nodes, "inner": llm()}, "start a", "a it", "it end", parents={"inner": "it"})

    assert verdicts(graph)["a it"] is KEPT
    assert verdicts(reading)["a it"] is KEPT
    assert verdicts(apart)["a it"] is SAFE


def test_which_trigger_began_a_run_is_not_known() -> None:
    graph = dify(
        {"t1": {"type": "trigger-webhook"}, "t2": {"type": "trigger-schedule"}, "a": llm(), "b": llm(), "end": END},
        "t1 a", "a b", "t2 b", "b end",
    )  # fmt: skip

    assert verdicts(graph)["a b"] is KEPT


def test_no_more_than_ten_start_at_once() -> None:
    steps = [f"n{i:02}" for i in range(24)]
    nodes = {"start": START, **{i: llm() for i in steps}, "end": END}
    ids = list(nodes)
    graph = dify(nodes, *(f"{one} {other}" for one, other in pairwise(ids)))
    edges = rewritten(graph)

    assert sum(edge.startswith("start ") for edge in edges) == 10
    level = levels(WorkflowGraph(graph.engine, graph.source, graph.nodes, with_rewiring(graph, *rewirings(graph))))[0]
    assert all(level.after[level.places[i]] >> level.places["end"] & 1 for i in steps)


def test_what_is_lying_about_is_left_alone() -> None:
    graph = dify({"start": START, "a": llm(), "end": END, "x": llm(), "y": llm()}, "start a", "a end", "x y")

    assert verdicts(graph)["x y"] is KEPT


@pytest.mark.parametrize(
    ("engine", "source", "expected"),
    [
        (Engine.GENERIC, GraphSource.IMPORTED, SAFE),
        (Engine.GENERIC, GraphSource.INFERRED, ASK),
        (Engine.N8N, GraphSource.IMPORTED, KEPT),
    ],
)
def test_engines_and_sources(engine: Engine, source: GraphSource, expected: Verdict) -> None:
    nodes = tuple(GraphNode(i, "llm", i, purity=Purity.READ_ONLY) for i in "ab")
    graph = WorkflowGraph(engine, source, nodes, (GraphEdge("a", "b"),))

    assert verdicts(graph) == {"a b": expected}


def test_a_circle_is_left_alone() -> None:
    nodes = tuple(GraphNode(i, "llm", i, purity=Purity.PURE) for i in "abc")
    edges = (GraphEdge("a", "b"), GraphEdge("b", "c"), GraphEdge("c", "b", "again"))
    graph = WorkflowGraph(Engine.LANGGRAPH, GraphSource.IMPORTED, nodes, edges)

    assert set(verdicts(graph).values()) == {KEPT}
    assert rewirings(graph) == ()


def test_every_verdict_says_why_with_titles() -> None:
    for found in removable_edges(chain({"type": "tool", "provider_type": "api"})):
        assert "“" in found.reason
        assert not found.reason.endswith(".")
