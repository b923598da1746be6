"""A run as a plan that can be carried out again: what waits for what, how long each takes, and what lay between.

    fetch   ████████┐
    parse   ███┐    │           gate of `answer`: the last end that it waited for
    answer     └────┴··▒▒████   overhead (·): from the gate until it was ready
                                handover (▒): from when a slot was free for it, or it was ready, to its start
    run     ├────────────────·┤ tail (·): from the last child's end to the container's own

Every stretch of the run is work, overhead, handover, tail, or a wait that
follows from other tasks; replayed with nothing changed, each task starts and
ends when it did. What no task of the run explains (a pool shared with other
runs) stays as it was.

Invariant: gates, overheads, work and tails of a run come to its time, in integers.

Upstream: `tasks`, `waits`, `slot_limits`. Downstream: `replay`, `what_if`.
Source: the design's analysis §1; dependency-graph simulation as in Zhu et al.,
"Daydream", USENIX ATC 2020.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from longpole.analysis.schedule_order import in_order
from longpole.analysis.slot_limits import Pool, Want, find_limit
from longpole.analysis.tasks import NOBODY, WHOLE, PlayedNode, Scopes, TaskKind, Tasks, Waits
from longpole.analysis.waits import waits
from longpole.domain.graphs import WorkflowGraph

Limits = dict[Pool, int | None]
"""How many tasks of a pool may run at once; None: any number."""


class ObservedRun(Protocol):
    """A run whole; `weight` is how many runs it stands for."""

    @property
    def workflow_run_id(self) -> str: ...  # noqa: D102 - as in the domain
    @property
    def start_ns(self) -> int | None: ...  # noqa: D102 - as in the domain
    @property
    def end_ns(self) -> int | None: ...  # noqa: D102 - as in the domain
    @property
    def nodes(self) -> Sequence[PlayedNode]: ...  # noqa: D102 - as in the domain
    @property
    def weight(self) -> float: ...  # noqa: D102 - as in advice


@dataclass(frozen=True, slots=True)
class Schedule:
    """One run's tasks, a place in every list per task; task 0 is the run. Times in nanoseconds.

    Attributes:
        makespan_ns: What the run took.
        before: What each task waits for.
        work: What a task without others inside takes; 0 of those that hold others.
        pool: What each must have a place in, None where in nothing. A place is kept from the grant to the end.
        holder: Pools are one per run, but those of turns one per container: the container, else 0.
        rank: Whose turn it is where several became ready at once.
        order: Tasks in an order in which they can be computed one by one: `task` its start, `~task` its end.
    """

    tasks: Tasks
    workflow_run_id: str
    weight: float
    makespan_ns: int
    parent: list[int]
    children: list[list[int]]
    before: list[tuple[int, ...]]
    launcher: list[int]
    overhead: list[int]
    handover: list[int]
    work: list[int]
    tail: list[int]
    pool: list[Pool | None]
    holder: list[int]
    rank: list[int]
    order: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.parent)

    def copy(self) -> "Schedule":
        """One whose times and waits can be changed without changing this one's."""
        return replace(
            self,
            before=self.before[:],
            overhead=self.overhead[:],
            handover=self.handover[:],
            work=self.work[:],
            tail=self.tail[:],
            pool=self.pool[:],
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Schedules of runs, and what limits them."""

    schedules: tuple[Schedule, ...]
    limits: Limits


def schedules(runs: Sequence[ObservedRun], graph: WorkflowGraph | None = None) -> Plan:
    """The schedules of runs of one workflow. O(runs · (steps² + n log n)) for n node executions a run.

    Args:
        runs: Runs of which start and end are known.
        graph: The declared graph, where there is one.
    """
    scopes: Scopes = {}
    tasks = [Tasks(run.nodes, run.start_ns, run.end_ns, scopes) for run in runs]
    found = waits(tasks, graph)
    made = [_schedule(run, each, before) for run, each, before in zip(runs, tasks, found, strict=True)]
    for schedule in made:
        _lags(schedule)
    return Plan(tuple(made), _limited(made))


def _schedule(run: ObservedRun, tasks: Tasks, before: Waits) -> Schedule:
    count = len(tasks)
    ends_last = [max((tasks.end[child] for child in inside), default=0) for inside in tasks.children]
    schedule = Schedule(
        tasks=tasks,
        workflow_run_id=run.workflow_run_id,
        weight=run.weight,
        makespan_ns=tasks.end[WHOLE],
        parent=tasks.parent,
        children=tasks.children,
        before=list(before),
        launcher=tasks.launcher,
        overhead=[0] * count,
        handover=[0] * count,
        work=[0 if tasks.children[task] else tasks.end[task] - tasks.start[task] for task in range(count)],
        tail=[tasks.end[task] - ends_last[task] if tasks.children[task] else 0 for task in range(count)],
        pool=_pools(tasks),
        holder=[tasks.parent[task] if tasks.kind[task] == TaskKind.TURN else 0 for task in range(count)],
        rank=_ranks(tasks),
    )
    schedule.order.extend(
        in_order(schedule.parent, schedule.children, schedule.before, schedule.launcher, schedule.rank)
    )
    return schedule


def _pool(tasks: Tasks, task: int) -> Pool | None:
    if tasks.kind[task] == TaskKind.TURN:
        return "turns", tasks.scope[tasks.parent[task]]
    node = tasks.node[task]
    if node is not None and node.slot is not None:
        return "slot", node.slot
    return ("slot", None) if tasks.is_leaf_execution(task) else None


def _pools(tasks: Tasks) -> list[Pool | None]:
    """What each task needs a place in; what its container has a place in already is not needed again."""
    pools: list[Pool | None] = []
    held: list[frozenset[Pool]] = []
    for task, parent in enumerate(tasks.parent):  # a container comes before what is inside it
        pool = _pool(tasks, task)
        around = frozenset() if parent == NOBODY else held[parent]
        pools.append(None if pool in around else pool)
        is_named = pool is not None and pool[0] == "slot" and pool[1] is not None
        held.append(around | {pool} if is_named and tasks.children[task] and pool is not None else around)
    return pools


def _ranks(tasks: Tasks) -> list[int]:
    ranks = [0] * len(tasks)
    for rank, task in enumerate(sorted(range(len(tasks)), key=lambda task: (tasks.start[task], task))):
        ranks[task] = rank
    return ranks


def gate(schedule: Schedule, task: int, start: Sequence[int], end: Sequence[int]) -> int:
    """When all was there that a task waits for, but for a slot."""
    moment = start[schedule.parent[task]]
    for other in schedule.before[task]:
        moment = max(moment, end[other])
    launcher = schedule.launcher[task]
    return moment if launcher == NOBODY else max(moment, start[launcher])


def _lags(schedule: Schedule) -> None:
    """Overheads as if there were no slots; below 0 where clocks overlap."""
    tasks = schedule.tasks
    for task in range(1, len(tasks)):
        schedule.overhead[task] = tasks.start[task] - gate(schedule, task, tasks.start, tasks.end)


def _limited(made: Sequence[Schedule]) -> Limits:
    """Limits of all pools; what was waited in a limited one becomes the slots' doing instead of overhead."""
    wants: dict[Pool, list[list[Want]]] = {}
    for number, schedule in enumerate(made):
        here: dict[tuple[Pool, int], list[Want]] = {}
        for task in range(1, len(schedule)):
            pool = schedule.pool[task]
            if pool is not None:
                here.setdefault((pool, schedule.holder[task]), []).append(_want(schedule, number, task))
        for (pool, _), together in here.items():
            wants.setdefault(pool, []).append(together)
    limits: Limits = {}
    for pool, groups in wants.items():
        found = find_limit(groups, is_named=pool[1] is not None)
        limits[pool] = found.limit
        for grant in found.grants:
            schedule = made[grant.run]
            schedule.overhead[grant.task] = grant.ready - grant.gate
            schedule.handover[grant.task] = grant.start - grant.granted
    return limits


def _want(schedule: Schedule, number: int, task: int) -> Want:
    tasks = schedule.tasks
    opened = tasks.start[task] - schedule.overhead[task]
    node = tasks.node[task]
    ready = None
    if node is not None and node.ready_ns is not None and not tasks.children[task]:
        ready = min(max(node.ready_ns - tasks.zero, opened), tasks.start[task])
    return Want(number, task, opened, ready, tasks.start[task], tasks.end[task])
