"""Laws of the critical path, over random runs with few distinct instants, so that ties, gaps and skew abound."""

from dataclasses import replace
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.critical_path import Kind, Segment, critical_path
from longpole.analysis.nesting import RUN, Nesting
from longpole.analysis.self_time import covered_times
from longpole.domain.runs import Attempt, NodeExecution

INSTANTS = st.integers(min_value=0, max_value=12)
NAMES = ("a", "b", "c", "d")


@st.composite
def nodes(draw: st.DrawFn) -> list[NodeExecution]:
    """Up to nine node executions, nested, named and retried at will, also in circles and outside of their parents."""
    count = draw(st.integers(min_value=0, max_value=9))
    ids = [f"n{number}" for number in range(count)]
    made = []
    for node_id in ids:
        start, end = draw(INSTANTS), draw(INSTANTS)
        bounds = sorted(draw(st.lists(INSTANTS, max_size=4, unique=True)))
        attempts = tuple(
            Attempt(number, *times, None)
            for number, times in enumerate(zip(bounds[::2], bounds[1::2], strict=False), 1)
        )
        made.append(
            NodeExecution(
                "run",
                node_id,
                draw(st.sampled_from(NAMES)),
                draw(st.sampled_from(["tool", "loop"])),
                "title",
                parent_node_execution_id=draw(st.none() | st.sampled_from([*ids, "gone"])),
                start_ns=draw(st.just(start) | st.none()),
                end_ns=draw(st.just(max(start, end)) | st.none()),
                ready_ns=draw(st.none() | INSTANTS),
                waits_for=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2))),
                attempt_log=attempts,
            )
        )
    return made


BOUNDS = st.tuples(INSTANTS, INSTANTS).map(sorted)


@given(nodes(), BOUNDS)
def test_segments_tile_the_run(executions: list[NodeExecution], bounds: list[int]) -> None:
    start, end = bounds
    segments = critical_path(executions, start, end)

    assert all(segment.length_ns > 0 for segment in segments)
    assert all(one.end_ns == other.start_ns for one, other in pairwise(segments))
    assert [segments[0].start_ns, segments[-1].end_ns] == [start, end] if start < end else segments == ()


@given(nodes())
def test_without_bounds_the_nodes_give_them(executions: list[NodeExecution]) -> None:
    timed = [node for node in executions if node.start_ns is not None and node.end_ns is not None]
    length = max((n.end_ns for n in timed), default=0) - min((n.start_ns for n in timed), default=0)

    assert sum(segment.length_ns for segment in critical_path(executions)) == length


@given(nodes(), BOUNDS, st.randoms(use_true_random=False))
def test_the_order_of_the_nodes_makes_no_difference(
    executions: list[NodeExecution], bounds: list[int], random: Random
) -> None:
    shuffled = executions[:]
    random.shuffle(shuffled)

    assert critical_path(shuffled, *bounds) == critical_path(executions, *bounds)


@given(nodes(), BOUNDS)
def test_other_ids_and_names_make_no_difference(executions: list[NodeExecution], bounds: list[int]) -> None:
    """Ids keep their order: of two nodes with the same times one must be taken."""

    def renamed(name: str | None) -> str | None:
        return None if name is None else f"other {name}"

    others = [
        replace(
            node,
            node_execution_id=renamed(node.node_execution_id),
            parent_node_execution_id=renamed(node.parent_node_execution_id),
            node_id=renamed(node.node_id),
            waits_for=tuple(map(renamed, node.waits_for)),
        )
        for node in executions
    ]
    expected = [
        replace(segment, node_execution_id=renamed(segment.node_execution_id))
        for segment in critical_path(executions, *bounds)
    ]

    assert list(critical_path(others, *bounds)) == expected


@given(nodes(), BOUNDS, st.integers(min_value=1, max_value=1_000_000), st.integers(min_value=-50, max_value=50))
def test_other_units_and_another_epoch_scale_and_shift_the_path(
    executions: list[NodeExecution], bounds: list[int], factor: int, shift: int
) -> None:
    def moved(instant: int | None) -> int | None:
        return None if instant is None else instant * factor + shift

    others = [
        replace(
            node,
            start_ns=moved(node.start_ns),
            end_ns=moved(node.end_ns),
            ready_ns=moved(node.ready_ns),
            attempt_log=tuple(
                replace(attempt, start_ns=moved(attempt.start_ns), end_ns=moved(attempt.end_ns))
                for attempt in node.attempt_log
            ),
        )
        for node in executions
    ]
    expected = [
        replace(segment, start_ns=moved(segment.start_ns), end_ns=moved(segment.end_ns))
        for segment in critical_path(executions, *bounds)
    ]

    assert list(critical_path(others, moved(bounds[0]), moved(bounds[1]))) == expected


@given(nodes(), BOUNDS)
def test_nodes_work_on_the_path_only_while_they_run(executions: list[NodeExecution], bounds: list[int]) -> None:
    known = {node.node_execution_id: node for node in executions}
    for segment in critical_path(executions, *bounds):
        if segment.kind is Kind.WORK:
            node = known[segment.node_execution_id]
            # a child that lies wholly outside of its container has no time left: it is at its edge
            assert node.start_ns <= segment.start_ns
            assert segment.end_ns <= node.end_ns


@given(nodes(), BOUNDS)
def test_overhead_of_the_run_is_time_in_which_no_node_ran(executions: list[NodeExecution], bounds: list[int]) -> None:
    nesting = Nesting(executions, *bounds)
    for segment in critical_path(executions, *bounds):
        if segment.kind is Kind.ENGINE_OVERHEAD and segment.node_execution_id is None:
            assert not any(overlap(segment, *nesting.bounds(place)) for place in nesting.inside(RUN))


def overlap(segment: Segment, start: int, end: int) -> bool:
    return max(segment.start_ns, start) < min(segment.end_ns, end)


@given(nodes(), BOUNDS)
def test_what_runs_while_the_path_works_beside_it_changes_nothing(
    executions: list[NodeExecution], bounds: list[int]
) -> None:
    """Ten times slower clocks, and a node that starts after a leaf of the path did and ends before it does."""
    slow = [
        replace(
            node,
            start_ns=None if node.start_ns is None else node.start_ns * 10,
            end_ns=None if node.end_ns is None else node.end_ns * 10,
            ready_ns=None if node.ready_ns is None else node.ready_ns * 10,
            attempt_log=(),
        )
        for node in executions
    ]
    run = bounds[0] * 10, bounds[1] * 10
    nesting = Nesting(slow, *run)
    before = critical_path(slow, *run)
    leaves = {
        nesting.nodes[place].node_execution_id: place for place in nesting.inside(RUN) if not nesting.inside(place)
    }
    for segment in before:
        place = leaves.get(segment.node_execution_id)
        if place is not None and nesting.bounds(place) == (segment.start_ns, segment.end_ns):
            beside = NodeExecution(
                "run", "beside", "x", "tool", "x", start_ns=segment.start_ns + 2, end_ns=segment.end_ns - 2
            )
            assert critical_path([*slow, beside], *run) == before


@given(nodes(), BOUNDS)
def test_what_is_covered_is_less_than_the_time_of_the_node(executions: list[NodeExecution], bounds: list[int]) -> None:
    nesting = Nesting(executions, *bounds)
    covered = covered_times(nesting)
    for place, node in enumerate(nesting.nodes):
        start, end = nesting.bounds(place)
        assert 0 <= covered.get(node.node_execution_id, 0) <= end - start
