"""A Dify file is made quicker in place: what is told is done, the rest stays byte for byte, twice is as once."""

import difflib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from longpole.domain.errors import InvalidInputError
from longpole.domain.what_if import ParallelIteration, WithoutEdges
from longpole.graphs.optimise.optimise import optimise
from longpole.graphs.optimise.told import Kind
from longpole.graphs.reading import read_graph

BRIEFING = (Path(__file__).parents[3] / "data" / "dify" / "briefing.yml").read_bytes().decode()
N = [f"17000000000{number:02}" for number in range(11)]
START, WEATHER, NEWS, GREETING, PIECES, SEND = N[1], N[2], N[3], N[4], N[5], N[8]
EVERYTHING = frozenset(Kind)
NAMED = "170000000000"


def edges(text: str) -> set[tuple[str, str, str | None]]:
    return {(edge.source, edge.target, edge.branch) for edge in read_graph(text).edges}


def changed_lines(new: str, old: str = BRIEFING) -> tuple[list[str], list[str]]:
    lines = list(difflib.ndiff(old.splitlines(keepends=True), new.splitlines(keepends=True)))
    return [line[2:] for line in lines if line[0] == "-"], [line[2:] for line in lines if line[0] == "+"]


def test_steps_side_by_side() -> None:
    found = optimise(BRIEFING, frozenset({Kind.PARALLEL}))

    gone, come = edges(BRIEFING) - edges(found.text), edges(found.text) - edges(BRIEFING)
    assert gone == {(WEATHER, NEWS, None), (NEWS, GREETING, None), (GREETING, PIECES, None)}
    assert {edge[:2] for edge in come} == {
        (START, NEWS), (START, GREETING), (NEWS, PIECES), (WEATHER, SEND), (GREETING, SEND),
    }  # fmt: skip
    assert {edge[2] for edge in come} == {None}
    assert (found.steps_before, found.steps_after) == (6, 4)
    assert {told.nodes for told in found.done[1:]} == {edge[:2] for edge in gone | come}
    assert found.done[0].nodes == (WEATHER, NEWS, GREETING, PIECES)
    assert found.done[1].words == "“News of the city” does not wait for “Weather”"


def test_new_edges_are_written_as_dify_writes_them() -> None:
    document = YAML(typ="safe").load(optimise(BRIEFING, frozenset({Kind.PARALLEL})).text)
    by_id = {edge["id"]: edge for edge in document["workflow"]["graph"]["edges"]}

    assert by_id[f"{START}-source-{GREETING}-target"] == {
        "data": {"isInIteration": False, "isInLoop": False, "sourceType": "start", "targetType": "llm"},
        "id": f"{START}-source-{GREETING}-target",
        "source": START,
        "sourceHandle": "source",
        "target": GREETING,
        "targetHandle": "target",
        "type": "custom",
        "zIndex": 0,
    }
    assert len(by_id) == len(document["workflow"]["graph"]["edges"])


def test_no_step_stands_on_another() -> None:
    document = YAML(typ="safe").load(optimise(BRIEFING).text)
    boxes = [
        (n["position"]["x"], n["position"]["y"], n["width"], n["height"])
        for n in document["workflow"]["graph"]["nodes"]
        if "parentId" not in n
    ]

    for place, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[place + 1 :]:
            is_beside = x + width <= other_x or other_x + other_width <= x
            assert is_beside or y + height <= other_y or other_y + other_height <= y


def test_an_iteration_works_in_parallel_and_no_other_line_changes() -> None:
    found = optimise(BRIEFING, frozenset({Kind.ITERATION}))

    assert changed_lines(found.text) == ([], ["        is_parallel: true\n", "        parallel_nums: 10\n"])
    assert found.changes == (ParallelIteration(PIECES, 10),)
    said = BRIEFING.replace("        error_handle_mode", "        is_parallel: false\n        error_handle_mode", 1)
    again = optimise(said, frozenset({Kind.ITERATION})).text
    assert "        is_parallel: true\n        error_handle_mode" in again


def test_what_only_reads_is_tried_again() -> None:
    found = optimise(BRIEFING, frozenset({Kind.RETRY}))
    lines = ["retry_config:", "  max_retries: 3", "  retry_enabled: true", "  retry_interval: 1000"]

    assert changed_lines(found.text) == ([], [f"        {line}\n" for line in lines] * 2)
    assert {told.nodes for told in found.done} == {(WEATHER,), (GREETING,)}
    assert [told.words for told in found.not_done if told.kind is Kind.RETRY] == ["“Page somebody” gets no retries"]


def test_a_value_in_place_of_a_failure_only_if_asked_for() -> None:
    told = optimise(BRIEFING)
    done = optimise(BRIEFING, EVERYTHING)

    assert "default-value" not in told.text
    assert {each.nodes for each in told.not_done if each.kind is Kind.ERRORS} == {(WEATHER,), (GREETING,)}
    graph = read_graph(done.text)
    assert [node.node_title for node in graph.nodes if node.config.get("error_strategy") == "default-value"] == [
        "Weather", "Greeting",
    ]  # fmt: skip


@pytest.mark.parametrize("kinds", [EVERYTHING, EVERYTHING - {Kind.ERRORS}, frozenset({Kind.PARALLEL})])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_twice_is_as_once(kinds: frozenset[Kind], line_end: str) -> None:
    text = BRIEFING.replace("\n", line_end)
    once = optimise(text, kinds)
    twice = optimise(once.text, kinds)

    assert twice.text == once.text
    assert twice.done == ()
    assert twice.changes == ()
    assert once.text.count("\n") == once.text.count(line_end)


def test_what_is_not_touched_stays_byte_for_byte() -> None:
    gone, _ = changed_lines(optimise(BRIEFING, frozenset({Kind.PARALLEL})).text)

    assert {line.strip().split(":")[0] for line in gone} <= {
        "- data", "isInIteration", "isInLoop", "sourceType", "targetType", "id", "selected", "source", "sourceHandle",
        "target", "targetHandle", "type", "zIndex", "x", "y",
    }  # fmt: skip
    new = optimise(BRIEFING, EVERYTHING).text
    for kept in ("# edges are drawn by hand", "# the slow one", "icon: 🌅", "Briefing – früh", '\\"line\\": re.sub('):
        assert new.count(kept) == 1
    assert optimise("\ufeff" + BRIEFING, EVERYTHING).text == "\ufeff" + new


def test_what_is_asked_of_recorded_runs() -> None:
    (edges_gone, rounds) = optimise(BRIEFING).changes

    assert isinstance(edges_gone, WithoutEdges)
    assert {(WEATHER, NEWS), (WEATHER, GREETING), (WEATHER, PIECES), (NEWS, GREETING), (GREETING, PIECES)} == set(
        edges_gone.edges
    )
    assert isinstance(rounds, ParallelIteration)


def test_a_switched_off_retry_is_left_so() -> None:
    off = BRIEFING.replace(
        "        method: get", "        retry_config:\n          retry_enabled: false\n        method: get"
    )

    assert {told.nodes for told in optimise(off, frozenset({Kind.RETRY})).done} == {(GREETING,)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"graph": {"nodes": [], "edges": []}}', "is JSON"),
        ("nodes: {}", "neither a Dify export"),
        (BRIEFING.replace(f"{NAMED}3-source", f"&a {NAMED}3-source"),
         "as Dify writes it"),
    ],
)  # fmt: skip
def test_files_that_are_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        optimise(text)


def test_a_container_grows_with_what_is_in_it() -> None:
    """Two steps of the iteration's body that use the item only stand below each other, inside of it."""
    apart = BRIEFING.replace(
        "          - '1700000000006'\n          - line\n", "          - '1700000000005'\n          - index\n"
    )
    document = YAML(typ="safe").load(optimise(apart, frozenset({Kind.PARALLEL})).text)
    nodes = {node["id"]: node for node in document["workflow"]["graph"]["nodes"]}
    inner = nodes[N[7]]

    assert (f"{PIECES}start", N[7], None) in edges(optimise(apart).text)
    assert inner["position"]["y"] + inner["height"] <= nodes[PIECES]["height"]
    assert inner["positionAbsolute"]["y"] - inner["position"]["y"] == 250
    new = next(e for e in document["workflow"]["graph"]["edges"] if e["target"] == N[7])
    assert new["data"]["isInIteration"] is True
    assert new["data"]["iteration_id"] == PIECES
    assert new["zIndex"] == 1002
