"""What each task of a run waits for before it can start: declared where that is known, else learnt from all runs.

    declared    by the graph: the nearest steps before it that ran, through those that were skipped
    named       by `waits_for`, where executions of the place name anything
    learnt      of all runs: what always ended before it started (`happens_before`)

Turns of a loop wait for the turn before, unless turns overlapped in some run;
attempts wait for the attempt before. What a graph says and the run contradicts
(the step started while the other ran on) did not hold in that run; what it
does not say and every run shows (a barrier) is added.

Invariant: a task waits for tasks beside it only, each of which had ended when
it started, but for the noise of clocks.

Upstream: `tasks`, `happens_before`. Downstream: `schedule`. Source: what is learnt is Lamport's order, as
`happens_before` has it; which of three ways holds is ours.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from longpole.analysis.barriers import barriers
from longpole.analysis.happens_before import NOISE, HappensBefore, Interval, Step
from longpole.analysis.tasks import TaskKind, Tasks, Waits
from longpole.domain.graphs import WorkflowGraph

Instance = tuple[int, Sequence[int]]
"""One time that a container ran: which run, and its children."""

_MOST_STEPS: Final = 200  # of more, every run speaks for itself
_MOST_BEFORE: Final = 64  # of more that a task may have waited for, the last ones to end


def waits(runs: Sequence[Tasks], graph: WorkflowGraph | None = None) -> list[Waits]:
    """What every task of every run waits for. O(runs · steps²)."""
    found: list[Waits] = [[() for _ in range(len(tasks))] for tasks in runs]
    places: dict[int, list[Instance]] = defaultdict(list)
    for run, tasks in enumerate(runs):
        for task, inside in enumerate(tasks.children):
            if inside:
                places[tasks.scope[task]].append((run, inside))
    declared = _Declared(graph)
    for instances in places.values():
        kind = runs[instances[0][0]].kind[instances[0][1][0]]
        if kind == TaskKind.ATTEMPT:
            _one_by_one(instances, found)
        elif kind == TaskKind.TURN:
            _turns(runs, instances, found)
        else:
            _Place(runs, instances, declared).fill(found)
    return found


def _turns(runs: Sequence[Tasks], instances: Sequence[Instance], found: list[Waits]) -> None:
    """Turns wait for each other unless they overlapped. One starts when it can: what its first task waits is inside."""
    is_serial = not _overlap(runs, instances)
    if is_serial:
        _one_by_one(instances, found)
    for run, inside in instances:
        tasks = runs[run]
        moment = tasks.start[tasks.parent[inside[0]]]
        for turn in inside:
            if is_serial:
                tasks.start[turn] = min(moment, tasks.start[turn])
                moment = tasks.end[turn]
            else:
                tasks.start[turn] = max(moment, min(_ready(tasks, child) for child in tasks.children[turn]))


def _ready(tasks: Tasks, task: int) -> int:
    node = tasks.node[task]
    ready = None if node is None else node.ready_ns
    return tasks.start[task] if ready is None else min(tasks.start[task], ready - tasks.zero)


def _overlap(runs: Sequence[Tasks], instances: Iterable[Instance]) -> bool:
    """Whether children of a container ever ran at the same time, by more than the noise of clocks."""
    for run, inside in instances:
        tasks = runs[run]
        ordered = sorted(inside, key=lambda task: tasks.start[task])
        if any(not _ended(tasks, one, other) for one, other in pairwise(ordered)):
            return True
    return False


def _one_by_one(instances: Iterable[Instance], found: list[Waits]) -> None:
    for run, inside in instances:
        for one, other in pairwise(inside):
            found[run][other] = (one,)


def _ended(tasks: Tasks, before: int, task: int) -> bool:
    """Whether one task had ended when another one started, but for the noise of clocks."""
    shorter = min(tasks.end[before] - tasks.start[before], tasks.end[task] - tasks.start[task])
    return (tasks.end[before] - tasks.start[task]) * NOISE <= shorter


class _Declared:
    """The edges of a graph, asked through steps that did not run."""

    def __init__(self, graph: WorkflowGraph | None) -> None:
        self.nodes = frozenset(node.node_id for node in graph.nodes) if graph else frozenset()
        self._sources: dict[str, list[str]] = defaultdict(list)
        for edge in graph.edges if graph else ():
            self._sources[edge.target].append(edge.source)
        self._known: dict[tuple[str, frozenset[str]], tuple[str, ...]] = {}

    def before(self, node_id: str, present: frozenset[str]) -> tuple[str, ...]:
        """The nearest nodes before one that are among `present`."""
        key = node_id, present
        if key not in self._known:
            found, seen, waiting = [], {node_id}, list(self._sources[node_id])
            while waiting:
                source = waiting.pop()
                if source in present:
                    found.append(source)
                elif source not in seen:
                    seen.add(source)
                    waiting += self._sources[source]
            self._known[key] = tuple(sorted(set(found)))
        return self._known[key]


class _Place:
    """The executions of one container of the workflow, over all runs."""

    def __init__(self, runs: Sequence[Tasks], instances: Sequence[Instance], declared: _Declared) -> None:
        self.runs, self.instances, self.declared = runs, instances, declared
        self.names = any(runs[run].node[task].waits_for for run, inside in instances for task in inside)  # type: ignore[union-attr]  # executions
        self.first = self._can_be_first() if self.names else frozenset()
        self.steps = [self._steps(run, inside) for run, inside in instances]
        self._order: HappensBefore | None = None
        self._is_single = all(len(inside) == 1 for _, inside in instances)
        self._is_big = len({step for steps in self.steps for step in steps}) > _MOST_STEPS

    def fill(self, found: list[Waits]) -> None:
        """Find what each execution waits for."""
        is_told = False
        for (run, inside), steps in zip(self.instances, self.steps, strict=True):
            tasks = self.runs[run]
            present = frozenset(node_id for node_id, _ in steps)
            by_node: dict[str, list[int]] = defaultdict(list)
            for (node_id, _), task in steps.items():
                by_node[node_id].append(task)
            learnt: Mapping[int, tuple[int, ...]] | None = None
            for (node_id, time), task in steps.items():
                names = self._said(tasks, task, node_id, present)
                if names is not None:
                    found[run][task] = _executions(tasks, task, by_node, names, time)
                    is_told = True
                    continue
                if learnt is None:
                    learnt = self._learnt(tasks, inside, steps)
                found[run][task] = learnt.get(task, ())
        if is_told and not self._is_big and not self._is_single:
            learnt_of_all = [
                self._learnt(self.runs[run], inside, steps)
                for (run, inside), steps in zip(self.instances, self.steps, strict=True)
            ]
            barriers(self.runs, self.instances, learnt_of_all, found)

    def _said(self, tasks: Tasks, task: int, node_id: str, present: frozenset[str]) -> Sequence[str] | None:
        """The nodes that a task waits for, as far as anybody said so."""
        if node_id in self.declared.nodes:
            return self.declared.before(node_id, present)
        node = tasks.node[task]
        if node is not None and node.waits_for:
            return node.waits_for
        return () if node_id in self.first else None

    def _can_be_first(self) -> frozenset[str]:
        """Nodes that say nothing, though others do, and that started before anything beside them had ended."""
        found: set[str] = set()
        for run, inside in self.instances:
            tasks = self.runs[run]
            first_end = min(tasks.end[task] for task in inside)
            found |= {tasks.node[task].node_id for task in inside if tasks.start[task] < first_end}  # type: ignore[union-attr]  # executions
        return frozenset(found)

    def _steps(self, run: int, inside: Sequence[int]) -> dict[Step, int]:
        tasks = self.runs[run]
        times: dict[str, int] = defaultdict(int)
        steps: dict[Step, int] = {}
        for task in inside:
            node_id = tasks.node[task].node_id  # type: ignore[union-attr]  # executions
            steps[node_id, times[node_id]] = task
            times[node_id] += 1
        return steps

    def _learnt(self, tasks: Tasks, inside: Sequence[int], steps: Mapping[Step, int]) -> Mapping[int, tuple[int, ...]]:
        if self._is_single:
            return {}
        if self._is_big:
            return _by_this_run(tasks, inside)
        if self._order is None:
            self._order = HappensBefore(
                [
                    {step: _bounds(self.runs[run], task) for step, task in each.items()}
                    for (run, _), each in zip(self.instances, self.steps, strict=True)
                ]
            )
        return {
            steps[step]: tuple(steps[source] for source in sources)
            for step, sources in self._order.predecessors(steps).items()
        }


def _bounds(tasks: Tasks, task: int) -> Interval:
    return tasks.start[task], tasks.end[task]


def _executions(
    tasks: Tasks, task: int, by_node: Mapping[str, Sequence[int]], names: Iterable[str], time: int
) -> tuple[int, ...]:
    """The executions of nodes that a task waited for: all since the task's node ran before, else the last one."""
    found: list[int] = []
    own = tasks.node[task].node_id  # type: ignore[union-attr]  # an execution
    since = tasks.start[by_node[own][time - 1]] if time else None
    for name in names:
        ended = [other for other in by_node.get(name, ()) if other != task and _ended(tasks, other, task)]
        fresh = [other for other in ended if since is None or tasks.end[other] > since]
        found += fresh or sorted(ended, key=lambda other: tasks.end[other])[-1:]
    return tuple(found)


def _by_this_run(tasks: Tasks, inside: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
    """For each task those that ended before it, and before none of which another such one started. O(n log n)."""
    ending = sorted(inside, key=lambda task: (tasks.end[task], tasks.start[task], task))
    found: dict[int, tuple[int, ...]] = {}
    ended: list[int] = []
    latest_start: int | None = None
    upcoming = iter(ending)
    pending = next(upcoming, None)
    for task in sorted(inside, key=lambda task: (tasks.start[task], tasks.end[task], task)):
        while pending is not None and pending != task and tasks.end[pending] <= tasks.start[task]:
            ended.append(pending)
            start = tasks.start[pending]
            latest_start = start if latest_start is None else max(latest_start, start)
            pending = next(upcoming, None)
        direct: list[int] = []
        for other in reversed(ended[-_MOST_BEFORE:]):
            if latest_start is not None and tasks.end[other] <= latest_start and direct:
                break
            direct.append(other)
        found[task] = tuple(direct)
    return found
