"""How long given runs took, and the executions of a node in them: whole nanoseconds, those that are known.

Upstream: `services.distribution`. Downstream: `number_reads`, `node_reads`, the tables of `tables.runs`.
"""

import numpy as np
from sqlalchemy import Connection

from longpole.store.columns import Ints, ints
from longpole.store.node_reads import node_dimensions
from longpole.store.number_reads import Numbers, known
from longpole.store.tables import node_executions, runs
from longpole.store.values import text

_KEYS_AT_A_TIME = 2_000
_RUNS = Numbers(runs.c.run_key, runs.c.run_key, (known(runs.c.elapsed_ns),))
_EXECUTIONS = Numbers(
    node_executions.c.run_key,
    node_executions.c.node_execution_id,
    (node_executions.c.node_key, known(node_executions.c.elapsed_ns)),
)


def run_times(connection: Connection, run_key: Ints) -> Ints:
    """The times of runs."""
    [elapsed] = _read(connection, _RUNS, run_key)
    return elapsed[elapsed >= 0]


def execution_times(connection: Connection, run_key: Ints, node_id: str | None) -> Ints:
    """The times of all node executions in runs, or of those of one node."""
    node_key, elapsed = _read(connection, _EXECUTIONS, run_key)
    is_meant = elapsed >= 0
    if node_id is not None:
        is_meant &= np.isin(node_key, keys_of_node(connection, node_key, node_id))
    return elapsed[is_meant]


def keys_of_node(connection: Connection, node_key: Ints, node_id: str) -> list[int]:
    """Those of some keys that are of a node's id: under any title and type, in any step around it."""
    dimensions = node_dimensions(connection, np.unique(node_key).tolist())
    return [key for key, node in dimensions.items() if node.node_id == text(node_id)]


def _read(connection: Connection, asked: Numbers, run_key: Ints) -> list[Ints]:
    keys = np.sort(run_key)
    parts = [
        asked.of_keys(connection, keys[begin : begin + _KEYS_AT_A_TIME].tolist())
        for begin in range(0, keys.size, _KEYS_AT_A_TIME)
    ]
    if not parts:
        return [ints(()) for _ in asked.columns]
    return [np.concatenate(each) for each in zip(*parts, strict=True)]
