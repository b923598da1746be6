"""How long runs, or the executions of a node, took: not a percentile or two, but all of it.

    a version, a period      the histograms of its hours and days: costs the same for a thousand runs and ten million
    also a user, a tag, …    runs one by one (20,000 at most, spread evenly over the time)

Invariant: the bins' counts sum to `n`; percentiles are right to 1.1 %.

Upstream: `rest.distribution`. Downstream: `cell_scope`, `compare_sides`, `store.timed_columns`,
`analysis.histogram_bins`.
"""

from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection

from longpole import runtime
from longpole.analysis import sketch
from longpole.analysis.histogram_bins import LEAST_BINS, bins_of
from longpole.analysis.rollup import Cells
from longpole.analysis.rollup_cells import NODE
from longpole.analysis.sketch import Sketch
from longpole.domain.comparisons import Basis, Side
from longpole.domain.distributions import DistributedMetric, DistributionBin, TimeDistribution
from longpole.domain.errors import InvalidInputError
from longpole.domain.periods import Period
from longpole.domain.units import NS_PER_DAY, NS_PER_HOUR, NS_PER_SECOND, instant
from longpole.services.cell_figures import seconds, total
from longpole.services.cell_scope import period_nodes, period_runs
from longpole.services.compare_sides import period_said
from longpole.services.fresh_cells import fresh
from longpole.store.cell_reads import Names
from longpole.store.compared_columns import listed_runs
from longpole.store.rollup_horizons import horizons
from longpole.store.timed_columns import execution_times, keys_of_node, run_times
from longpole.store.workflow_scope import WorkflowScope, find_scope

DAYS = 7
MOST_BINS = 120
_OF_RUNS = Names(("run_count",), ("time_sketch",))
_OF_ALL_NODES = Names(("run_count",), ("sketches",))
_COUNTS, _OF_NODE = Names(("run_count",)), Names((), ("time_sketch",))


@dataclass(frozen=True, slots=True)
class _Asked:
    app_id: str
    workflow_id: str
    metric: DistributedMetric
    node_id: str | None
    side: Side
    bins: int
    period: Period
    now_ns: int


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read: values as a sketch, of which time, and of how many runs."""

    times: Sketch
    period: Period
    basis: Basis
    run_count: int
    read_runs: int


def distribution(  # noqa: PLR0917 - the call's order
    app_id: str,
    workflow_id: str,
    metric: DistributedMetric = DistributedMetric.RUN_TIME,
    node_id: str | None = None,
    runs: Side | None = None,
    bins: int = 60,
) -> TimeDistribution:
    """How run times, or the times of a node's executions, are spread.

    Args:
        app_id: The application.
        workflow_id: The workflow.
        metric: Run time, or node time.
        node_id: Of which node; executions of its id are together, wherever in the workflow they are. None: of all.
        runs: Which runs; without a period those of the last 7 days.
        bins: At most so many bins, 8 to 120.

    Raises:
        InvalidInputError: There is no such period, bins are too few or too many, or run times of a node are asked for.
        RangeTooLargeError: Too many runs are not in the histograms yet.
    """
    side = runs or Side()
    if not LEAST_BINS <= bins <= MOST_BINS:
        raise InvalidInputError("bins", f"must be {LEAST_BINS} to {MOST_BINS}", bins)
    if node_id is not None and metric is not DistributedMetric.NODE_TIME:
        raise InvalidInputError("node_id", "is only of node_time", node_id)
    now_ns = runtime.current().clock()
    since_ns, until_ns = period_said(side, "", now_ns) or (now_ns - DAYS * NS_PER_DAY, now_ns)
    period = Period(since_ns, until_ns if until_ns < now_ns else None)
    asked = _Asked(app_id, workflow_id, metric, node_id, side, bins, period, now_ns)
    return _answer(asked, fresh(lambda connection: _found(connection, asked)))


def _found(connection: Connection, asked: _Asked) -> _Found:
    scope = find_scope(connection, asked.app_id, asked.workflow_id)
    return (_of_runs if asked.side.has_filters else _of_cells)(connection, scope, asked)


def _of_cells(connection: Connection, scope: WorkflowScope | None, asked: _Asked) -> _Found:
    period, version = _covered(connection, asked.period), asked.side.version
    if scope is None or (scope.workflow_version and version and scope.workflow_version != version):
        return _Found(sketch.EMPTY, period, Basis.HISTOGRAMS, 0, 0)
    scope = replace(scope, workflow_version=version or scope.workflow_version)
    is_of_nodes = asked.metric is DistributedMetric.NODE_TIME
    if asked.node_id is None:
        whole = total(period_runs(connection, scope, period, _OF_ALL_NODES if is_of_nodes else _OF_RUNS))
        times = whole.sketch("node_time" if is_of_nodes else "run_time")
    else:
        of_runs, of_nodes = period_nodes(connection, scope, period, _COUNTS, _OF_NODE)
        whole = total(of_runs)
        times = total(_of_node(connection, of_nodes, asked.node_id)).sketch("time")
    count = whole.count("run_count")
    return _Found(times, period, Basis.HISTOGRAMS, count, count)


def _covered(connection: Connection, asked: Period) -> Period:
    """The full hours of a period; of a time of which only days are kept, the full days."""
    hours_from = horizons(connection).hours * NS_PER_SECOND

    def whole(at_ns: int, *, up: bool) -> int:
        unit = NS_PER_DAY if at_ns < hours_from else NS_PER_HOUR
        return -(-at_ns // unit) * unit if up else at_ns // unit * unit

    until = None if asked.until_ns is None else whole(asked.until_ns, up=True)
    return Period(whole(asked.since_ns, up=False), until)


def _of_node(connection: Connection, cells: Cells, node_id: str) -> Cells:
    keys = keys_of_node(connection, cells.keys[:, NODE], node_id)
    return cells.where(np.flatnonzero(np.isin(cells.keys[:, NODE], keys)))


def _of_runs(connection: Connection, scope: WorkflowScope | None, asked: _Asked) -> _Found:
    listed = listed_runs(connection, scope, asked.period, asked.side)
    read = listed.spread()
    if asked.metric is DistributedMetric.RUN_TIME:
        values = run_times(connection, read.run_key)
    else:
        values = execution_times(connection, read.run_key, asked.node_id)
    since_ns = max(asked.period.since_ns, horizons(connection).raw * NS_PER_SECOND)
    return _Found(Sketch.of(values), Period(since_ns, asked.period.until_ns), Basis.RUNS, len(listed), len(read))


def _answer(asked: _Asked, found: _Found) -> TimeDistribution:
    times, until_ns = found.times, found.period.until_ns
    binned = bins_of(times, asked.bins)
    bounds = [bound / NS_PER_SECOND for bound in binned.bounds()]
    ranges = [(0.0, 0.0, times.zeros)] if times.zeros else []
    ranges += zip(bounds[:-1], bounds[1:], binned.counts.tolist(), strict=True)
    return TimeDistribution(
        app_id=asked.app_id,
        workflow_id=asked.workflow_id,
        metric=asked.metric,
        node_id=asked.node_id,
        version=asked.side.version,
        period_start=instant(found.period.since_ns),
        period_end=instant(asked.now_ns if until_ns is None else min(until_ns, asked.now_ns)),
        basis=found.basis,
        n=times.count,
        run_count=found.run_count,
        read_runs=found.read_runs,
        min=seconds(times.least) if times.count else None,
        max=seconds(times.greatest) if times.count else None,
        avg=seconds(times.mean),
        p50=seconds(times.quantile(0.5)),
        p95=seconds(times.quantile(0.95)),
        p99=seconds(times.quantile(0.99)),
        bins_per_doubling=binned.per_doubling,
        bins=tuple(DistributionBin(low, high, count, count / times.count) for low, high, count in ranges),
    )
