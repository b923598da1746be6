"""Iterations whose items may run side by side, and all that ties one item to another."""

from typing import Any

import pytest

from longpole.domain.graphs import WorkflowGraph
from longpole.graphs.alignment import aligned
from longpole.graphs.dify import read_dify
from longpole.graphs.parallel_iterations import sequential_iterations
from longpole.graphs.removable_edges import Verdict

SAFE, ASK, KEPT = Verdict.SAFE, Verdict.NEEDS_CONFIRMATION, Verdict.KEPT


def llm(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "llm", "prompt_template": [{"text": text}], **more}


def iterating(inside: dict[str, dict[str, Any]], *edges: tuple[str, str], **config: Any) -> WorkflowGraph:
    nodes = {
        "start": {"type": "start"},
        "it": {"type": "iteration", "iterator_selector": ["start", "items"], **config},
        **inside,
    }
    return read_dify(
        {
            "graph": {
                "nodes": [
                    {"id": i, "data": {"title": i} | data, "parentId": data.get("in", "it" if i in inside else None)}
                    for i, data in nodes.items()
                ],
                "edges": [{"source": one, "target": other} for one, other in (("start", "it"), *edges)],
            }
        }
    )


def verdict(graph: WorkflowGraph) -> Verdict:
    return next(found.verdict for found in sequential_iterations(graph) if found.node_id == "it")


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (llm("{{#it.item#}} {{#it.index#}} {{#start.topic#}}"), SAFE),
        (llm("{{#it.output#}}"), KEPT),
        (llm("{{#it.item#}}", memory=None), SAFE),
        (llm("{{#it.item#}}", memory={"window": {"enabled": False}}), KEPT),
        ({"type": "http-request", "method": "post"}, KEPT),
        ({"type": "http-request", "method": "get"}, SAFE),
        ({"type": "assigner", "items": [{"variable_selector": ["conversation", "x"], "value": "1"}]}, KEPT),
        ({"type": "tool", "provider_type": "api"}, ASK),
        ({"type": "answer", "answer": "{{#it.item#}}"}, KEPT),
        (llm("{{#{{x}}.text#}}"), KEPT),
    ],
)
def test_by_what_is_inside(inner: dict[str, Any], expected: Verdict) -> None:
    assert verdict(iterating({"a": inner})) is expected


def test_a_result_of_the_item_before() -> None:
    """`a` comes before `b` in a round: what it reads of `b` could only be of the round before."""
    inside = {"a": llm("{{#b.text#}}"), "b": llm("{{#it.item#}}")}

    assert verdict(iterating(inside, ("a", "b"))) is KEPT
    assert verdict(iterating({"a": llm("{{#it.item#}}"), "b": llm("{{#a.text#}}")}, ("a", "b"))) is SAFE


def test_one_inside_of_another() -> None:
    inside: dict[str, dict[str, Any]] = {
        "outer_step": llm("{{#it.item#}}"),
        "nested": {"type": "iteration", "iterator_selector": ["it", "item"], "output_selector": ["deep", "text"]},
        "deep": {**llm("{{#nested.item#}} {{#it.item#}} {{#outer_step.text#}}"), "in": "nested"},
    }
    graph = iterating(inside, ("outer_step", "nested"))

    assert {found.node_id: found.verdict for found in sequential_iterations(graph)} == {"it": SAFE, "nested": SAFE}
    inside["deep"] = {"type": "http-request", "method": "put", "in": "nested"}
    assert verdict(iterating(inside, ("outer_step", "nested"))) is KEPT


@pytest.mark.parametrize(("text", "expected"), [("{{#it.item#}}", SAFE), ("{{#it.output#}}", KEPT), ("x", SAFE)])
def test_one_that_runs_know_by_its_title(text: str, expected: Verdict) -> None:
    """Names change in the graph; what is written in configurations stays."""
    graph = aligned(
        iterating({"a": llm(text, iteration_id="it")}, title="Each of them"), [("Each of them", "Each of them")]
    )
    (found,) = sequential_iterations(graph)

    assert (found.node_id, found.verdict) == ("Each of them", expected)


def test_a_loop_carries_state() -> None:
    (found,) = sequential_iterations(iterating({"a": llm("{{#it.item#}}")}, type="loop"))

    assert found.verdict is KEPT
    assert "round before" in found.reason


def test_what_is_parallel_already_and_what_is_empty() -> None:
    assert verdict(iterating({"a": llm("x")}, is_parallel=True)) is KEPT
    assert verdict(iterating({})) is KEPT


@pytest.mark.parametrize(("said", "slots"), [(None, 10), (4, 4), (1, 10), ("many", 10), (True, 10)])
def test_as_many_as_the_file_says(said: Any, slots: int) -> None:
    (found,) = sequential_iterations(iterating({"a": llm("x")}, parallel_nums=said))

    assert found.slots == slots
