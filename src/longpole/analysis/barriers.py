"""Steps that wait for more than anybody said: an engine that starts the next round when all of this one have ended.

    fast    ██┐                     `report` names `fast` only, but in every run it
    slow    ████████┐               started when `slow` had ended: a barrier, as
    report          └███            between LangGraph's supersteps

A start that comes late for what was named is a barrier's if, nearly every time,
the last of what always comes before the step ended just then, and not all
that ever run at once did run: then it was a slot that was given back.

Invariant: waits are only added, and only those that hold in every run.

Upstream: `waits`. Source: `predecessors`, which asks the same of one run.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from longpole.analysis.tasks import Tasks, Waits

Learnt = Mapping[int, tuple[int, ...]]
"""For each task of an instance what is learnt of what it waits for."""

_LATE_NS: Final = 1_000_000
_LATE_PART: Final = 100  # of the container's time: less is the engine's
_EXPLAINED: Final = 10  # an end explains a start if it leaves no more than this part of the wait
_FEWEST: Final = 3
_NEARLY_ALWAYS: Final = 0.9


def barriers(
    runs: Sequence[Tasks], instances: Sequence[tuple[int, Sequence[int]]], learnt: Sequence[Learnt], found: list[Waits]
) -> None:
    """Add to `found` what steps of one place waited for beside what was said. O(instances · n log n)."""
    late: dict[str, list[bool]] = defaultdict(list)
    most = max((_most_at_once(runs[run], inside) for run, inside in instances), default=0)
    for (run, inside), known in zip(instances, learnt, strict=True):
        tasks = runs[run]
        for task in inside:
            is_explained = _explained(tasks, task, found[run][task], known.get(task, ()), most)
            if is_explained is not None:
                late[_name(tasks, task)].append(is_explained)
    held = {name for name, answers in late.items() if len(answers) >= _FEWEST and _mostly(answers)}
    for (run, inside), known in zip(instances, learnt, strict=True):
        for task in inside:
            if _name(runs[run], task) in held:
                found[run][task] = tuple(dict.fromkeys((*found[run][task], *known.get(task, ()))))


def _mostly(answers: Sequence[bool]) -> bool:
    return sum(answers) >= _NEARLY_ALWAYS * len(answers)


def _explained(tasks: Tasks, task: int, said: Sequence[int], known: Sequence[int], most: int) -> bool | None:
    """Whether what is learnt says why a task came late; None if it did not come late."""
    around = tasks.parent[task]
    gate = max([tasks.start[around], *(tasks.end[other] for other in said)])
    node = tasks.node[task]
    wanted = tasks.start[task]
    if node is not None and node.ready_ns is not None:
        wanted = min(wanted, max(node.ready_ns - tasks.zero, gate))
    lag = wanted - gate
    if lag < _LATE_NS or lag * _LATE_PART < tasks.end[around] - tasks.start[around]:
        return None
    last = max((tasks.end[other] for other in known), default=gate)
    if last <= gate or (wanted - last) * _EXPLAINED > lag:
        return False
    running = sum(tasks.start[other] < last <= tasks.end[other] for other in tasks.children[around] if other != task)
    return running < most


def _most_at_once(tasks: Tasks, inside: Sequence[int]) -> int:
    moments = sorted(
        moment
        for task in inside
        if tasks.end[task] > tasks.start[task]
        for moment in ((tasks.start[task], 1), (tasks.end[task], -1))
    )
    running = most = 0
    for _, step in moments:
        running += step
        most = max(most, running)
    return most


def _name(tasks: Tasks, task: int) -> str:
    node = tasks.node[task]
    return "" if node is None else node.node_id
