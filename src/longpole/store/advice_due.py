"""Which workflows are to be analysed: not for a day, and with new runs enough to see something new.

Upstream: `services.advice_upkeep`, `services.advice_lifecycle`, `services.advice_lists`.
Downstream: `upkeep_facts` remembers when each was analysed last.
"""

from sqlalchemy import Connection, String, cast, func, literal, or_, select

from longpole.store.tables import runs, upkeep_facts, workflows
from longpole.store.upkeep_log import fact, remember
from longpole.store.workflow_scope import find_scope

_FACT = "advice:"
_DONE = "advised:"


def due_workflows(connection: Connection, before_ns: int, new_runs: int) -> list[tuple[str, str]]:
    """Application and workflow of those not analysed since `before_ns`, the longest waiting first.

    O(workflows): of each no more than `new_runs` entries of an index are looked at.
    """
    last = upkeep_facts.c.value
    since = func.coalesce(last, 0)
    some = (
        select(runs.c.period_ns)
        .where(runs.c.workflow_key == workflows.c.workflow_key, runs.c.period_ns > since)
        .limit(new_runs)
        .correlate(workflows, upkeep_facts)
        .subquery()
    )
    enough = select(func.count()).select_from(some).scalar_subquery() >= new_runs
    query = (
        select(workflows.c.app_id, workflows.c.workflow_id)
        .select_from(workflows.outerjoin(upkeep_facts, upkeep_facts.c.name == _fact_of_row()))
        .where(or_(last.is_(None), last <= before_ns), enough)
        .order_by(since, workflows.c.workflow_key)
    )
    return [(row.app_id, row.workflow_id) for row in connection.execute(query)]


def remember_analysis(connection: Connection, workflow_key: int, now_ns: int) -> None:
    """A workflow is analysed now."""
    remember(connection, f"{_FACT}{workflow_key}", now_ns)


def remember_findings(connection: Connection, app_id: str, workflow_id: str, now_ns: int) -> None:
    """A workflow's findings are stored now, whoever had asked for them; nobody else may store any meanwhile."""
    scope = find_scope(connection, app_id, workflow_id)
    if scope is not None:
        remember(connection, f"{_DONE}{scope.workflow_key}", now_ns)


def analysed_ns(connection: Connection, app_id: str, workflow_id: str) -> int | None:
    """When a workflow was analysed last, whoever had asked for it; None: never."""
    scope = find_scope(connection, app_id, workflow_id)
    return None if scope is None else fact(connection, f"{_DONE}{scope.workflow_key}")


def _fact_of_row() -> object:
    return literal(_FACT).concat(cast(workflows.c.workflow_key, String))
