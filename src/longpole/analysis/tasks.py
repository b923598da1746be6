"""What ran in a run, as tasks that hold each other: the run, its executions, turns of loops, attempts.

    run
    ├ fetch                     tried twice: two attempts, one after the other
    │ ├ attempt 1
    │ └ attempt 2
    └ each_page                 a loop: its children by turn
      ├ turn 0: read, judge
      └ turn 1: read, judge

Turns are those that the telemetry numbers; where it does not, a turn begins
where what came first in the container comes again, or, where turns overlap,
the n-th times of all children are the n-th turn. A container that is no loop
has one turn.

Invariant: a task lies within its container; task 0 is the run.

Upstream: `nesting`. Downstream: `schedule`. Source: the rules are ours, found on recordings of engines
that number turns and of some that do not.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import Final, Protocol

from longpole.analysis.happens_before import NOISE
from longpole.analysis.nesting import RUN, Nesting, TimedNode
from longpole.analysis.spare_time import ENGINE_TYPES
from longpole.domain.runs import Attempt

WHOLE: Final = 0
"""The place of the run among its tasks."""
NOBODY: Final = -1
Scopes = dict[tuple[int, str], int]
"""Numbers of the containers of a workflow, by the number of the container around and their name; the run's is 0."""
Waits = list[tuple[int, ...]]
"""For each task of a run the tasks that it waits for."""
TURN: Final = "\0turn"
ATTEMPT: Final = "\0attempt"


class PlayedNode(TimedNode, Protocol):
    """What a replay asks of a node execution besides; `domain.runs.NodeExecution` is one."""

    @property
    def attempts(self) -> int: ...  # noqa: D102 - as in the domain
    @property
    def iteration_index(self) -> int | None: ...  # noqa: D102 - as in the domain
    @property
    def slot(self) -> str | None: ...  # noqa: D102 - as in the domain


class TaskKind(IntEnum):
    """What a task is."""

    RUN = 0
    EXECUTION = 1
    TURN = 2
    ATTEMPT = 3


class Tasks:
    """The tasks of one run, a place in every list per task; times in nanoseconds since the run's start.

    Attributes:
        node: The execution, None for other tasks.
        places: The executions of each node.
        launcher: The task beside it that launched it without waiting, else `NOBODY`.
        scope: Which container of the workflow it is: what is inside is ordered by the same rules in every run.
    """

    def __init__(
        self, nodes: Iterable[PlayedNode], start_ns: int | None, end_ns: int | None, scopes: Scopes | None = None
    ) -> None:
        self._scopes: Scopes = {} if scopes is None else scopes
        nesting = Nesting(nodes, start_ns, end_ns)
        self.zero = nesting.start_ns
        self.kind: list[TaskKind] = []
        self.node: list[PlayedNode | None] = []
        self.parent: list[int] = []
        self.children: list[list[int]] = []
        self.start: list[int] = []
        self.end: list[int] = []
        self.number: list[int] = []
        self.launcher: list[int] = []
        self.places: dict[str, list[int]] = {}
        self.scope: list[int] = []
        self._nesting = nesting
        self._task_of: dict[int, int] = {}
        self._add(TaskKind.RUN, None, NOBODY, (nesting.start_ns, nesting.end_ns), 0)
        self._fill(RUN, WHOLE)
        self._launched()

    def __len__(self) -> int:
        return len(self.kind)

    def is_leaf_execution(self, task: int) -> bool:
        """An execution with no other inside."""
        if self.kind[task] != TaskKind.EXECUTION:
            return False
        inside = self.children[task]
        return not inside or (
            self.kind[inside[0]] == TaskKind.ATTEMPT and not any(self.children[attempt] for attempt in inside)
        )

    def is_engine(self, container: int) -> bool:
        """Whether what the children of a container leave is nobody's work, but the engine's."""
        if self.kind[container] == TaskKind.TURN:
            container = self.parent[container]
        if self.kind[container] != TaskKind.EXECUTION:
            return self.kind[container] == TaskKind.RUN
        node = self.node[container]
        holds_attempts = self.kind[self.children[container][0]] == TaskKind.ATTEMPT
        return holds_attempts or (node is not None and node.node_type in ENGINE_TYPES)

    def _add(self, kind: TaskKind, node: PlayedNode | None, parent: int, bounds: tuple[int, int], number: int) -> int:
        task = len(self.kind)
        self.kind.append(kind)
        self.node.append(node)
        self.parent.append(parent)
        self.children.append([])
        self.start.append(bounds[0] - self.zero)
        self.end.append(bounds[1] - self.zero)
        self.number.append(number)
        self.launcher.append(NOBODY)
        if node is not None:
            self.places.setdefault(node.node_id, []).append(task)
        if parent == NOBODY:
            self.scope.append(0)
        else:
            self.children[parent].append(task)
            name = {TaskKind.TURN: TURN, TaskKind.ATTEMPT: ATTEMPT}.get(kind) or (node.node_id if node else "")
            self.scope.append(self._scopes.setdefault((self.scope[parent], name), len(self._scopes) + 1))
        return task

    def _fill(self, container: int, task: int) -> None:
        """Put what is inside a container into its task; without recursion, as runs may be deep."""
        waiting = [(container, task)]
        while waiting:
            around, into = waiting.pop()
            inside = sorted(self._nesting.inside(around), key=self._by_start)
            node = None if around == RUN else self._nesting.nodes[around]
            for into_here, places in self._groups(node, into, inside):
                for place in places:
                    child = self._nesting.nodes[place]
                    made = self._add(TaskKind.EXECUTION, child, into_here, self._nesting.bounds(place), 0)
                    self._task_of[place] = made
                    if place in self._nesting.children or len(child.attempt_log) > 1:
                        waiting.append((place, made))

    def _groups(self, node: PlayedNode | None, task: int, inside: list[int]) -> Sequence[tuple[int, Sequence[int]]]:
        """Which tasks hold the children of a container: itself, or its attempts or turns, which are made."""
        if node is None:
            return ((task, inside),)
        if len(node.attempt_log) > 1:
            attempts = self._attempts(node, task)
            if attempts:
                return [
                    (attempt, [place for place in inside if self._attempt_of(place, attempts) == attempt])
                    for attempt in attempts
                ]
        if not inside:
            return ()
        turns = self._turns(inside) or [inside]  # one is enough: with its like in other runs it shall be compared
        return [
            (self._add(TaskKind.TURN, None, task, self._bounds(places), number), places)
            for number, places in enumerate(turns)
        ]

    def _attempts(self, node: PlayedNode, task: int) -> list[int]:
        """A task per attempt; none where their times are not known, or overlap."""
        log = sorted(node.attempt_log, key=lambda attempt: attempt.number)
        bounds = [self._clipped(attempt, task) for attempt in log]
        known = [each for each in bounds if each is not None]
        if len(known) < len(bounds) or any(one[1] > other[0] for one, other in pairwise(known)):
            return []
        return [self._add(TaskKind.ATTEMPT, None, task, each, number) for number, each in enumerate(known, start=1)]

    def _clipped(self, attempt: Attempt, task: int) -> tuple[int, int] | None:
        if attempt.start_ns is None or attempt.end_ns is None:
            return None
        first, last = self.start[task] + self.zero, self.end[task] + self.zero
        start = min(max(attempt.start_ns, first), last)
        return start, min(max(attempt.end_ns, start), last)

    def _attempt_of(self, place: int, attempts: Sequence[int]) -> int:
        """The last attempt that had begun when a child did."""
        begun = [attempt for attempt in attempts if self.start[attempt] <= self._nesting.start[place] - self.zero]
        return begun[-1] if begun else attempts[0]

    def _turns(self, inside: Sequence[int]) -> Sequence[Sequence[int]]:
        nodes = [self._nesting.nodes[place] for place in inside]
        if nodes and all(node.iteration_index is not None for node in nodes):
            return _grouped(inside, [node.iteration_index or 0 for node in nodes])
        times = Counter(node.node_id for node in nodes)
        if not nodes or times[nodes[0].node_id] < 2:  # noqa: PLR2004 - nothing comes again
            return ()
        cut, turn = [], -1
        for node in nodes:
            turn += node.node_id == nodes[0].node_id
            cut.append(turn)
        serial = _grouped(inside, cut)
        if all(self._follows(one, other) for one, other in pairwise(serial)):
            return serial
        if len(set(times.values())) > 1:
            return ()
        seen: Counter[str] = Counter()
        numbers = []
        for node in nodes:
            numbers.append(seen[node.node_id])
            seen[node.node_id] += 1
        return _grouped(inside, numbers)

    def _follows(self, one: Sequence[int], other: Sequence[int]) -> bool:
        (start, end), (next_start, next_end) = self._bounds(one), self._bounds(other)
        return (end - next_start) * NOISE <= min(end - start, next_end - next_start)

    def _bounds(self, places: Sequence[int]) -> tuple[int, int]:
        return min(self._nesting.start[place] for place in places), max(self._nesting.end[place] for place in places)

    def _by_start(self, place: int) -> tuple[int, int, str]:
        start, end = self._nesting.bounds(place)
        return start, end, self._nesting.nodes[place].node_execution_id

    def _launched(self) -> None:
        for place, task in self._task_of.items():
            launcher = self._task_of.get(self._nesting.launcher[place], NOBODY)
            if launcher != NOBODY and self.start[launcher] <= self.start[task] and launcher not in self._around(task):
                self.launcher[task] = launcher

    def _around(self, task: int) -> set[int]:
        """The tasks that hold one."""
        found = set()
        while task != NOBODY:
            task = self.parent[task]
            found.add(task)
        return found


def _grouped(places: Sequence[int], numbers: Sequence[int]) -> list[list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for place, number in zip(places, numbers, strict=True):
        groups[number].append(place)
    return [groups[number] for number in sorted(groups)]
