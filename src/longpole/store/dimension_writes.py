"""Sees to it that the rows exist which many others share: workflows, nodes, models.

Rows are only ever added, and their keys are hashes, so writing one again is
harmless. A key that was seen to be committed is not written again by this
process.

Upstream: `run_writes`, `recorded_nodes`. Downstream: `tables.dimensions`.
"""

import threading
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Table, event

from longpole.domain.runs import NodeExecution, Run
from longpole.store.bulk import insert_new_rows
from longpole.store.row_packing import Dimension, Row, key_of, model_dimension, node_dimension, workflow_dimension
from longpole.store.tables import models, nodes, workflows
from longpole.store.values import optional_text

_MOST_REMEMBERED = 200_000
_lock = threading.Lock()
_committed: WeakKeyDictionary[Engine, set[int]] = WeakKeyDictionary()
_NO_MODEL = (None, None, None)


def write_dimensions(connection: Connection, runs: Iterable[Run], executions: Iterable[NodeExecution]) -> None:
    """Add what `runs` and node `executions` refer to and what is not there yet."""
    known = _known(connection.engine)
    added: list[int] = []
    for table, dimensions in _dimensions(runs, executions):
        rows = sorted(_new_rows(dimensions, known), key=lambda row: int(row[0]))
        insert_new_rows(connection, table, rows)
        added.extend(row[0] for row in rows)
    if added:
        _remember_on_commit(connection, added)


def _dimensions(runs: Iterable[Run], executions: Iterable[NodeExecution]) -> tuple[tuple[Table, set[Dimension]], ...]:
    seen_nodes: set[Dimension] = set()
    seen_models: set[Dimension] = set()
    for execution in executions:
        seen_nodes.add(node_dimension(execution))
        seen_models.add(model_dimension(execution))
    seen_models.discard(_NO_MODEL)
    seen_workflows = {dimension for run in runs if (dimension := workflow_dimension(run)) is not None}
    return (workflows, seen_workflows), (nodes, seen_nodes), (models, seen_models)


def _new_rows(dimensions: Iterable[Dimension], known: set[int]) -> Iterable[Row]:
    for dimension in dimensions:
        key = key_of(dimension)
        if key not in known:
            yield (key, *map(optional_text, dimension))


def _known(engine: Engine) -> set[int]:
    with _lock:
        return _committed.setdefault(engine, set())


def _remember_on_commit(connection: Connection, keys: list[int]) -> None:
    """Only what was committed is known to exist: a transaction that rolls back takes its rows with it."""
    known = _known(connection.engine)

    @event.listens_for(connection, "commit", once=True)
    def remember(_connection: Connection) -> None:
        with _lock:
            if len(known) + len(keys) > _MOST_REMEMBERED:
                known.clear()
            known.update(keys)


def forget(engine: Engine) -> None:
    """Start anew: the rows may be gone, as after a migration down and up."""
    with _lock:
        _committed.pop(engine, None)
