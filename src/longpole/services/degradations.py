"""When workflows became slower, dearer or less reliable (or the opposite), by how much, and what was behind it.

    due workflows ─► their series ─► steps ─► told among all of this look ─► causes ─► events
                └──► new versions, run by run ─────────────────────────────────┘

However many series are looked at, no more than a tenth of the new events of a
look are false on average.

Upstream: `rest.degradations`, `cli.degradations`, `upkeep.degradations`, alerts.
Downstream: `degradation_series`, `degradation_events`, `degradation_versions`, `degradation_causes`,
`store.degradations`.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from longpole import runtime
from longpole.analysis.watched import HOUR, Points, discoveries
from longpole.domain.degradations import Degradation, DegradationState, DegradedMetric
from longpole.domain.units import NS_PER_SECOND, instant, instant_ns
from longpole.services.degradation_causes import causes_of
from longpole.services.degradation_events import Looked, again, candidates, looked_at, new_event
from longpole.services.degradation_series import watched
from longpole.services.degradation_versions import version_events
from longpole.store import degradations as store
from longpole.store.degradation_reads import DueWorkflow, due_workflows, remember_look
from longpole.store.workflow_scope import WorkflowScope, find_scope, workflow_of

_FALSE_SHARE = 0.1


def events(
    app_id: str | None = None,
    workflow_id: str | None = None,
    state: DegradationState | None = None,
    limit: int | None = None,
) -> tuple[Degradation, ...]:
    """Events, the newest first; what is None is not asked about. Improvements are among them."""
    with runtime.reading() as connection:
        if app_id is not None and workflow_id is not None:
            meant = workflow_of(connection, app_id, workflow_id)
            app_id, workflow_id = meant.app_id, meant.workflow_id
        return store.those(connection, app_id, workflow_id, state, limit=limit)


def series(app_id: str, workflow_id: str, metric: DegradedMetric, version: str | None = None) -> Points | None:
    """The series in which changes of a metric are looked for; None where there are too few runs for one."""
    with runtime.reading() as connection:
        scope = find_scope(connection, app_id, workflow_id)
        if scope is None:
            return None
        found = watched(connection, scope.workflow_key, runtime.current().clock() // NS_PER_SECOND)
    return next((each.points for each in found if each.points.metric is metric and each.version == version), None)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a look came to."""

    workflows: int = 0
    opened: int = 0
    closed: int = 0


def is_any_due(waiting_s: int = 0) -> bool:
    """Whether a workflow has runs since it was looked at, which was so long ago."""
    now = runtime.current().clock() // NS_PER_SECOND
    with runtime.reading() as connection:
        return bool(due_workflows(connection, now, now - waiting_s))


def scan(*, seconds: float | None = None, waiting_s: int = 0) -> Scanned:
    """Look at every workflow that has new runs, and was looked at so long ago; the longest waiting first.

    Those for which there is no time within `seconds` wait for the next.
    """
    last = None if seconds is None else time.monotonic() + seconds
    now = runtime.current().clock() // NS_PER_SECOND
    with runtime.reading() as connection:
        due = due_workflows(connection, now, now - waiting_s)
    looked: list[tuple[DueWorkflow, Looked]] = []
    for workflow in due:
        if last is not None and looked and time.monotonic() > last:
            break
        looked.append((workflow, _look(workflow, now)))
    return _kept(looked)


def scan_workflow(app_id: str, workflow_id: str) -> Scanned:
    """Look at one workflow now."""
    with runtime.reading() as connection:
        scope = find_scope(connection, app_id, workflow_id)
        meant = workflow_of(connection, app_id, workflow_id)
    if scope is None:
        return Scanned()
    workflow = DueWorkflow(scope.workflow_key, meant.app_id, meant.workflow_id, 0)
    return _kept([(workflow, _look(workflow, runtime.current().clock() // NS_PER_SECOND))])


def _look(workflow: DueWorkflow, now: int) -> Looked:
    """The series with their steps; none where no hour has ended since the last look."""
    if workflow.looked_at // HOUR == now // HOUR:
        return Looked(())
    with runtime.reading() as connection:
        found = watched(connection, workflow.workflow_key, now)
    return looked_at(found)


def _kept(looked: Sequence[tuple[DueWorkflow, Looked]]) -> Scanned:
    """Events opened, brought up to date and closed."""
    now = instant(runtime.current().clock())
    known, found = [], []
    for workflow, of_workflow in looked:
        with runtime.reading() as connection:
            known.append(store.those(connection, workflow.app_id, workflow.workflow_id))
        renewed = [_as_now(event, of_workflow) for event in known[-1]]
        found.append(candidates(renewed, of_workflow))
    tests = sum(len(each.series) for _, each in looked)
    flat = [each for some in found for each in some]
    told = {
        id(each)
        for each, is_told in zip(flat, discoveries([f.step.p_value for f in flat], tests, _FALSE_SHARE), strict=True)
        if is_told
    }
    total = Scanned()
    for (workflow, of_workflow), events_of, some in zip(looked, known, found, strict=True):
        fresh = [new_event(workflow.app_id, workflow.workflow_id, each, now) for each in some if id(each) in told]
        opened, closed = _store(workflow, of_workflow, events_of, fresh)
        total = Scanned(total.workflows + 1, total.opened + opened, total.closed + closed)
    return total


def _as_now(event: Degradation, looked: Looked) -> Degradation:
    if event.state is not DegradationState.OPEN:
        return event
    return again(event, looked, instant(runtime.current().clock())) or event


def _store(
    workflow: DueWorkflow, looked: Looked, known: Sequence[Degradation], fresh: Iterable[Degradation]
) -> tuple[int, int]:
    """Write what became of events; how many are new, and how many were closed."""
    now_ns = runtime.current().clock()
    scope = WorkflowScope(workflow.workflow_key)
    with runtime.reading() as connection:
        of_versions = list(version_events(connection, scope, workflow.app_id, workflow.workflow_id, now_ns))
        changed, new = _sorted([_as_now(event, looked) for event in known], of_versions, list(fresh))
        new = [replace(event, causes=causes_of(connection, scope, event)) for event in new]
    changed = [event for event in changed if event not in known]
    with runtime.unit_of_work() as connection:
        store.lock(connection, [event.id for event in changed])
        for event in changed:
            store.change(connection, event)
        opened = sum(store.add(connection, event) for event in new)
        remember_look(connection, workflow.workflow_key, now_ns // NS_PER_SECOND)
    closed = sum(event.state is DegradationState.CLOSED for event in changed)
    return opened, closed


def _sorted(
    known: Sequence[Degradation], of_versions: Sequence[Degradation], fresh: Sequence[Degradation]
) -> tuple[list[Degradation], list[Degradation]]:
    """Events that are there, with what runs of versions say of them, and those that are new; nothing twice."""
    changed, new = {event.id: event for event in known}, list(fresh)
    for event in of_versions:
        same = [each for each in [*changed.values(), *new] if _is_one(each, event)]
        if not same:
            new.append(event)
            continue
        own = changed.get(same[0].id)
        if own is not None and own.id == event.id and own.state is DegradationState.OPEN:
            kept = replace(event, found_at=own.found_at, created_at=own.created_at, causes=own.causes)
            changed[own.id] = replace(kept, started_at=own.started_at)
    return list(changed.values()), new


def _is_one(event: Degradation, other: Degradation) -> bool:
    near = abs(instant_ns(event.started_at) - instant_ns(other.started_at)) <= 24 * HOUR * NS_PER_SECOND
    is_like = event.metric is other.metric and event.is_improvement == other.is_improvement
    return event.fingerprint == other.fingerprint or (is_like and near)
