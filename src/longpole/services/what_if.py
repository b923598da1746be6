"""What a workflow's runs would have taken with a change: asked of a stated sample of its newest runs.

At most 400 runs, evenly spread over the period, are read whole and replayed;
fewer where they have many steps (60,000 node executions in all).
The order of their steps is that of the workflow's graph, where it is known.

Upstream: `performance`, `rest.what_if`, `cli.what_if`. Downstream: `store.replayable_runs`,
`store.advice_sample`, `analysis.what_if`, `analysis.cache_replay`, `graphs`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from longpole import runtime
from longpole.analysis.cache_replay import CacheReplay, Ledger
from longpole.analysis.what_if import Prepared, prepared
from longpole.analysis.what_if import what_if as replayed
from longpole.domain.errors import InvalidInputError
from longpole.domain.graphs import WorkflowGraph
from longpole.domain.periods import Question
from longpole.domain.units import NS_PER_HOUR
from longpole.domain.what_if import Cached, Change, WhatIf
from longpole.services.graphs import find_graph
from longpole.services.periods import question
from longpole.store.advice_sample import sampled_places
from longpole.store.period_reads import SUCCEEDED
from longpole.store.played_runs import PlayedRun, played_runs
from longpole.store.replayable_runs import asked_before, newest_run, replayable_runs
from longpole.store.workflow_scope import WorkflowScope, find_scope

MOST_TTL_HOURS = 24 * 365
_MOST_KEPT = 20_000
"""Runs of more node executions together are read again each time: they would take tens of megabytes."""


@dataclass(frozen=True, slots=True)
class _Ready:
    graph: WorkflowGraph | None
    prepared: Prepared


def what_if(
    app_id: str, workflow_id: str, changes: Sequence[Change], days: int = 7, *, ttl_hours: float | None = None
) -> WhatIf:
    """What the runs of the last `days` days would have taken with all of `changes`.

    Args:
        app_id: The application.
        workflow_id: The workflow.
        changes: Made one after the other.
        days: The period.
        ttl_hours: Of `Cached` without hits: the hits are those that a cache of this TTL would have had.

    Returns:
        The figures; of a workflow that is unknown, or of too few runs, why there are none.

    Raises:
        InvalidInputError: `days` is not 1 to 365, `ttl_hours` not above 0.
    """
    if ttl_hours is not None and not 0 < ttl_hours <= MOST_TTL_HOURS:
        raise InvalidInputError("ttl_hours", f"must be above 0 and at most {MOST_TTL_HOURS}", ttl_hours)
    asked = question(app_id, workflow_id, days)
    with runtime.reading() as connection:
        ready = _prepared(connection, asked)
        real = [
            _with_hits(connection, asked, change, ttl_hours) if isinstance(change, Cached) and ttl_hours else change
            for change in changes
        ]
    return replayed(ready, real)


def _prepared(connection: Connection, asked: Question) -> Prepared:
    """The runs of a period made ready; for some seconds the same ones, until another run is the newest.

    A run before the newest that is written anew meanwhile counts as it was.
    """
    scope = find_scope(connection, asked.app_id, asked.workflow_id)
    graph = find_graph(asked.app_id, asked.workflow_id)
    newest = newest_run(connection, scope)
    key = ("what_if", asked.app_id, asked.workflow_id, asked.days, asked.period.since_ns, newest)
    kept = runtime.current().kept
    known = kept.find(key, _Ready)
    if known is not None and known.graph == graph:
        return known.prepared
    runs, failed = _sample(connection, scope, asked)
    made = prepared(runs, graph, failed=failed)
    if sum(len(run.nodes) for run in runs) <= _MOST_KEPT:
        kept.keep(key, _Ready(graph, made))
    return made


def _sample(connection: Connection, scope: WorkflowScope | None, asked: Question) -> tuple[tuple[PlayedRun, ...], int]:
    """Runs whole, the oldest first, and how many failed ones there are beside them."""
    found = replayable_runs(connection, scope, asked.period)
    keys = found.run_key[sampled_places(found.executions)]
    weight = found.run_key.size / keys.size if keys.size else 1.0
    return tuple(played_runs(connection, keys.tolist(), weight)), found.failed


def _with_hits(connection: Connection, asked: Question, change: Cached, ttl_hours: float) -> Cached:
    """The executions that would have been hits, of all runs of the period."""
    scope = find_scope(connection, asked.app_id, asked.workflow_id)
    ledger = asked_before(connection, scope, asked.period, change.node_id)
    succeeded = ledger.status == SUCCEEDED
    replay = CacheReplay(Ledger(ledger.input_fingerprint, ledger.start_ns, ledger.end_ns, succeeded, succeeded))
    places = np.flatnonzero(replay.play(round(ttl_hours * NS_PER_HOUR)).hits)
    hits: dict[str, set[str]] = defaultdict(set)
    for place in places.tolist():
        hits[ledger.run_ids[place]].add(ledger.execution_ids[place])
    return Cached(change.node_id, {run_id: frozenset(some) for run_id, some in hits.items()}, change.hit_ns)
