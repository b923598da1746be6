"""Whether a workflow is silent that is not at this time: by hours that somebody says, or by its own weeks.

    three weeks ago  ··█▇█▇···   Without hours said, the stretch since the last run is laid over the weeks
    two weeks ago    ··▇█▇█···   before. Where each of them had runs in it, and not only a few, the silence
    last week        ··█▇▇█···   is news. Nights and weekends that were silent before are none.
    now              ··█▁▁

Upstream: `alerting`. Downstream: `alert_watches`, `store.period_cells`.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from longpole.alerting.wording import absent, present
from longpole.analysis.rollup_cells import START
from longpole.domain.alerts import AbsenceCondition
from longpole.domain.units import NS_PER_DAY, NS_PER_HOUR, NS_PER_SECOND, instant, nanoseconds
from longpole.services.alert_watches import Look, Watch, full_hour, watched_workflows
from longpole.store.cell_reads import Names
from longpole.store.overview_reads import KnownWorkflow
from longpole.store.period_cells import cover, run_cells_of

_WEEK_NS = 7 * NS_PER_DAY
_WEEKS, _FEWEST_WEEKS = 4, 2
_FEWEST_RUNS = 5
"""In the same stretch of every week before: at a steady rate none come then once in 150 times, and weeks must agree."""
_FORGOTTEN_NS = 28 * NS_PER_DAY
_SECONDS_PER_HOUR = 3_600


def watches(look: Look) -> Iterator[Watch]:
    """Each workflow that ran in the last four weeks; one that is named, whenever it ran."""
    condition = look.rule.condition
    assert isinstance(condition, AbsenceCondition)
    for workflow in watched_workflows(look):
        silent_ns = look.now_ns - workflow.last_run_ns
        if look.rule.workflow_id is None and silent_ns > _FORGOTTEN_NS:
            continue
        yield _watch(look, condition, workflow, silent_ns)


def _watch(look: Look, condition: AbsenceCondition, workflow: KnownWorkflow, silent_ns: int) -> Watch:
    last_run_at = instant(workflow.last_run_ns)
    usual = 0
    holds: bool | None
    if condition.hours is not None:
        holds = silent_ns >= nanoseconds(condition.hours * _SECONDS_PER_HOUR)
    elif silent_ns < NS_PER_HOUR:
        holds = False
    else:
        usual = fewest_before(look.connection, workflow, look.now_ns)
        holds = True if usual >= _FEWEST_RUNS else None
    return Watch(
        f"absence:{workflow.workflow_id}",
        holds,
        absent(workflow.workflow_id, condition, last_run_at, instant(look.now_ns), usual),
        workflow.workflow_id,
        present(workflow.workflow_id, last_run_at),
        last_run_at,
    )


def fewest_before(connection: Connection, workflow: KnownWorkflow, now_ns: int) -> int:
    """The fewest runs that a week before had in the stretch since the last run; 0 of less than two known weeks."""
    start_ns = -(-workflow.last_run_ns // NS_PER_HOUR) * NS_PER_HOUR
    end_ns = full_hour(now_ns)
    if not start_ns < end_ns <= start_ns + _WEEK_NS:
        return 0
    first_s = (start_ns - _WEEKS * _WEEK_NS) // NS_PER_SECOND
    found = cover(connection, [workflow.workflow_key], first_s, (end_ns - _WEEK_NS) // NS_PER_SECOND, by_hour=True)
    cells = run_cells_of(connection, found, Names(("run_count",)))
    starts, runs = cells.keys[:, START], cells.numbers["run_count"]
    if not len(starts):
        return 0
    known_from = int(starts.min())
    counts = []
    for week in range(1, _WEEKS + 1):
        begin, end = ((each - week * _WEEK_NS) // NS_PER_SECOND for each in (start_ns, end_ns))
        if begin >= known_from:
            counts.append(int(runs[(starts >= begin) & (starts < end)].sum()))
    return min(counts) if len(counts) >= _FEWEST_WEEKS else 0
