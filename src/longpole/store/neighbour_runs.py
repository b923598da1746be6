"""Runs of the same workflow and version as a run: what can be learnt from them is true of it.

Upstream: `services.run_what_if`. Downstream: `played_runs`.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from longpole.domain.runs import Run
from longpole.store.columns import raw
from longpole.store.period_reads import FAILED
from longpole.store.played_runs import PlayedRun, played_runs
from longpole.store.tables import runs
from longpole.store.workflow_scope import find_scope

_LOOKED_AT = 60
r = runs.c


def neighbour_runs(connection: Connection, run: Run, most: int, in_all: int) -> Sequence[PlayedRun]:
    """The newest others that did not fail, whole: at most `most`, of at most `in_all` node executions together."""
    if run.app_id is None or run.workflow_id is None:
        return ()
    scope = find_scope(connection, run.app_id, run.workflow_id)
    if scope is None:
        return ()
    query = (
        select(r.run_key, r.workflow_run_id, r.node_count, r.workflow_version, func.coalesce(raw(r.status), 0))
        .where(scope.condition(), r.start_ns.is_not(None), r.end_ns.is_not(None))
        .order_by(r.period_ns.desc(), r.run_key.desc())
        .limit(_LOOKED_AT)
    )
    chosen: list[int] = []
    for key, run_id, count, version, status in connection.execute(query):
        if run_id == run.workflow_run_id or version != run.workflow_version or status == FAILED:
            continue
        if len(chosen) == most or count > in_all:
            break
        in_all -= count
        chosen.append(key)
    return played_runs(connection, chosen)
