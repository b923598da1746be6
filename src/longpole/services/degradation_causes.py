"""What was behind an event: runs before it compared with runs since, where they are still there.

Upstream: `degradations`. Downstream: `analysis.attribution`, `store.degradation_reads`.
"""

from sqlalchemy import Connection

from longpole.analysis.attribution import attribution
from longpole.domain.degradations import Cause, Degradation, DetectionMethod
from longpole.domain.periods import Period
from longpole.domain.units import NS_PER_DAY, instant_ns
from longpole.store.degradation_reads import Sample, sampled_runs
from longpole.store.workflow_scope import WorkflowScope

_BEFORE_NS, _SINCE_NS = 7 * NS_PER_DAY, 7 * NS_PER_DAY
_MOST_RUNS = 250
_MOST_CAUSES = 6


def causes_of(connection: Connection, scope: WorkflowScope, event: Degradation) -> tuple[Cause, ...]:
    """The causes, the most likely first; none where too few of the runs are kept. Some hundred milliseconds."""
    started = instant_ns(event.started_at)
    ended = started + _SINCE_NS if event.closed_at is None else instant_ns(event.closed_at)
    own = event.workflow_version if event.method is DetectionMethod.CHANGE_POINT else None
    times = Period(started - _BEFORE_NS, started), Period(started, ended)
    before, after = (
        sampled_runs(connection, scope, time, Sample(_MOST_RUNS, is_before=time is times[0], version=own))
        for time in times
    )
    return attribution(before, after, event.metric)[:_MOST_CAUSES]
