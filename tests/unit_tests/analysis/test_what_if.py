"""Predictions against what really happens: the same workflow carried out with the change, in virtual time."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from longpole.advice.observations import SampledRun  # noqa: TC001 - as its neighbours
from longpole.analysis.what_if import what_if
from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, WorkflowGraph
from longpole.domain.runs import NodeExecution
from longpole.domain.what_if import (
    Cached,
    Change,
    Faster,
    OtherDurations,
    ParallelIteration,
    Removed,
    Retries,
    Slots,
    WithoutEdges,
)
from virtual_engine import BEGIN, Step, Told, carried_out, seconds

MS = 1_000_000
ALL = Told(waits=True, ready=True, slot="worker", turns=True)
RUNS = 40


def drawn(name: str, median_ms: float, failing: float = 0.0, taken: float = 1.0) -> Callable[[int], Sequence[int]]:
    """Lognormal work; some runs skip it, some attempts fail and wait 50 ms."""

    def pieces(number: int) -> Sequence[int]:
        source = random.Random(f"{name}/{number}")
        if source.random() >= taken:
            return ()
        made = [round(median_ms * MS * source.lognormvariate(0, 0.5))]
        while len(made) < 5 and source.random() < failing:
            made += [50 * MS, round(median_ms * MS * source.lognormvariate(0, 0.5))]
        return made

    return pieces


def workflow() -> list[Step]:
    """A run starts with one step, goes three ways, and ends with what joins them.

    fetch ─┬─ search (may fail) ─┬─ answer
           ├─ each: read, judge ─┤
           └─ guard (sometimes) ─┘
    """
    return [
        Step("fetch", (), drawn("fetch", 80)),
        Step("search", ("fetch",), drawn("search", 150, failing=0.3)),
        Step("guard", ("fetch",), drawn("guard", 200, taken=0.6)),
        Step(
            "each",
            ("fetch",),
            body=(Step("read", (), drawn("read", 30)), Step("judge", (), drawn("judge", 40))),
            turns=lambda number: 2 + number % 3,
        ),
        Step("answer", ("search", "each", "guard"), drawn("answer", 300)),
    ]


def changed(name: str, to: Callable[[Step], Step]) -> list[Step]:
    return [to(step) if step.name == name else step for step in workflow()]


def quicker(step: Step, factor: float) -> Step:
    def pieces(number: int) -> Sequence[int]:
        return [
            round(length * factor) if place % 2 == 0 else length for place, length in enumerate(step.pieces(number))
        ]

    return replace(step, pieces=pieces)


def without(name: str) -> list[Step]:
    gone = next(step for step in workflow() if step.name == name)
    return [
        replace(step, after=tuple(x for before in step.after for x in (gone.after if before == name else (before,))))
        for step in workflow()
        if step.name != name
    ]


CHANGES: list[tuple[Change, list[Step]]] = [
    (Faster("answer", 0.3), changed("answer", lambda step: quicker(step, 0.7))),
    (Faster("search", 0.8), changed("search", lambda step: quicker(step, 0.2))),
    (Faster("search", -0.5), changed("search", lambda step: quicker(step, 1.5))),
    (Removed("fetch"), without("fetch")),
    (Removed("guard"), without("guard")),
    (ParallelIteration("each", None), changed("each", lambda step: replace(step, at_once=None))),
    (ParallelIteration("each", 2), changed("each", lambda step: replace(step, at_once=2))),
    (
        Retries("search", 1),
        changed("search", lambda step: replace(step, pieces=lambda number: step.pieces(number)[:1])),
    ),
    (
        Retries("search", None, 0.0),
        changed(
            "search",
            lambda step: replace(
                step,
                pieces=lambda number: [0 if place % 2 else length for place, length in enumerate(step.pieces(number))],
            ),
        ),
    ),
    (WithoutEdges((("fetch", "search"),)), changed("search", lambda step: replace(step, after=()))),
]


def test_what_comes_after_both_waits_for_both() -> None:
    """The first two run side by side, and the last may use both."""
    steps = [
        Step("weather", (), drawn("weather", 200)),
        Step("hotels", ("weather",), drawn("hotels", 100)),
        Step("write", ("hotels",), drawn("write", 50)),
    ]
    beside = [steps[0], replace(steps[1], after=()), replace(steps[2], after=("weather", "hotels"))]

    answer = what_if(carried_out(steps, RUNS), [WithoutEdges((("weather", "hotels"),), is_joined=True)], resamples=50)

    assert answer.by_run == pytest.approx(seconds(carried_out(beside, RUNS)), rel=1e-6)


def graph() -> WorkflowGraph:
    nodes = [GraphNode(step.name, "tool", step.name) for step in workflow()]
    nodes += [GraphNode(name, "tool", name, container_id="each") for name in ("read", "judge")]
    edges = [GraphEdge(source, step.name) for step in workflow() for source in step.after]
    return WorkflowGraph(Engine.GENERIC, GraphSource.IMPORTED, tuple(nodes), (*edges, GraphEdge("read", "judge")))


@pytest.mark.parametrize("declared", [None, graph()], ids=["no graph", "graph"])
@pytest.mark.parametrize("told", [ALL, Told()], ids=["told", "bare"])
@pytest.mark.parametrize(("change", "steps"), CHANGES, ids=lambda value: str(value)[:40])
def test_without_slots_every_run_is_predicted(
    change: Change, steps: list[Step], told: Told, declared: WorkflowGraph | None
) -> None:
    runs = carried_out(workflow(), RUNS, told=told)
    really = seconds(carried_out(steps, RUNS, told=told))

    answer = what_if(runs, [change], graph=declared, resamples=50)

    assert answer.declined is None
    assert answer.by_run == pytest.approx(really, rel=1e-6)


@pytest.mark.parametrize("told", [ALL, Told()], ids=["told", "bare"])
@pytest.mark.parametrize(("change", "steps"), CHANGES, ids=lambda value: str(value)[:40])
def test_with_slots_nearly_every_run_is_predicted(change: Change, steps: list[Step], told: Told) -> None:
    """Who becomes ready at the same instant as another is not always let in in the same order."""
    runs = carried_out(workflow(), RUNS, 2, told)
    really = seconds(carried_out(steps, RUNS, 2, told))

    answer = what_if(runs, [change], graph=graph(), resamples=50)

    right = [abs(answer.by_run[name] / took - 1) < 1e-6 for name, took in really.items()]
    assert sum(right) >= 0.9 * RUNS
    assert answer.p50 is not None
    assert answer.p50.expected == pytest.approx(sorted(really.values())[RUNS // 2], rel=0.05)


def test_slots_that_nobody_was_short_of_are_not_known() -> None:
    """A trap that is told: with three slots nobody ever waited, so a parallel loop is thought to have all it wants."""
    runs = carried_out(workflow(), RUNS, 3, ALL)
    wider = changed("each", lambda step: replace(step, at_once=None))

    answer = what_if(runs, [ParallelIteration("each", None)])
    known = what_if(runs, [ParallelIteration("each", None), Slots(3, "worker")])

    assert answer.by_run == pytest.approx(seconds(carried_out(wider, RUNS, None, ALL)), rel=1e-6)
    assert known.mean.expected > answer.mean.expected


def test_with_slots_a_faster_step_may_make_the_run_longer() -> None:
    """Graham's anomaly: `late` is ready before `long` now and takes its place, in reality as in the replay."""

    def plan(quick_s: int) -> list[Step]:
        lasting = {"first": 4, "quick": quick_s, "short": 6, "long": 9, "late": 5}
        after = {"short": ("first",), "long": ("first",), "late": ("quick",)}
        return [
            Step(name, after.get(name, ()), lambda _, lasts=lasts: (lasts * 1000 * MS,))
            for name, lasts in lasting.items()
        ]

    answer = what_if(carried_out(plan(5), 6, 2, ALL), [Faster("quick", 0.4)])

    assert set(seconds(carried_out(plan(3), 6, 2, ALL)).values()) == {17.0}
    assert (answer.p50.baseline, answer.p50.expected) == (15.0, 17.0)


@pytest.mark.parametrize("told", [ALL, Told()], ids=["told", "bare"])
def test_other_slots(told: Told) -> None:
    runs = carried_out(workflow(), RUNS, 2, told)
    really = seconds(carried_out(workflow(), RUNS, None, told))

    answer = what_if(runs, [Slots(None, told.slot)], graph=graph())

    assert answer.by_run == pytest.approx(really, rel=1e-6)
    assert answer.limit_p50 == answer.p50.expected


def test_fewer_slots_than_anybody_was_ever_short_of() -> None:
    runs = carried_out(workflow(), RUNS)

    answer = what_if(runs, [Slots(1)], graph=graph())

    assert answer.by_run == pytest.approx(seconds(carried_out(workflow(), RUNS, 1)), rel=1e-6)


def test_hits_take_what_a_hit_takes_in_the_runs_that_had_them() -> None:
    runs = carried_out(workflow(), RUNS, told=ALL)
    hits = {run.workflow_run_id: frozenset({"answer/None"}) for run in runs[::2]}

    answer = what_if(runs, [Cached("answer", hits, hit_ns=2 * MS)], resamples=50)

    for run in runs:
        last = next(node for node in run.nodes if node.node_id == "answer")
        saved = last.elapsed_ns - 2 * MS if run.workflow_run_id in hits else 0
        assert answer.by_run[run.workflow_run_id] == pytest.approx((run.end_ns - run.start_ns - saved) / 1e9)


def test_times_of_another_model_are_given_by_rank() -> None:
    """What was long for its input stays long."""
    runs = carried_out(workflow(), RUNS, told=ALL)
    own = tuple(node.elapsed_ns for run in runs for node in run.nodes if node.node_id == "answer")

    answer = what_if(runs, [OtherDurations("answer", tuple(length // 2 for length in own))], resamples=50)
    halved = what_if(runs, [Faster("answer", 0.5)], resamples=50)

    assert answer.p50.expected == pytest.approx(halved.p50.expected, rel=0.01)
    assert answer.p95.expected == pytest.approx(halved.p95.expected, rel=0.01)


def test_several_changes_are_all_made() -> None:
    runs = carried_out(workflow(), RUNS, told=ALL)

    answer = what_if(runs, [Removed("each"), Faster("answer", 1.0), Removed("guard"), Retries("search", 1)])

    for run in runs:
        fetch, search = (next(node for node in run.nodes if node.node_id == name) for name in ("fetch", "search"))
        first = search.attempt_log[0].end_ns if search.attempt_log else search.end_ns
        assert answer.by_run[run.workflow_run_id] == (fetch.elapsed_ns + first - search.start_ns) / 1e9


def test_a_container_that_is_faster_is_faster_inside() -> None:
    runs = carried_out(workflow(), RUNS, told=ALL)

    removed = what_if(runs, [Removed("each")])
    faster = what_if(runs, [Faster("each", 1.0)])
    inside = what_if(runs, [Faster("read", 1.0), Faster("judge", 1.0)])

    assert removed.by_run == faster.by_run == inside.by_run


def test_nothing_changed_is_the_baseline_without_an_interval() -> None:
    runs = carried_out(workflow(), RUNS, 2, told=ALL)
    answer = what_if(runs, [Faster("answer", 0.0)])

    assert answer.by_run == seconds(runs)
    assert (answer.fidelity, answer.n) == (0.0, RUNS)
    for shift in (answer.mean, answer.p50, answer.p95):
        assert shift.baseline == shift.expected == shift.low == shift.high
        assert shift.change_ratio == 0


def test_the_limit_is_what_no_change_of_the_node_can_surpass() -> None:
    runs = carried_out(workflow(), RUNS, told=ALL)
    answers = [what_if(runs, [Faster("search", share)]) for share in (0.2, 0.9, 1.0)]

    assert len({answer.limit_p50 for answer in answers}) == 1
    assert answers[0].p50.expected > answers[1].p50.expected >= answers[2].p50.expected == answers[2].limit_p50


def test_the_percentile_of_sums_is_no_sum_of_percentiles() -> None:
    """The slow runs of one node are not those of the other: taking the p95 of a node off the p95 would be wrong."""
    steps = [
        Step("one", (), lambda number: (1000 * MS if number % 10 == 0 else 10 * MS,)),
        Step("other", ("one",), lambda number: (1000 * MS if number % 10 == 5 else 10 * MS,)),
    ]
    answer = what_if(carried_out(steps, 100, told=ALL), [Removed("one")])

    assert answer.p95.baseline == pytest.approx(1.01)
    assert answer.p95.expected == pytest.approx(1.0)
    assert answer.p50.expected == pytest.approx(0.01)


def test_weights_count_as_so_many_runs() -> None:
    """Of slow runs every one was kept, of quick ones one in nine."""
    steps = [Step("only", (), lambda number: ((100 if number < 10 else 1000) * MS,))]
    runs = carried_out(steps, 20)
    weighted = [replace(run, weight=9.0 if run.place < 10 else 1.0) for run in runs]

    answer = what_if(weighted, [Faster("only", 0.5)])

    assert answer.mean.baseline == pytest.approx(0.19)
    assert (answer.p50.baseline, answer.p50.expected) == (pytest.approx(0.1), pytest.approx(0.05))
    assert what_if(runs, [Faster("only", 0.5)]).mean.baseline == pytest.approx(0.55)


class TestItDeclines:
    def test_of_few_runs(self) -> None:
        answer = what_if(carried_out(workflow(), 4), [Removed("fetch")])
        assert answer.declined == "4 runs with a known start and end: 5 are the least that says anything."
        assert (answer.p50, answer.n) == (None, 4)

    def test_of_none(self) -> None:
        answer = what_if((), [Removed("fetch")])
        assert answer.declined == "No runs with a known start and end: 5 are the least that says anything."

    @pytest.mark.parametrize(
        "change",
        [
            Faster("gone", 0.1),
            Removed("gone"),
            Cached("gone"),
            OtherDurations("gone", (1,)),
            WithoutEdges((("gone", "fetch"),)),
            ParallelIteration("gone", 2),
            Retries("gone", 1),
        ],
    )
    def test_of_a_node_that_no_run_has(self, change: Change) -> None:
        assert what_if(carried_out(workflow(), 5), [change]).declined == "No run has a node 'gone'."

    def test_of_a_slot_that_no_run_has(self) -> None:
        answer = what_if(carried_out(workflow(), 5), [Slots(2, "gpu")])
        assert answer.declined == "No run has a node that needs a slot of 'gpu'."

    def test_of_slots_without_a_name_where_all_have_one(self) -> None:
        answer = what_if(carried_out(workflow(), 5, told=ALL), [Slots(2)])
        assert answer.declined == "Every node's slot has a name; say which: worker."

    def test_of_what_is_no_loop(self) -> None:
        answer = what_if(carried_out(workflow(), 5), [ParallelIteration("fetch", 2)])
        assert answer.declined == "No run has a second turn of 'fetch': nothing can be done at a time."

    def test_of_retries_that_nobody_timed(self) -> None:
        runs = [
            replace(run, nodes=tuple(replace(node, attempts=3, attempt_log=()) for node in run.nodes))
            for run in carried_out([Step("only", ())], 5)
        ]
        answer = what_if(runs, [Retries("only", 1)])
        assert answer.declined == "It is not known when the attempts of 'only' were made."

    def test_of_missing_spans(self) -> None:
        """A tenth of each run is nobody's."""
        runs = [
            replace(run, nodes=tuple(node for node in run.nodes if node.node_id != "hidden"))
            for run in carried_out(
                [
                    Step("one", (), lambda _: (80 * MS,)),
                    Step("hidden", ("one",), lambda _: (10 * MS,)),
                    Step("other", ("hidden",), lambda _: (10 * MS,)),
                ],
                10,
            )
        ]
        answer = what_if(runs, [Faster("one", 0.5)])
        assert answer.coverage == pytest.approx(0.9)
        assert answer.declined.startswith("Nodes and known waits account for 90% of the runs' time, 95% are needed")

    def test_of_runs_that_take_no_time(self) -> None:
        answer = what_if(carried_out([Step("only", (), lambda _: (0,))], 5), [Removed("only")])
        assert answer.declined == "The runs took no time."


def test_failed_runs_are_left_out_and_told() -> None:
    """They end early: counted in, everything would look quick."""
    runs = carried_out(workflow(), RUNS)
    cut = [replace(run, workflow_run_id=f"f{run.place}", end_ns=BEGIN + MS, nodes=(), has_failed=True) for run in runs]

    answer = what_if([*runs, *cut], [Removed("guard")])

    assert (answer.n, answer.failed_runs) == (RUNS, RUNS)
    assert answer.by_run.keys() == seconds(runs).keys()
    few = what_if([*runs[:2], *cut[:3]], [Removed("guard")])
    assert few.declined.startswith("2 runs with a known start and end, beside 3 that failed")


def test_the_same_runs_are_not_made_ready_twice_but_a_changed_list_is() -> None:
    runs: list[SampledRun] = list(carried_out(workflow(), 10))
    first = what_if(runs, [Removed("guard")])
    runs.extend(carried_out(workflow(), 20)[10:])

    assert (first.n, what_if(runs, [Removed("guard")]).n) == (10, 20)


def test_a_run_that_says_nothing_of_its_nodes_times_is_carried_along() -> None:
    runs = carried_out([Step("only", (), lambda _: (10 * MS,))], 10)
    unknown = NodeExecution("x", "x", "x", "tool", "x")
    runs = tuple(replace(run, nodes=(*run.nodes, unknown)) for run in runs)

    assert what_if(runs, [Faster("only", 0.5)]).p50.expected == 0.005
