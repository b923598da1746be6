"""Single runs, whole or page by page, and the lists of applications and workflows that lead to them.

Upstream: `rest`, `cli`. Downstream: `store.run_reads`, `purging`, `overview`.
"""

from dataclasses import replace

from sqlalchemy import Connection

from longpole import runtime
from longpole.domain.errors import InvalidInputError, RunNotFoundError
from longpole.domain.figures import AppFigures, WorkflowFigures
from longpole.domain.run_lists import RunFilters, RunPage
from longpole.domain.runs import RunRecord
from longpole.services import overview
from longpole.services.fresh_cells import fresh
from longpole.services.periods import question
from longpole.services.purging import purge_runs
from longpole.store import run_reads, trace_log

_MOST_IN_A_PAGE = 1_000
_TRACE_ID_BYTES = 16
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
        return as_of_now(connection, found)


def _trace_id(text: str | None) -> bytes | None:
    """The trace id that `text` spells; None where it spells none."""
    try:
        packed = bytes.fromhex(text or "")
    except ValueError:
        return None
    return packed if len(packed) == _TRACE_ID_BYTES else None


def as_of_now(connection: Connection, record: RunRecord) -> RunRecord:
    """`record`, heard of just now where acknowledged telemetry of it waits to be assembled: it is not complete yet."""
    trace_id = _trace_id(record.run.trace_id)
    if trace_id is None or not trace_log.has_pending(connection, list(trace_log.linked(connection, [trace_id]))):
        return record
    return replace(record, run=replace(record.run, last_received_ns=runtime.current().clock()))


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
    packed = _trace_id(trace_id)
    if packed is None:
        raise InvalidInputError("trace_id", "must be 32 hexadecimal digits", trace_id)
    with runtime.reading() as connection:
        found = [
            run_reads.find_record(connection, run.workflow_run_id)
            for run in run_reads.runs_of_trace(connection, packed)
        ]
        return tuple(as_of_now(connection, record) for record in found if record is not None)


def delete_run(workflow_run_id: str) -> None:
    """Forget a run with its nodes, and what had arrived of it.

    What is sent of it again makes it anew. A trace that carries other runs as
    well keeps what it says of them, and nothing of this one.

    Raises:
        RunNotFoundError: There is no such run.
        StorageUnavailableError: What was removed up to then is gone; do it again for the rest.
    """
    with runtime.reading() as connection:
        if run_reads.find_run(connection, workflow_run_id) is None:
            raise RunNotFoundError(workflow_run_id)
    purge_runs([workflow_run_id])


def list_workflows(app_id: str, days: int = 7) -> tuple[WorkflowFigures, ...]:
    """The workflows of an application, the one that ran last first, with figures of the last `days` days.

    Raises:
        InvalidInputError: `days` is not 1 to 365.
    """
    asked = question(app_id, "", days)
    return fresh(lambda connection: overview.workflows(connection, asked))


def list_apps() -> tuple[AppFigures, ...]:
    """The applications that have runs, by id, with how many workflows and runs each has."""
    return fresh(overview.apps)
