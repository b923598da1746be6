"""Some runs of a workflow whole: what a replay of them needs.

Upstream: `services.observations`. Downstream: `run_rows`; `analysis.what_if` gets the runs.
"""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from longpole.analysis.bottlenecks import evenly
from longpole.domain.runs import Attempt, NodeExecution
from longpole.store.columns import Ints, ints
from longpole.store.run_reads import NODES
from longpole.store.run_rows import attempt_of, node_of
from longpole.store.tables import node_attempts, node_executions, runs

MOST_SAMPLED, MOST_SAMPLED_EXECUTIONS = 400, 60_000
LEAST_OF_VERSION = 50
"""So many runs of the newest version are enough to look at these only."""
_RUNS_AT_A_TIME = 200
Bounds = tuple[int | None, int | None]


def sampled_places(executions: Ints, most: int = MOST_SAMPLED, in_all: int = MOST_SAMPLED_EXECUTIONS) -> list[int]:
    """Which runs are looked at whole: at most `most`, evenly spread, that have at most `in_all` executions together.

    Args:
        executions: Of each run how many there are.
        most: So many runs.
        in_all: So many executions.
    """
    places = evenly(executions.size, most)
    while places and (total := int(executions[places].sum())) > in_all:
        most = min(len(places) - 1, len(places) * in_all // total)
        places = evenly(executions.size, most) if most else []
    return places


def of_newest_version(version: NDArray[Any]) -> Ints:
    """Places of the runs of the newest version, if there are enough of them; else of all.

    What a step waits for is learnt from the order in which runs did things: of two graphs at once it is neither's.

    Args:
        version: Of each run, the oldest first; whatever can be compared.
    """
    newest = np.flatnonzero(version == version[-1]) if version.size else ints(())
    return newest if newest.size >= LEAST_OF_VERSION else np.arange(version.size)


def whole_runs(connection: Connection, run_keys: Ints) -> dict[int, tuple[str, Bounds, tuple[NodeExecution, ...]]]:
    """By key: the id, start and end, and the node executions by their start; of those runs that are still there."""
    found: dict[int, tuple[str, Bounds, tuple[NodeExecution, ...]]] = {}
    for begin in range(0, run_keys.size, _RUNS_AT_A_TIME):
        some = run_keys[begin : begin + _RUNS_AT_A_TIME].tolist()
        query = select(runs.c.run_key, runs.c.workflow_run_id, runs.c.start_ns, runs.c.end_ns)
        heads = {row[0]: row for row in connection.execute(query.where(runs.c.run_key.in_(some)))}
        nodes = _nodes(connection, some, {key: head[1] for key, head in heads.items()})
        for key, (_, run_id, start_ns, end_ns) in heads.items():
            found[key] = (run_id, (start_ns, end_ns), tuple(sorted(nodes.get(key, ()), key=_by_start)))
    return found


def _nodes(connection: Connection, run_keys: list[int], run_ids: dict[int, str]) -> dict[int, list[NodeExecution]]:
    attempts = _attempts(connection, run_keys)
    found: dict[int, list[NodeExecution]] = defaultdict(list)
    for row in connection.execute(NODES.where(node_executions.c.run_key.in_(run_keys))):
        log = tuple(attempts.get((row.run_key, row.node_execution_id), ()))
        found[row.run_key].append(node_of(row, run_ids.get(row.run_key, ""), log))
    return found


def _attempts(connection: Connection, run_keys: list[int]) -> dict[tuple[int, str], list[Attempt]]:
    made: dict[tuple[int, str], list[Attempt]] = defaultdict(list)
    query = select(node_attempts).where(node_attempts.c.run_key.in_(run_keys))
    for row in connection.execute(query.order_by(node_attempts.c.attempt_number)):
        made[row.run_key, row.node_execution_id].append(attempt_of(row))
    return made


def _by_start(node: NodeExecution) -> tuple[Any, ...]:
    return (node.start_ns or 0, node.node_execution_id)


def executions_of(run: Ints, runs_in_all: int) -> Ints:
    """How many executions each run has."""
    return np.bincount(run, minlength=runs_in_all).astype(np.int64)
