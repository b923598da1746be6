"""Single runs, whole or page by page, and the lists of applications and workflows that lead to them.

Upstream: `rest`, `cli`. Downstream: `store.run_reads`, `store.overview_reads`.
"""

import numpy as np
from sqlalchemy import Connection

from longpole import runtime
from longpole.domain.errors import InvalidInputError, RunNotFoundError
from longpole.domain.figures import AppFigures, WorkflowFigures
from longpole.domain.periods import Period
from longpole.domain.run_lists import RunFilters, RunPage
from longpole.domain.runs import RunRecord
from longpole.domain.units import instant
from longpole.services.figures import time_figures
from longpole.services.periods import checked_days, last_days
from longpole.store import overview_reads, run_reads, run_writes, trace_log
from longpole.store.columns import total_dollars
from longpole.store.overview_reads import KnownWorkflow, WorkflowColumns
from longpole.store.period_reads import FAILED

_MOST_IN_A_PAGE = 1_000
_EVERYTHING = RunFilters()


def get_run(workflow_run_id: str) -> RunRecord:
    """One run with its nodes.

    Raises:
        RunNotFoundError: There is no such run.
    """
    with runtime.reading() as connection:
        found = run_reads.find_record(connection, workflow_run_id)
    if found is None:
        raise RunNotFoundError(workflow_run_id)
    return found


def list_runs(
    app_id: str, workflow_id: str, filters: RunFilters = _EVERYTHING, limit: int = 50, cursor: str | None = None
) -> RunPage:
    """The newest runs of a workflow, at most `limit`; none of an unknown workflow.

    Raises:
        InvalidInputError: `limit` is not 1 to 1,000, or `cursor` is none of an earlier page.
    """
    if not 1 <= limit <= _MOST_IN_A_PAGE:
        raise InvalidInputError("limit", f"must be from 1 to {_MOST_IN_A_PAGE}", limit)
    with runtime.reading() as connection:
        return run_reads.list_runs(connection, app_id, workflow_id, filters, limit, cursor)


def runs_of_trace(trace_id: str) -> tuple[RunRecord, ...]:
    """The runs that a trace is or carries, whole, in any application.

    Args:
        trace_id: 32 hexadecimal digits.

    Raises:
        InvalidInputError: It is something else.
    """
    try:
        packed = bytes.fromhex(trace_id)
    except ValueError:
        packed = b""
    if len(packed) != 16:  # noqa: PLR2004 - bytes of a trace id
        raise InvalidInputError("trace_id", "must be 32 hexadecimal digits", trace_id)
    with runtime.reading() as connection:
        found = [
            run_reads.find_record(connection, run.workflow_run_id)
            for run in run_reads.runs_of_trace(connection, packed)
        ]
    return tuple(record for record in found if record is not None)


def delete_run(workflow_run_id: str) -> None:
    """Forget a run with its nodes, and what had arrived of it.

    What arrives of it later makes it anew. A trace that carries other runs as
    well is kept for them.

    Raises:
        RunNotFoundError: There is no such run.
    """
    with runtime.unit_of_work() as connection:
        traces = run_reads.traces_of_run(connection, workflow_run_id)
        if run_writes.delete_runs(connection, [workflow_run_id]) == 0:
            raise RunNotFoundError(workflow_run_id)
        trace_log.forget(connection, [trace for trace in traces if not run_reads.runs_of_trace(connection, trace)])


def list_workflows(app_id: str, days: int = 7) -> tuple[WorkflowFigures, ...]:
    """The workflows of an application, the one that ran last first, with figures of the last `days` days.

    Raises:
        InvalidInputError: `days` is not 1 to 365.
    """
    here = runtime.current()
    period = last_days(checked_days(days), here.clock())
    with runtime.reading() as connection:
        return _workflows(connection, app_id, period)


def _workflows(connection: Connection, app_id: str, period: Period) -> tuple[WorkflowFigures, ...]:
    known = overview_reads.known_workflows(connection, app_id)
    columns = overview_reads.runs_of_app(connection, app_id, period)
    order = np.argsort(columns.workflow_key, kind="stable")
    keys = columns.workflow_key[order]
    lines = []
    for workflow in known:
        begin, end = (
            np.searchsorted(keys, workflow.workflow_key, "left"),
            np.searchsorted(keys, workflow.workflow_key, "right"),
        )
        lines.append(_line(app_id, workflow, columns, order[begin:end]))
    return tuple(lines)


def _line(app_id: str, workflow: KnownWorkflow, columns: WorkflowColumns, places: np.ndarray) -> WorkflowFigures:
    return WorkflowFigures(
        app_id=app_id,
        workflow_id=workflow.workflow_id,
        workflow_name=workflow.workflow_name,
        run_count=len(places),
        failed=int((columns.status[places] == FAILED).sum()),
        last_run_at=instant(workflow.last_run_ns),
        execution_time=time_figures(columns.elapsed_ns[places]),
        total_cost=total_dollars(columns.known_cost[places]),
    )


def list_apps() -> tuple[AppFigures, ...]:
    """The applications that have runs, by id, with how many workflows and runs each has."""
    with runtime.reading() as connection:
        known = overview_reads.known_apps(connection)
    return tuple(AppFigures(app.app_id, app.workflow_count, app.run_count, instant(app.last_run_ns)) for app in known)
