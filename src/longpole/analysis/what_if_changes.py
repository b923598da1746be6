"""What a change does to the schedule of a run.

Invariant: a change touches only what it names; where a run has nothing of it,
its schedule stays as it was.

Upstream: `what_if`. Downstream: `replay`. Source: virtual speed-up as in `what_if`; other durations are drawn at
the rank that an execution had.
"""

from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import Final

import numpy as np

from longpole.analysis.schedule import Plan, Schedule
from longpole.analysis.tasks import TaskKind
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

Do = Callable[[Schedule, int], None]

_TURNS: Final = "turns"
_SLOT: Final = "slot"


def changed(plan: Plan, changes: Sequence[Change]) -> Plan:
    """The schedules with all changes, one after the other; those that none of them touches are the same objects."""
    for change in changes:
        plan = _apply(change, plan)
    return plan


def places_of(schedule: Schedule, node_id: str) -> list[int]:
    """The executions of a node."""
    return schedule.tasks.places.get(node_id, [])


@singledispatch
def _apply(change: Change, plan: Plan) -> Plan:  # noqa: ARG001 - of those registered below
    raise TypeError(f"no such change: {change!r}")


@_apply.register
def _(change: Faster, plan: Plan) -> Plan:
    return _each(plan, change.node_id, lambda schedule, task: scale(schedule, task, max(0.0, 1 - change.share)))


@_apply.register
def _(change: Removed, plan: Plan) -> Plan:
    return _each(plan, change.node_id, _remove)


@_apply.register
def _(change: Cached, plan: Plan) -> Plan:
    def hit(schedule: Schedule, task: int) -> None:
        node = schedule.tasks.node[task]
        if node is not None and node.node_execution_id in change.hits.get(schedule.workflow_run_id, ()):
            _take(schedule, task, change.hit_ns)

    return _each(plan, change.node_id, hit)


@_apply.register
def _(change: OtherDurations, plan: Plan) -> Plan:
    """By rank: what was long for its input takes as long as the long ones of the others."""
    there = [(schedule, task) for schedule in plan.schedules for task in places_of(schedule, change.node_id)]
    if not there or not change.durations_ns:
        return plan
    lasted = np.array([schedule.tasks.end[task] - schedule.tasks.start[task] for schedule, task in there])
    ordered = np.sort(lasted)
    rank = (np.searchsorted(ordered, lasted, "left") + np.searchsorted(ordered, lasted, "right") - 1) / 2
    shares = rank / (lasted.size - 1) if lasted.size > 1 else np.array([0.5])
    drawn = np.quantile(np.array(change.durations_ns, dtype=np.float64), shares)
    durations = iter(drawn)
    return _each(plan, change.node_id, lambda schedule, task: _take(schedule, task, round(float(next(durations)))))


@_apply.register
def _(change: Retries, plan: Plan) -> Plan:
    def retry(schedule: Schedule, task: int) -> None:
        for attempt in schedule.children[task]:
            if schedule.tasks.kind[attempt] != TaskKind.ATTEMPT:
                return
            if change.max_attempts is not None and schedule.tasks.number[attempt] > max(1, change.max_attempts):
                _remove(schedule, attempt)
            elif schedule.tasks.number[attempt] > 1:
                schedule.overhead[attempt] = round(schedule.overhead[attempt] * max(0.0, change.wait_share))

    return _each(plan, change.node_id, retry)


@_apply.register
def _(change: ParallelIteration, plan: Plan) -> Plan:
    limits = dict(plan.limits)

    def widen(schedule: Schedule, task: int) -> None:
        for turn in schedule.children[task]:
            if schedule.tasks.kind[turn] == TaskKind.TURN:
                schedule.before[turn] = ()
                limits[_TURNS, schedule.tasks.scope[task]] = change.slots

    return Plan(_each(plan, change.node_id, widen).schedules, limits)


@_apply.register
def _(change: WithoutEdges, plan: Plan) -> Plan:
    gone = frozenset(change.edges)
    targets = {target for _, target in gone}
    made = []
    for schedule in plan.schedules:
        concerned = [task for target in sorted(targets) for task in places_of(schedule, target)]
        copy = schedule.copy() if concerned else schedule
        for task in concerned:
            copy.before[task] = _without(schedule, task, gone)
            if change.is_joined:
                _join(schedule, copy, task)
        made.append(copy)
    return Plan(tuple(made), plan.limits)


@_apply.register
def _(change: Slots, plan: Plan) -> Plan:
    return Plan(plan.schedules, {**plan.limits, (_SLOT, change.slot): change.slots})


def _each(plan: Plan, node_id: str, do: Do) -> Plan:
    """Every run's schedule after `do` to the executions of a node."""
    made = []
    for schedule in plan.schedules:
        places = places_of(schedule, node_id)
        copy = schedule.copy() if places else schedule
        for task in places:
            do(copy, task)
        made.append(copy)
    return Plan(tuple(made), plan.limits)


def _inside(schedule: Schedule, task: int) -> list[int]:
    """All that is inside a task, at any depth."""
    found: list[int] = []
    waiting = list(schedule.children[task])
    while waiting:
        inner = waiting.pop()
        found.append(inner)
        waiting += schedule.children[inner]
    return found


def scale(schedule: Schedule, task: int, factor: float) -> None:
    """Everything inside takes `factor` of its time; waits between attempts stay."""
    schedule.work[task] = round(schedule.work[task] * factor)
    schedule.tail[task] = round(schedule.tail[task] * factor)
    for inner in _inside(schedule, task):
        schedule.work[inner] = round(schedule.work[inner] * factor)
        schedule.tail[inner] = round(schedule.tail[inner] * factor)
        if schedule.tasks.kind[inner] != TaskKind.ATTEMPT:
            schedule.overhead[inner] = round(schedule.overhead[inner] * factor)
            schedule.handover[inner] = round(schedule.handover[inner] * factor)


def _remove(schedule: Schedule, task: int) -> None:
    """It takes no time and no place: what waited for it goes on when what it waited for has ended.

    Before it the engine did something for it that falls away, but not what it does before the first step, and not
    what its container worked meanwhile.
    """
    is_kept = not schedule.before[task] or not schedule.tasks.is_engine(schedule.parent[task])
    is_kept &= schedule.tasks.kind[task] == TaskKind.EXECUTION
    overhead = schedule.overhead[task] + schedule.handover[task] if is_kept else 0
    for gone in (task, *_inside(schedule, task)):
        schedule.overhead[gone] = schedule.handover[gone] = schedule.work[gone] = schedule.tail[gone] = 0
        schedule.pool[gone] = None
    schedule.overhead[task] = overhead


def _take(schedule: Schedule, task: int, duration_ns: int) -> None:
    """It takes so long, whatever is inside it."""
    for gone in _inside(schedule, task):
        _remove(schedule, gone)
    schedule.work[task] = 0 if schedule.children[task] else duration_ns
    schedule.tail[task] = duration_ns if schedule.children[task] else 0


def _join(old: Schedule, new: Schedule, task: int) -> None:
    """What waits for a task waits for what the task waits for no more."""
    let_go = [other for other in old.before[task] if other not in new.before[task]]
    for later, before in enumerate(old.before):
        if task in before:
            new.before[later] = tuple(dict.fromkeys((*new.before[later], *let_go)))


def _without(schedule: Schedule, task: int, gone: frozenset[tuple[str, str]]) -> tuple[int, ...]:
    """What a task waits for without some edges: through these, what the other one waited for."""
    node = schedule.tasks.node[task]
    target = "" if node is None else node.node_id
    kept: list[int] = []
    seen: set[int] = set()
    waiting = list(schedule.before[task])
    while waiting:
        other = waiting.pop()
        if other in seen:
            continue
        seen.add(other)
        source = schedule.tasks.node[other]
        if source is not None and (source.node_id, target) in gone:
            waiting += schedule.before[other]
        else:
            kept.append(other)
    return tuple(kept)
