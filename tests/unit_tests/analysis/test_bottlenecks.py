"""Critical times over several runs, counted by hand; which runs are taken of many; whose usage counts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.bottlenecks import critical_times, evenly
from longpole.analysis.nesting import Nesting
from longpole.analysis.segments import Kind
from longpole.analysis.self_time import covered_times
from longpole.analysis.usage import repeated_usage
from longpole.domain.runs import NodeExecution


def node(name: str, start: int, end: int, inside: str | None = None, step: str | None = None) -> NodeExecution:
    return NodeExecution(
        "run",
        name,
        name[0],
        "tool",
        name,
        enclosing_node_id=step,
        parent_node_execution_id=inside,
        start_ns=start,
        end_ns=end,
    )


def test_critical_times_of_two_runs() -> None:
    """Executions of one node in one run are counted together, those in different steps apart.

    a1 AAA          a1 AA
    a2    AA        b     .BBB
    a3      A       step s
    """
    first = [node("a1", 0, 3), node("a2", 3, 5), node("a3", 5, 6, step="s")]
    second = [node("a1", 0, 2), node("b", 3, 6)]
    times = critical_times([(first, 0, 6), (second, 0, 6), ([], 0, 4)])

    assert (times.runs, times.total) == (3, 16)
    assert dict(times.by_node) == {(None, "a"): [5, 2], ("s", "a"): [1], (None, "b"): [3]}
    assert dict(times.executions) == {(None, "a"): 3, ("s", "a"): 1, (None, "b"): 1}
    assert dict(times.waiting) == {Kind.ENGINE_OVERHEAD: 5}
    assert times.coverage == 11 / 16
    assert times.ranked() == [(None, "a"), (None, "b"), ("s", "a")]


def test_a_queue_is_accounted_for() -> None:
    """B was ready when a had ended, and waited for 3 of 10."""
    times = critical_times([([node("a", 1, 4), replace(node("b", 7, 10), ready_ns=4)], 0, 10)])

    assert dict(times.waiting) == {Kind.QUEUE: 3, Kind.ENGINE_OVERHEAD: 1}
    assert times.coverage == 0.9


def test_no_runs() -> None:
    times = critical_times([])

    assert (times.runs, times.total, times.coverage, times.ranked()) == (0, 0, None, [])


@pytest.mark.parametrize(
    ("count", "most", "places"), [(0, 3, []), (2, 3, [0, 1]), (3, 3, [0, 1, 2]), (10, 3, [0, 3, 6]), (4, 3, [0, 1, 2])]
)
def test_of_many_runs_some_are_taken_evenly(count: int, most: int, places: list[int]) -> None:
    assert evenly(count, most) == places


def test_what_is_covered_is_the_union_of_what_is_inside() -> None:
    """Overlapping children are counted once, grandchildren only in their parent.

    a  ··AAA·····
    b     BBBBB
    c       CC
    d          D
    e        ee   inside b
    """
    nodes = [node("a", 0, 10), node("b", 3, 8, "a"), node("c", 5, 7, "a"), node("d", 8, 9, "a"), node("e", 6, 8, "b")]

    assert covered_times(Nesting(nodes)) == {"a": 6, "b": 2}


def test_usage_that_a_node_inside_reports_as_well_is_repeated() -> None:
    nodes = [("agent", None, True), ("step", "agent", False), ("call", "step", True), ("other", None, True)]

    assert repeated_usage(nodes) == {"agent"}


def test_usage_in_circles_and_under_unknown_parents_counts() -> None:
    assert repeated_usage([("a", "a", True), ("b", "gone", True)]) == set()


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.sampled_from("abcdef"), st.booleans()), max_size=8))
def test_whoever_has_nobody_inside_counts(nodes: list[tuple[str, str | None, bool]]) -> None:
    by_id = {node: (node, parent, reports) for node, parent, reports in nodes}
    parents = {parent for _, parent, _ in by_id.values()}
    repeated = repeated_usage(by_id.values())

    assert repeated <= {node for node, _, reports in by_id.values() if reports}
    assert not {node for node in by_id if node not in parents} & repeated
