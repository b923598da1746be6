"""CRISP's own cases: 22 of 27 agree to the nanosecond; why the others differ is said beside them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from longpole.advice.observations import SampledRun
from longpole.analysis.critical_path import critical_path
from longpole.analysis.schedule import schedules
from longpole.analysis.what_if import prepared
from longpole.domain.runs import NodeExecution

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "crisp" / "cases.json").read_text(encoding="utf-8")
)
OVERLAP = "siblings overlap a little: CRISP counts the overlap for both and takes it off their parent; ours tile"
LAUNCHED = "a child goes on for half of its time after its parent, and after the run: nobody waited for it"
OTHERWISE = {
    "8": ({"[S1] O1": 40, "[S2] O2": 60}, LAUNCHED),
    "10": ({"[S1] O1": 402, "[S2] O2": 199, "[S3] O3": 99, "[S4] O4": 300}, OVERLAP),
    "19": ({"[S1] O1": 10, "[S2] O2": 195, "[S3] O3": 95, "[S4] O4": 300}, OVERLAP),
    "20": ({"[S1] O1": 10, "[S2] O2": 195, "[S3] O3": 95, "[S4] O4": 300}, OVERLAP),
    "21": ({"[S1] O1": 10, "[S2] O2": 195, "[S3] O3": 95, "[S4] O4": 300}, OVERLAP),
}


def nodes(name: str) -> list[NodeExecution]:
    return [
        NodeExecution(
            "run", id_, operation, "tool", operation, parent_node_execution_id=parent, start_ns=start, end_ns=end
        )
        for id_, parent, operation, start, end in CASES[name]["spans"]
    ]


def bounds(name: str) -> tuple[int, int]:
    return next((start, end) for _, parent, _, start, end in CASES[name]["spans"] if parent is None)


def test_there_are_twenty_seven() -> None:
    assert len(CASES) == 27


@pytest.mark.parametrize("name", CASES)
def test_time_on_the_critical_path(name: str) -> None:
    operations = {node.node_execution_id: node.node_id for node in nodes(name)}
    found: Counter[str] = Counter()
    for segment in critical_path(nodes(name), *bounds(name)):
        found[operations[segment.node_execution_id]] += segment.length_ns

    expected, _ = OTHERWISE.get(name, (CASES[name]["expected"], ""))
    assert found == expected
    assert (found != CASES[name]["expected"]) == (name in OTHERWISE)
    assert sum(found.values()) == bounds(name)[1] - bounds(name)[0]


@pytest.mark.parametrize("name", CASES)
def test_the_replay_takes_what_the_trace_took(name: str) -> None:
    start, end = bounds(name)
    runs = [SampledRun(0, "run", start, end, tuple(nodes(name)))]

    assert prepared(runs).replayed_ns == (end - start,)
    assert schedules(runs).schedules[0].makespan_ns == end - start
