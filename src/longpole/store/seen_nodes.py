"""The different nodes of a workflow's newest runs.

Upstream: `services.graphs`. Downstream: the tables of runs.
"""

from itertools import accumulate

from sqlalchemy import Connection, select

from longpole.graphs.engines import SeenNode
from longpole.store.tables import node_executions, nodes, runs
from longpole.store.workflow_scope import find_scope

_RUNS = 50
_EXECUTIONS = 20_000
"""Of so many node executions in all, but for a run that alone has more."""


def seen_nodes(connection: Connection, app_id: str, workflow_id: str) -> tuple[SeenNode, ...]:
    """The nodes of the newest runs of a workflow, those inside of others among them; by id."""
    scope = find_scope(connection, app_id, workflow_id)
    if scope is None:
        return ()
    newest = select(runs.c.run_key, runs.c.node_count).where(scope.condition())
    rows = connection.execute(newest.order_by(runs.c.period_ns.desc()).limit(_RUNS)).all()
    sizes = accumulate(row.node_count for row in rows)
    keys = [
        row.run_key
        for place, (row, size) in enumerate(zip(rows, sizes, strict=True))
        if not place or size <= _EXECUTIONS
    ]
    of_runs = select(node_executions.c.node_key).where(node_executions.c.run_key.in_(keys)).distinct()
    columns = (nodes.c.node_id, nodes.c.node_title, nodes.c.node_type, nodes.c.raw_type)
    query = select(*columns).where(nodes.c.node_key.in_(of_runs)).distinct()
    return tuple(SeenNode(*row) for row in connection.execute(query.order_by(*columns)))
