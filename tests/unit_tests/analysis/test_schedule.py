"""What runs are made into: each trap of real telemetry, and what it comes to."""

from typing import Any

import pytest

from longpole.advice.observations import SampledRun
from longpole.analysis.happens_before import inferred_edges
from longpole.analysis.replay import replay
from longpole.analysis.schedule import Plan, Schedule, schedules
from longpole.analysis.tasks import TaskKind
from longpole.analysis.what_if import prepared, what_if
from longpole.analysis.what_if_changes import changed
from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, WorkflowGraph
from longpole.domain.runs import Attempt, NodeExecution
from longpole.domain.what_if import Change, Faster, Removed, Retries


def node(name: str, start: int, end: int, *, number: int = 0, inside: str | None = None, **said: Any) -> NodeExecution:
    told = {"start_ns": start, "end_ns": end, "parent_node_execution_id": inside, **said}
    return NodeExecution("run", f"{name}{number}", name, "tool", name, **told)


def run(end: int, *nodes: NodeExecution, place: int = 0) -> SampledRun:
    return SampledRun(place, f"r{place}", 0, end, nodes)


def plan_of(*runs: SampledRun, graph: WorkflowGraph | None = None) -> Plan:
    return schedules(runs, graph)


def took(plan: Plan, *changes: Change) -> list[int]:
    made = changed(plan, changes)
    return [replay(schedule, made.limits) for schedule in made.schedules]


def before(schedule: Schedule, name: str) -> set[str]:
    (task,) = schedule.tasks.places[name]
    return {schedule.tasks.node[other].node_id for other in schedule.before[task]}


def graph_of(*edges: tuple[str, str]) -> WorkflowGraph:
    names = sorted({name for edge in edges for name in edge})
    nodes = tuple(GraphNode(name, "tool", name) for name in names)
    return WorkflowGraph(Engine.GENERIC, GraphSource.IMPORTED, nodes, tuple(GraphEdge(*edge) for edge in edges))


class TestWhatAStepWaitsFor:
    def test_it_is_what_always_ended_before_it_started(self) -> None:
        """`side` overlapped `b` once, so there is no order between them."""
        one = run(90, node("a", 0, 30), node("side", 0, 35), node("b", 40, 90))
        other = run(90, node("a", 0, 30), node("side", 0, 70), node("b", 40, 90), place=1)

        assert before(plan_of(one).schedules[0], "b") == {"a", "side"}
        assert before(plan_of(one, other).schedules[0], "b") == {"a"}

    def test_it_is_what_it_names(self) -> None:
        nodes = node("a", 0, 30), node("side", 0, 35), node("b", 40, 90, waits_for=("a",))
        (schedule,) = plan_of(run(90, *nodes)).schedules
        assert before(schedule, "b") == {"a"}
        assert before(schedule, "side") == set()

    def test_it_is_what_the_graph_says_through_steps_that_were_skipped(self) -> None:
        graph = graph_of(("a", "maybe"), ("maybe", "b"), ("side", "c"))
        nodes = node("a", 0, 30), node("side", 0, 35), node("b", 40, 90)
        (schedule,) = plan_of(run(90, *nodes), graph=graph).schedules
        assert before(schedule, "b") == {"a"}

    def test_a_graph_that_the_run_contradicts_did_not_hold_in_it(self) -> None:
        """Whoever came first of two was enough."""
        graph = graph_of(("fast", "b"), ("slow", "b"))
        nodes = node("fast", 0, 30), node("slow", 0, 80), node("b", 31, 90)
        plan = plan_of(run(90, *nodes), graph=graph)
        assert before(plan.schedules[0], "b") == {"fast"}
        assert took(plan, Faster("fast", 1.0)) == [80]

    def test_a_barrier_is_what_every_run_shows(self) -> None:
        """`b` is after `fast` by its edge, but the engine starts it when `slow` has ended as well."""
        ms = 1_000_000
        runs = []
        for place in range(6):
            slow = (50 + place) * ms
            nodes = node("fast", 0, 10 * ms), node("slow", 0, slow), node("b", slow, slow + 30 * ms)
            runs.append(run(slow + 30 * ms, *nodes, place=place))
        plan = plan_of(*runs, graph=graph_of(("start", "slow"), ("fast", "b")))
        assert {frozenset(before(schedule, "b")) for schedule in plan.schedules} == {frozenset({"fast", "slow"})}
        assert took(plan, Faster("slow", 0.5))[0] == 55 * ms

    def test_a_slot_that_is_given_back_is_no_barrier(self) -> None:
        """Two at a time: `b` starts when the first of two others ends, and has nothing to do with either."""
        ms = 1_000_000
        runs = []
        for place in range(6):
            one, other = ((50 + place) * ms, 90 * ms)
            nodes = node("one", 0, one), node("other", 0, other), node("b", one, one + 60 * ms)
            runs.append(run(one + 60 * ms, *nodes, place=place))
        plan = plan_of(*runs, graph=graph_of(("start", "one"), ("start", "other"), ("start", "b")))
        assert before(plan.schedules[0], "b") == set()
        assert plan.limits["slot", None] == 2

    def test_what_a_graph_does_not_know_is_learnt(self) -> None:
        nodes = node("a", 0, 30), node("b", 30, 60), node("new", 60, 90)
        (schedule,) = plan_of(run(90, *nodes), graph=graph_of(("a", "b"))).schedules
        assert before(schedule, "new") == {"b"}

    def test_steps_that_come_again_are_told_apart(self) -> None:
        nodes = node("ask", 0, 20), node("act", 20, 50), node("ask", 50, 70, number=1), node("end", 70, 90)
        (schedule,) = plan_of(run(90, *nodes)).schedules
        first, second = schedule.tasks.places["ask"]
        assert (schedule.before[first], len(schedule.before[second])) == ((), 1)
        assert took(plan_of(run(90, *nodes)), Removed("ask")) == [50]

    def test_a_cycle_in_the_graph_waits_for_the_turn_before(self) -> None:
        graph = graph_of(("ask", "act"), ("act", "ask"), ("ask", "end"))
        nodes = node("ask", 0, 20), node("act", 20, 50), node("ask", 50, 70, number=1), node("end", 70, 90)
        assert took(plan_of(run(90, *nodes), graph=graph), Faster("act", 0.5)) == [75]

    def test_many_executions_are_no_matter(self) -> None:
        """Each run then speaks for itself: 5,000 in a row."""
        nodes = [node("step", 10 * at, 10 * at + 10, number=at) for at in range(5_000)]
        plan = plan_of(run(50_000, *nodes))
        assert took(plan) == [50_000]
        assert took(plan, Faster("step", 0.5)) == [25_000]


class TestTraps:
    def test_a_clock_that_is_a_little_ahead(self) -> None:
        """`b` seems to start before `a` ended: they are still one after the other."""
        plan = plan_of(run(200, node("a", 0, 102), node("b", 100, 200)))
        assert before(plan.schedules[0], "b") == {"a"}
        assert took(plan, Faster("a", 0.5)) == [149]

    def test_a_child_whose_clock_leaves_its_parent(self) -> None:
        plan = plan_of(run(100, node("outer", 0, 100), node("inner", 50, 104, inside="outer0")))
        assert took(plan) == [100]
        assert took(plan, Removed("inner")) == [50]

    def test_a_call_that_nobody_waits_for(self) -> None:
        """It goes on after the run: making it faster brings nothing."""
        plan = plan_of(run(100, node("a", 0, 100), node("audit", 20, 500, inside="a0")))
        assert took(plan, Faster("audit", 1.0)) == [100]

    def test_a_call_that_its_launcher_does_not_wait_for(self) -> None:
        """It starts when its launcher has come so far, and the run does wait for it."""
        plan = plan_of(run(300, node("plan", 0, 100), node("draft", 50, 300, inside="plan0")))
        assert took(plan, Faster("plan", 0.5)) == [300]
        assert took(plan, Faster("draft", 1.0)) == [100]

    def test_steps_that_take_no_time(self) -> None:
        nodes = node("a", 0, 50), node("if", 50, 50), node("else", 50, 50), node("b", 50, 90)
        graph = graph_of(("a", "if"), ("if", "else"), ("else", "b"))
        plan = plan_of(run(90, *nodes), graph=graph)
        assert took(plan) == [90]
        assert took(plan, Faster("a", 0.5)) == [65]

    def test_attempts_at_the_same_time_are_no_retries(self) -> None:
        """A hedged call: the second one was sent while the first one was still out."""
        log = Attempt(1, 0, 80, None), Attempt(2, 40, 90, None)
        plan = plan_of(run(90, node("hedged", 0, 90, attempt_log=log, attempts=2)))
        assert TaskKind.ATTEMPT not in plan.schedules[0].tasks.kind
        assert took(plan, Retries("hedged", 1)) == [90]
        assert took(plan, Faster("hedged", 0.5)) == [45]

    def test_a_cancelled_attempt_counts_as_the_time_that_it_took(self) -> None:
        log = Attempt(1, 0, 30, None), Attempt(2, 50, 90, None)
        plan = plan_of(run(90, node("call", 0, 90, attempt_log=log, attempts=2)))
        assert took(plan, Retries("call", 1)) == [30]
        assert took(plan, Retries("call", None, 0.5)) == [80]
        assert took(plan, Faster("call", 0.5)) == [55]

    def test_calls_inside_of_attempts(self) -> None:
        log = Attempt(1, 0, 30, None), Attempt(2, 50, 90, None)
        inner = node("http", 5, 25, inside="call0"), node("http", 55, 85, number=1, inside="call0")
        plan = plan_of(run(90, node("call", 0, 90, attempt_log=log, attempts=2), *inner))
        assert took(plan) == [90]
        assert took(plan, Faster("http", 0.5)) == [65]
        assert took(plan, Retries("call", 1)) == [30]

    def test_a_workflow_inside_a_workflow(self) -> None:
        nodes = (
            node("sub", 10, 90),
            node("x", 10, 40, inside="sub0"),
            node("y", 40, 90, inside="sub0"),
            node("deep", 50, 80, inside="y0"),
            node("after", 90, 100),
        )
        plan = plan_of(run(100, *nodes))
        assert took(plan, Faster("deep", 0.5)) == [85]
        assert took(plan, Faster("sub", 0.5)) == [60]
        assert took(plan, Removed("sub")) == [20]

    def test_the_same_span_parents_in_a_circle(self) -> None:
        nodes = node("a", 0, 50, inside="b0"), node("b", 10, 90, inside="a0")
        assert took(plan_of(run(90, *nodes))) == [90]

    def test_what_other_runs_of_a_pool_make_it_wait_stays(self) -> None:
        """It says that it was ready long before, and nothing of its run was in the way."""
        runs = [run(200, node("a", 0, 50), node("b", 150, 200, ready_ns=50), place=place) for place in range(6)]
        answer = what_if(runs, [Faster("a", 0.5)])
        assert answer.coverage == 1.0
        assert set(answer.by_run.values()) == {175e-9}


class TestLoops:
    def test_turns_without_numbers(self) -> None:
        nodes = [node("loop", 0, 100)]
        for turn in range(4):
            nodes += [
                node("read", 25 * turn, 25 * turn + 10, number=turn, inside="loop0"),
                node("judge", 25 * turn + 10, 25 * turn + 25, number=turn, inside="loop0"),
            ]
        tasks = plan_of(run(100, *nodes)).schedules[0].tasks
        turns = [task for task, kind in enumerate(tasks.kind) if kind == TaskKind.TURN]
        assert [tasks.start[task] for task in turns] == [0, 25, 50, 75]

    def test_turns_that_overlap_wait_for_nothing(self) -> None:
        nodes = [node("loop", 0, 40)]
        for turn in range(3):
            nodes += [
                node("read", turn, turn + 20, number=turn, inside="loop0"),
                node("judge", turn + 20, turn + 38, number=turn, inside="loop0"),
            ]
        plan = plan_of(run(40, *nodes))
        turns = [task for task, kind in enumerate(plan.schedules[0].tasks.kind) if kind == TaskKind.TURN]
        assert [plan.schedules[0].before[task] for task in turns] == [(), (), ()]
        assert took(plan, Faster("judge", 1.0)) == [22]


class TestInferredEdges:
    def test_of_some_runs(self) -> None:
        one = run(90, node("a", 0, 30), node("side", 0, 35), node("b", 40, 90))
        other = run(90, node("a", 0, 30), node("side", 0, 70), node("b", 40, 90), place=1)
        assert inferred_edges([one, other]) == (("a", "b"),)

    def test_in_containers(self) -> None:
        nodes = node("loop", 0, 60), node("x", 0, 30, inside="loop0"), node("y", 30, 60, inside="loop0")
        assert inferred_edges([run(90, *nodes, node("end", 60, 90))]) == (("loop", "end"), ("x", "y"))

    def test_of_nothing(self) -> None:
        assert inferred_edges([]) == ()
        assert inferred_edges([run(0)]) == ()

    def test_only_direct_ones(self) -> None:
        assert inferred_edges([run(90, node("a", 0, 30), node("b", 30, 60), node("c", 60, 90))]) == (
            ("a", "b"),
            ("b", "c"),
        )


@pytest.mark.parametrize("shape", ["chain", "wide", "nested"])
def test_ten_thousand_nodes(shape: str) -> None:
    """No recursion, and nothing that grows with the square."""
    count = 10_000
    if shape == "chain":
        nodes = [node("n", at, at + 1, number=at) for at in range(count)]
    elif shape == "wide":
        nodes = [node("n", 0, count, number=at) for at in range(count)]
    else:
        nodes = [node("n", at, 2 * count - at, number=at, inside=f"n{at - 1}" if at else None) for at in range(count)]
    end = max(each.end_ns for each in nodes)
    assert prepared([run(end, *nodes)]).replayed_ns == (end,)
