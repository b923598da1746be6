"""Which applications and workflows have runs or had some, and when each ran last.

Raw runs go after a while and their cells stay: then a workflow ran last when
the finest of its last cells begins, to 5 minutes, an hour or a day.

Upstream: `services.overview`, `services.whole_overview`.
Downstream: `tables.dimensions`, `tables.runs`, `tables.rollups`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, ScalarSelect, and_, cast, exists, func, select

from longpole.domain.units import NS_PER_SECOND
from longpole.store.rollup_horizons import Tier
from longpole.store.tables import dirty_marks, run_cells, runs, workflows
from longpole.store.values import text


@dataclass(frozen=True, slots=True)
class KnownApp:
    """An application that something is known of, the keys of such workflows of it, and when one of them ran last."""

    app_id: str
    workflow_keys: tuple[int, ...]
    last_run_ns: int


@dataclass(frozen=True, slots=True)
class KnownWorkflow:
    """A workflow that something is known of; its name is that of its latest run, None where all are gone."""

    workflow_key: int
    workflow_id: str
    workflow_name: str | None
    last_run_ns: int


@dataclass(frozen=True, slots=True)
class PlacedWorkflow:
    """The same of any application."""

    app_id: str
    workflow_key: int
    workflow_id: str
    workflow_name: str | None
    last_run_ns: int

    @property
    def named(self) -> tuple[str, str]:
        """What it is called."""
        return (self.app_id, self.workflow_id)


@dataclass(frozen=True, slots=True)
class Listed:
    """Workflows, the one that ran last first, and how many more there are."""

    listed: tuple[PlacedWorkflow, ...]
    left_out: int


_OF_WORKFLOW = runs.c.workflow_key == workflows.c.workflow_key
_NEWEST = select(runs.c.workflow_name).where(_OF_WORKFLOW).order_by(runs.c.period_ns.desc()).limit(1).scalar_subquery()
_LAST_RUN = select(func.max(runs.c.period_ns)).where(_OF_WORKFLOW).scalar_subquery()


def _last_cell(tier: Tier) -> ScalarSelect[int]:
    """When the last cell of a tier begins. One that a mark is about may be of runs that were purged."""
    cell_ns = cast(func.max(run_cells.c.cell_start), BigInteger) * NS_PER_SECOND
    of_marks = and_(dirty_marks.c.workflow_key == workflows.c.workflow_key, dirty_marks.c.tier <= tier)
    is_marked = exists().where(of_marks).correlate(workflows)
    last = select(cell_ns).where(run_cells.c.workflow_key == workflows.c.workflow_key, run_cells.c.tier == tier)
    return last.where(~is_marked).correlate(workflows).scalar_subquery()


_LAST = func.coalesce(_LAST_RUN, *map(_last_cell, Tier))


def known_apps(connection: Connection) -> list[KnownApp]:
    """The applications that have or had runs, by id. O(workflows), however many runs there are."""
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
    """The workflows of an application that have or had runs, the one that ran last first. O(workflows)."""
    query = select(
        workflows.c.workflow_key,
        workflows.c.workflow_id,
        _NEWEST.label("workflow_name"),
        _LAST.label("last_run_ns"),
    ).where(workflows.c.app_id == text(app_id))
    found = [KnownWorkflow(*row) for row in connection.execute(query) if row.last_run_ns is not None]
    return sorted(found, key=lambda known: (-known.last_run_ns, known.workflow_id))


def all_workflows(connection: Connection, app_id: str | None, limit: int) -> tuple[Listed, tuple[str, ...]]:
    """The workflows of an application, or of all, and the ids of all applications. O(workflows)."""
    query = select(workflows.c.app_id, workflows.c.workflow_key, workflows.c.workflow_id, _LAST.label("last_run_ns"))
    known = [row for row in connection.execute(query) if row.last_run_ns is not None]
    apps = tuple(sorted({row.app_id for row in known}))
    meant = [row for row in known if app_id in {None, row.app_id}]
    meant.sort(key=lambda row: (-row.last_run_ns, row.app_id, row.workflow_id))
    names = _newest_names(connection, [row.workflow_key for row in meant[:limit]])
    listed = tuple(
        PlacedWorkflow(row.app_id, row.workflow_key, row.workflow_id, names[row.workflow_key], row.last_run_ns)
        for row in meant[:limit]
    )
    return Listed(listed, max(len(meant) - limit, 0)), apps


def _newest_names(connection: Connection, keys: Sequence[int]) -> dict[int, str | None]:
    query = select(workflows.c.workflow_key, _NEWEST).where(workflows.c.workflow_key.in_(keys))
    return dict(map(tuple, connection.execute(query)))
