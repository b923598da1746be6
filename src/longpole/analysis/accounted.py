"""How much of a run's time is accounted for: by work, retry delays and waits for slots, on the chain that decided it.

    run     ├──────────────────────────┤
    fetch    ·████████                       · the engine's, or of a span that is missing: nobody knows
    answer            ▒▒▒████████·           ▒ waited for a slot: known

What nothing accounts for cannot be predicted: it may be the engine's and stay,
or a node's that sends no spans and be anything.

Invariant: from 0 to the run's time.

Upstream: `what_if`. Downstream: `schedule`. Source: the design's analysis §1,
traps: missing spans.
"""

from longpole.analysis.schedule import Schedule
from longpole.analysis.tasks import NOBODY, WHOLE, TaskKind


def unaccounted_ns(schedule: Schedule) -> int:
    """Time on the deciding chain of a run, as it was observed, that neither work nor a known wait explains. O(n)."""
    tasks = schedule.tasks
    unknown = 0
    task, moment = WHOLE, tasks.end[WHOLE]  # the chain is followed back from a task's end
    while True:
        while tasks.children[task]:
            last = max(tasks.children[task], key=lambda child: (tasks.end[child], -tasks.start[child]))
            if tasks.is_engine(task):
                unknown += max(0, min(moment, tasks.end[task]) - tasks.end[last])
            task, moment = last, tasks.end[last]
        while task != WHOLE:
            before = _gate(schedule, task)
            unknown += _lag(schedule, task)
            if before == tasks.parent[task]:
                task = before
                continue
            if before == schedule.launcher[task]:
                task = before
                continue
            task, moment = before, tasks.end[before]
            break
        else:
            return min(unknown, tasks.end[WHOLE])


def _lag(schedule: Schedule, task: int) -> int:
    """Of the time between a task's gate and its start what is neither a retry delay nor a wait for a slot."""
    tasks = schedule.tasks
    if tasks.kind[task] == TaskKind.ATTEMPT or not tasks.is_engine(tasks.parent[task]):
        return 0
    if schedule.launcher[task] != NOBODY:
        return 0  # the launcher was at work
    node = tasks.node[task]
    queued = 0 if node is None or node.ready_ns is None else schedule.handover[task]
    return max(0, schedule.overhead[task] + schedule.handover[task] - queued)


def _gate(schedule: Schedule, task: int) -> int:
    """Whose end (or, of the container and the launcher, whose start) came last before a task could start."""
    tasks = schedule.tasks
    found, moment = schedule.parent[task], tasks.start[schedule.parent[task]]
    launcher = schedule.launcher[task]
    if launcher != NOBODY and tasks.start[launcher] >= moment:
        found, moment = launcher, tasks.start[launcher]
    for other in schedule.before[task]:
        if tasks.end[other] > moment:
            found, moment = other, tasks.end[other]
    return found
