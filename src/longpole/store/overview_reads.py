"""Which applications and workflows there are, and the runs of each in a period.

Upstream: `services.runs`. Downstream: `tables.dimensions`, `tables.runs`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from longpole.domain.periods import Period
from longpole.store.columns import Floats, Ints, amounts, floats, ints, pico_dollars, raw, read_columns
from longpole.store.period_reads import in_period
from longpole.store.tables import runs, workflows
from longpole.store.values import text


@dataclass(frozen=True, slots=True)
class KnownApp:
    """An application that has runs."""

    app_id: str
    workflow_count: int
    run_count: int
    last_run_ns: int


@dataclass(frozen=True, slots=True)
class KnownWorkflow:
    """A workflow that has runs; its name is that of its latest run."""

    workflow_key: int
    workflow_id: str
    workflow_name: str | None
    last_run_ns: int


@dataclass(frozen=True, slots=True)
class WorkflowColumns:
    """The runs of several workflows in a period; `status` is NaN where a run has not ended."""

    workflow_key: Ints
    status: Floats
    elapsed_ns: Floats
    known_cost: Ints


def known_apps(connection: Connection) -> list[KnownApp]:
    """The applications that have runs, by id."""
    query = (
        select(
            workflows.c.app_id,
            func.count(workflows.c.workflow_key.distinct()),
            func.count(),
            func.max(runs.c.period_ns),
        )
        .join(runs, runs.c.workflow_key == workflows.c.workflow_key)
        .group_by(workflows.c.app_id)
        .order_by(workflows.c.app_id)
    )
    return [KnownApp(*row) for row in connection.execute(query)]


def known_workflows(connection: Connection, app_id: str) -> list[KnownWorkflow]:
    """The workflows of an application that have runs, the one that ran last first."""
    of_workflow = runs.c.workflow_key == workflows.c.workflow_key
    newest = select(runs.c.workflow_name).where(of_workflow).order_by(runs.c.period_ns.desc()).limit(1)
    last = select(func.max(runs.c.period_ns)).where(of_workflow)
    query = select(
        workflows.c.workflow_key,
        workflows.c.workflow_id,
        newest.scalar_subquery().label("workflow_name"),
        last.scalar_subquery().label("last_run_ns"),
    ).where(workflows.c.app_id == text(app_id))
    found = [KnownWorkflow(*row) for row in connection.execute(query) if row.last_run_ns is not None]
    return sorted(found, key=lambda known: (-known.last_run_ns, known.workflow_id))


def runs_of_app(connection: Connection, app_id: str, period: Period) -> WorkflowColumns:
    """The runs of all workflows of an application in a period."""
    query = (
        select(
            runs.c.workflow_key,
            raw(runs.c.status),
            runs.c.elapsed_ns,
            pico_dollars(runs.c.known_cost_usd, connection.dialect.name),
        )
        .join(workflows, workflows.c.workflow_key == runs.c.workflow_key)
        .where(workflows.c.app_id == text(app_id), in_period(period))
        .order_by(runs.c.run_key)
    )
    return WorkflowColumns(*read_columns(connection, query, [ints, floats, floats, amounts]))
