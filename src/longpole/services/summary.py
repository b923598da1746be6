"""What the runs of a period come to, beside the period before it.

Upstream: `performance`. Downstream: `cell_figures`, `period_figures`, `store.period_cells`.
"""

from dataclasses import fields

from sqlalchemy import Connection

from longpole.domain.figures import PerformanceSummary, PeriodFigures
from longpole.domain.periods import Period, Question
from longpole.domain.run_lists import RunFilters
from longpole.domain.units import instant
from longpole.services import cell_figures, period_figures
from longpole.services.cell_scope import period_runs
from longpole.services.periods import before
from longpole.store.period_reads import runs_of_period
from longpole.store.workflow_scope import WorkflowScope, find_scope


def summary(connection: Connection, asked: Question, filters: RunFilters | None = None) -> PerformanceSummary:
    """The summary of a workflow's period; of those runs only that filters let through, if there are any."""
    scope = find_scope(connection, asked.app_id, asked.workflow_id)
    now = _figures(connection, scope, asked.period, filters)
    then = _figures(connection, scope, before(asked.period, asked.days), filters)
    return PerformanceSummary(
        **{each.name: getattr(now, each.name) for each in fields(now)},
        app_id=asked.app_id,
        workflow_id=asked.workflow_id,
        period_start=instant(asked.period.since_ns),
        period_end=instant(asked.now_ns),
        previous=then,
        change=period_figures.change(now, then),
    )


def _figures(
    connection: Connection, scope: WorkflowScope | None, period: Period, filters: RunFilters | None
) -> PeriodFigures:
    if filters is not None:
        return period_figures.period_figures(runs_of_period(connection, scope, period, filters))
    if scope is None:
        return cell_figures.period_figures(cell_figures.NOTHING)
    cells = period_runs(connection, scope, period, cell_figures.OF_PERIOD)
    return cell_figures.period_figures(cell_figures.total(cells))
