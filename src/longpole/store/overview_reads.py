"""Which applications and workflows have runs, and when each ran last.

Upstream: `services.overview`. Downstream: `tables.dimensions`, `tables.runs`.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from longpole.store.tables import runs, workflows
from longpole.store.values import text


@dataclass(frozen=True, slots=True)
class KnownApp:
    """An application that has runs, the keys of its workflows that do, and when one of them ran last."""

    app_id: str
    workflow_keys: tuple[int, ...]
    last_run_ns: int


@dataclass(frozen=True, slots=True)
class KnownWorkflow:
    """A workflow that has runs; its name is that of its latest run."""

    workflow_key: int
    workflow_id: str
    workflow_name: str | None
    last_run_ns: int


_OF_WORKFLOW = runs.c.workflow_key == workflows.c.workflow_key
_NEWEST = select(runs.c.workflow_name).where(_OF_WORKFLOW).order_by(runs.c.period_ns.desc()).limit(1).scalar_subquery()
_LAST = select(func.max(runs.c.period_ns)).where(_OF_WORKFLOW).scalar_subquery()


def known_apps(connection: Connection) -> list[KnownApp]:
    """The applications that have runs, by id. O(workflows), however many runs there are."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    query = select(workflows.c.app_id, workflows.c.workflow_key, _LAST.label("last_run_ns"))
    for app_id, key, last_run_ns in connection.execute(query.order_by(workflows.c.app_id, workflows.c.workflow_id)):
        if last_run_ns is not None:
            found[app_id].append((key, last_run_ns))
    return [
        KnownApp(app_id, tuple(key for key, _ in of_app), max(last_ns for _, last_ns in of_app))
        for app_id, of_app in sorted(found.items())
    ]


def known_workflows(connection: Connection, app_id: str) -> list[KnownWorkflow]:
    """The workflows of an application that have runs, the one that ran last first. O(workflows)."""
    query = select(
        workflows.c.workflow_key,
        workflows.c.workflow_id,
        _NEWEST.label("workflow_name"),
        _LAST.label("last_run_ns"),
    ).where(workflows.c.app_id == text(app_id))
    found = [KnownWorkflow(*row) for row in connection.execute(query) if row.last_run_ns is not None]
    return sorted(found, key=lambda known: (-known.last_run_ns, known.workflow_id))
