"""Where to look first: the nodes of a workflow by their time on the critical path.

Upstream: `performance`. Downstream: `analysis.bottlenecks`, `store.node_reads`.
"""

from collections.abc import Iterator

import numpy as np
from sqlalchemy import Connection

from longpole.analysis.bottlenecks import CriticalTimes, Identity, critical_times, evenly
from longpole.analysis.distribution import distribution
from longpole.analysis.segments import Kind
from longpole.domain.figures import Bottleneck, Bottlenecks, CriticalTime, Waiting, WaitingFigures
from longpole.domain.periods import Question
from longpole.domain.run_lists import RunFilters
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.services.figures import ratio
from longpole.store.columns import Ints
from longpole.store.node_reads import NodeDimension, TimedExecution, node_dimensions, timed_runs
from longpole.store.period_reads import runs_of_period
from longpole.store.workflow_scope import find_scope

MOST_RUNS = 2_000
"""Of more runs than this, so many are analysed, evenly spread over the period; `runs_analysed` says how many."""


def bottlenecks(connection: Connection, asked: Question, filters: RunFilters) -> Bottlenecks:
    """The nodes on the critical paths of a period's runs, the most time first, and the waiting between them."""
    keys = runs_of_period(
        connection, find_scope(connection, asked.app_id, asked.workflow_id), asked.period, filters
    ).run_key
    sample = keys[evenly(len(keys), MOST_RUNS)]
    newest: dict[Identity, int] = {}
    times = critical_times(_noting_keys(connection, sample, newest))
    dimensions = node_dimensions(connection, sorted(set(newest.values())))
    return Bottlenecks(
        app_id=asked.app_id,
        workflow_id=asked.workflow_id,
        period_start=instant(asked.period.since_ns),
        period_end=instant(asked.now_ns),
        items=tuple(_bottleneck(times, identity, dimensions[newest[identity]]) for identity in times.ranked()),
        waiting=Waiting(*(_waiting(times, kind) for kind in (Kind.QUEUE, Kind.RETRY_DELAY, Kind.ENGINE_OVERHEAD))),
        coverage=times.coverage,
        runs_analysed=times.runs,
    )


def _noting_keys(
    connection: Connection, run_keys: Ints, newest: dict[Identity, int]
) -> Iterator[tuple[list[TimedExecution], int | None, int | None]]:
    """The runs, oldest first; on the way each node's newest title and type are noted, by key."""
    for run in timed_runs(connection, run_keys):
        for node in run.nodes:
            newest[node.enclosing_node_id, node.node_id] = node.node_key
        yield list(run.nodes), run.start_ns, run.end_ns


def _bottleneck(times: CriticalTimes, identity: Identity, dimension: NodeDimension) -> Bottleneck:
    on_path = times.by_node[identity]
    found = distribution(np.array(on_path, dtype=np.float64) / NS_PER_SECOND)
    assert found is not None, "a ranked node was on a path"
    return Bottleneck(
        node_id=dimension.node_id,
        node_title=dimension.node_title,
        node_type=dimension.node_type,
        enclosing_node_id=dimension.enclosing_node_id,
        on_path_share=len(on_path) / times.runs,
        critical_share=sum(on_path) / times.total,
        critical_time=CriticalTime(found.p50, found.p95),
        execution_count=times.executions[identity],
    )


def _waiting(times: CriticalTimes, kind: Kind) -> WaitingFigures:
    waited = times.waiting[kind]
    return WaitingFigures(share=ratio(waited, times.total) or 0.0, seconds=waited / NS_PER_SECOND)
