"""Laws of schedules and their replay, over random runs with few distinct instants: ties, gaps and skew abound."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from longpole.advice.observations import SampledRun
from longpole.analysis.accounted import unaccounted_ns
from longpole.analysis.replay import replay
from longpole.analysis.schedule import Plan, schedules
from longpole.analysis.what_if import prepared
from longpole.analysis.what_if_changes import changed
from longpole.domain.runs import Attempt, NodeExecution
from longpole.domain.what_if import Faster, ParallelIteration, Removed, Retries, Slots, WithoutEdges

INSTANTS = st.integers(min_value=0, max_value=12).map(lambda instant: instant * 100)
NAMES = ("a", "b", "c", "d")


@st.composite
def nodes(draw: st.DrawFn, run_id: str) -> tuple[NodeExecution, ...]:
    """Up to eight node executions, nested, named and retried at will, also in circles and outside of their parents."""
    ids = [f"n{number}" for number in range(draw(st.integers(min_value=0, max_value=8)))]
    made = []
    for node_id in ids:
        start, end = draw(INSTANTS), draw(INSTANTS)
        bounds = sorted(draw(st.lists(INSTANTS, max_size=4)))
        attempts = tuple(
            Attempt(number, *times, None)
            for number, times in enumerate(zip(bounds[::2], bounds[1::2], strict=False), 1)
        )
        made.append(
            NodeExecution(
                run_id,
                node_id,
                draw(st.sampled_from(NAMES)),
                draw(st.sampled_from(["tool", "loop"])),
                "title",
                parent_node_execution_id=draw(st.none() | st.sampled_from([*ids, "gone"])),
                start_ns=draw(st.just(start) | st.none()),
                end_ns=draw(st.just(max(start, end)) | st.none()),
                ready_ns=draw(st.none() | INSTANTS),
                iteration_index=draw(st.none() | st.integers(0, 2)),
                slot=draw(st.none() | st.just("pool")),
                waits_for=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2))),
                attempts=max(len(attempts), 1),
                attempt_log=attempts,
            )
        )
    return tuple(made)


@st.composite
def runs(draw: st.DrawFn) -> tuple[SampledRun, ...]:
    made = []
    for place in range(draw(st.integers(min_value=1, max_value=3))):
        start, end = sorted((draw(INSTANTS), draw(INSTANTS)))
        made.append(SampledRun(place, f"r{place}", start, end, draw(nodes(f"r{place}"))))
    return tuple(made)


def unlimited(plan: Plan) -> list[int]:
    return [replay(schedule, {}) for schedule in plan.schedules]


def times(observed: Sequence[SampledRun]) -> list[int]:
    return [run.end_ns - run.start_ns for run in observed]


@settings(max_examples=40)
@given(runs())
def test_an_unchanged_run_takes_what_it_took(observed: tuple[SampledRun, ...]) -> None:
    """Whatever was recorded: gates, overheads, work and tails tile the run in integers."""
    plan = schedules(observed)

    assert [schedule.makespan_ns for schedule in plan.schedules] == times(observed)
    if not any(plan.limits.values()):
        assert unlimited(plan) == times(observed)


@settings(max_examples=40)
@given(runs(), st.sampled_from(NAMES), st.floats(0, 1), st.floats(0, 1))
def test_faster_is_never_slower_where_nobody_waits_for_slots(
    observed: tuple[SampledRun, ...], node_id: str, one: float, other: float
) -> None:
    plan = schedules(observed)
    less, more = sorted((one, other))
    before = unlimited(plan)
    slight, strong = (unlimited(changed(plan, [Faster(node_id, share)])) for share in (less, more))

    rounded = 2 * max((len(schedule) for schedule in plan.schedules), default=0)
    assert all(new <= old + rounded for new, old in zip(slight, before, strict=True))
    assert all(new <= old + rounded for new, old in zip(strong, slight, strict=True))


@settings(max_examples=40)
@given(runs(), st.sampled_from(NAMES))
def test_nothing_brings_more_than_taking_no_time_at_all(observed: tuple[SampledRun, ...], node_id: str) -> None:
    plan = schedules(observed)
    least = unlimited(changed(plan, [Faster(node_id, 1.0)]))

    assert all(
        one <= other + 20 for one, other in zip(least, unlimited(changed(plan, [Faster(node_id, 0.7)])), strict=True)
    )


@settings(max_examples=40)
@given(runs(), st.randoms(use_true_random=False))
def test_the_order_of_nodes_makes_no_difference(observed: tuple[SampledRun, ...], random: Random) -> None:
    shuffled = []
    for run in observed:
        mixed = list(run.nodes)
        random.shuffle(mixed)
        shuffled.append(replace(run, nodes=tuple(mixed)))
    changes = [Faster("a", 0.5), Removed("b"), Retries("c", 1, 0.5)]

    assert unlimited(changed(schedules(shuffled), changes)) == unlimited(changed(schedules(observed), changes))


@settings(max_examples=40)
@given(runs())
def test_other_names_and_ids_make_no_difference(observed: tuple[SampledRun, ...]) -> None:
    """They keep their order: of two nodes with the same times one must be first."""

    def renamed(node: NodeExecution) -> NodeExecution:
        parent = node.parent_node_execution_id
        return replace(
            node,
            node_execution_id=f"x{node.node_execution_id}",
            node_id=f"x{node.node_id}",
            parent_node_execution_id=None if parent is None else f"x{parent}",
            waits_for=tuple(f"x{name}" for name in node.waits_for),
        )

    others = [replace(run, nodes=tuple(renamed(node) for node in run.nodes)) for run in observed]
    one, other = schedules(observed), schedules(others)

    assert unlimited(changed(one, [Faster("a", 0.5)])) == unlimited(changed(other, [Faster("xa", 0.5)]))
    assert one.limits.values() == other.limits.values() or list(one.limits.values()) == list(other.limits.values())


@settings(max_examples=40)
@given(runs(), st.integers(min_value=-50, max_value=50))
def test_another_epoch_makes_no_difference(observed: tuple[SampledRun, ...], shift: int) -> None:
    def moved(instant: int | None) -> int | None:
        return None if instant is None else instant + shift

    others = [
        replace(
            run,
            start_ns=moved(run.start_ns),
            end_ns=moved(run.end_ns),
            nodes=tuple(
                replace(
                    node,
                    start_ns=moved(node.start_ns),
                    end_ns=moved(node.end_ns),
                    ready_ns=moved(node.ready_ns),
                    attempt_log=tuple(
                        replace(each, start_ns=moved(each.start_ns), end_ns=moved(each.end_ns))
                        for each in node.attempt_log
                    ),
                )
                for node in run.nodes
            ),
        )
        for run in observed
    ]
    changes = [Faster("a", 0.5), Removed("b")]

    assert unlimited(changed(schedules(others), changes)) == unlimited(changed(schedules(observed), changes))


@settings(max_examples=40)
@given(runs(), st.integers(1, 3))
def test_any_change_of_any_run_comes_to_an_end(observed: tuple[SampledRun, ...], places: int) -> None:
    """However absurd the records: no circle, no wait for ever, no time below zero."""
    plan = schedules(observed)
    every = [
        ParallelIteration("a", places),
        ParallelIteration("b", None),
        WithoutEdges((("a", "b"), ("b", "c"))),
        Slots(places, "pool"),
        Slots(places),
    ]
    wide = changed(plan, every)

    for schedule in wide.schedules:
        assert replay(schedule, wide.limits) >= 0
        assert 0 <= unaccounted_ns(schedule) <= schedule.makespan_ns


@settings(max_examples=40)
@given(runs())
def test_coverage_is_a_share(observed: tuple[SampledRun, ...]) -> None:
    coverage = prepared(observed).coverage

    assert coverage is None or 0 <= coverage <= 1
