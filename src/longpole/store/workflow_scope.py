"""Which runs a pair of application and workflow means.

A Dify application has one workflow with many published versions. Dify's own
workflow id names a version; it is understood in the place of a workflow id.

Upstream: `run_reads`, `period_reads`, `run_lists`, `services.graphs`. Downstream: `tables.dimensions`.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, select

from longpole.store.row_packing import key_of
from longpole.store.tables import runs, workflows
from longpole.store.values import text


@dataclass(frozen=True, slots=True)
class WorkflowScope:
    """A workflow, or one version of it."""

    workflow_key: int
    workflow_version: str | None = None

    def condition(self) -> ColumnElement[bool]:
        """What holds of the rows of `runs` that are meant."""
        of_workflow = runs.c.workflow_key == self.workflow_key
        if self.workflow_version is None:
            return of_workflow
        return and_(of_workflow, runs.c.workflow_version == self.workflow_version)


def find_scope(connection: Connection, app_id: str, workflow_id: str) -> WorkflowScope | None:
    """The runs that are meant; None where there is no such workflow."""
    key = key_of((text(app_id), text(workflow_id)))
    if _exists(connection, key):
        return WorkflowScope(key)
    whole_app = key_of((text(app_id), text(app_id)))
    return WorkflowScope(whole_app, text(workflow_id)) if _exists(connection, whole_app) else None


@dataclass(frozen=True, slots=True)
class NamedWorkflow:
    """What a caller's names stand for: a workflow, and which version of it."""

    app_id: str
    workflow_id: str
    version: str | None


def workflow_of(connection: Connection, app_id: str, workflow_id: str, version: str | None = None) -> NamedWorkflow:
    """The workflow that is meant, by the same rule; as it was named where there is none yet."""
    scope = find_scope(connection, app_id, workflow_id)
    if scope is None or scope.workflow_version is None:
        return NamedWorkflow(app_id, workflow_id, version)
    return NamedWorkflow(app_id, app_id, version or workflow_id)


def _exists(connection: Connection, workflow_key: int) -> bool:
    query = select(workflows.c.workflow_key).where(workflows.c.workflow_key == workflow_key)
    return connection.execute(query).first() is not None
