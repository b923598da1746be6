"""Two sides of which the runs are gone, or some of them: the histograms that are kept of their hours and days.

Nothing is known then of which run had which input, so that nothing is adjusted;
times are of all runs, failed ones among them; a node's are of single executions.

Upstream: `compare`. Downstream: `cell_scope`, `analysis.comparison`, `analysis.comparison_nodes`.
"""

from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection

from longpole.analysis import sketch
from longpole.analysis.comparison import Compared, Histograms, compare_histograms
from longpole.analysis.comparison_columns import Histogram
from longpole.analysis.comparison_nodes import compare_node_histograms
from longpole.analysis.rollup_cells import CACHE_RATE_UNIT, START
from longpole.analysis.sketch import Sketch
from longpole.domain.comparisons import NodeComparison
from longpole.domain.periods import Period
from longpole.domain.units import NS_PER_HOUR, NS_PER_SECOND, PICO_PER_USD
from longpole.services.cell_figures import Total, total, totals
from longpole.services.cell_scope import known_nodes, period_nodes
from longpole.services.compare_runs import MOST_NODES, Identity, blank, identity
from longpole.store.cell_reads import Names
from longpole.store.node_reads import NodeDimension
from longpole.store.workflow_scope import WorkflowScope

_OF_RUNS = Names(("run_count", "failed"), ("time_sketch", "sketches"))
_OF_NODES = Names(("executions",), ("time_sketch",))
_UNITS = {
    "elapsed_s": ("run_time", NS_PER_SECOND),
    "cost_usd": ("cost", PICO_PER_USD),
    "cache_hit_rate": ("cache_hit_rate", CACHE_RATE_UNIT),
    "retries": ("retries", 1),
}


@dataclass(frozen=True, slots=True)
class CellSide:
    """A side's histograms; `first_ns` to `last_ns` is when its runs were, to the hour."""

    run_count: int
    runs: Histograms
    nodes: dict[Identity, tuple[NodeDimension, Histogram]]
    period: Period
    first_ns: int | None = None
    last_ns: int | None = None


def cell_side(connection: Connection, scope: WorkflowScope | None, period: Period, version: str | None) -> CellSide:
    """The histograms of a workflow, or of a version of it, in the full hours of a period."""
    until = None if period.until_ns is None else -(-period.until_ns // NS_PER_HOUR) * NS_PER_HOUR
    period = Period(period.since_ns // NS_PER_HOUR * NS_PER_HOUR, until)
    if scope is None or (scope.workflow_version and version and scope.workflow_version != version):
        return CellSide(0, {}, {}, period)
    scope = replace(scope, workflow_version=version or scope.workflow_version)
    of_runs, of_nodes = period_nodes(connection, scope, period, _OF_RUNS, _OF_NODES)
    whole = total(of_runs)
    nodes = known_nodes(connection, of_nodes, identity)
    by_node = totals(of_nodes, nodes.of_cell)
    starts = of_runs.keys[:, START]
    return CellSide(
        run_count=whole.count("run_count"),
        runs=_histograms(whole),
        nodes={
            identity(node): (node, Histogram(by_node[place].sketch("time"), NS_PER_SECOND))
            for place, node in enumerate(nodes.dimensions)
        },
        period=period,
        first_ns=int(starts.min()) * NS_PER_SECOND if starts.size else None,
        last_ns=int(starts.max()) * NS_PER_SECOND + NS_PER_HOUR if starts.size else None,
    )


def _histograms(whole: Total) -> Histograms:
    found = {name: Histogram(whole.sketch(kept), unit) for name, (kept, unit) in _UNITS.items()}
    found["tokens"] = Histogram(whole.sketch("tokens_input"), 1, whole.sketch("tokens_output"))
    found["has_failed"] = Histogram(_yes_and_no(whole.count("failed"), whole.count("run_count")))
    return {name: each for name, each in found.items() if each.n}


def _yes_and_no(yes: int, of: int) -> Sketch:
    """So many ones, and zeros."""
    counts = np.array([yes] if yes else [], dtype=np.int64)
    if not of:
        return sketch.EMPTY
    return Sketch(of, of - yes, int(yes == of), int(yes > 0), yes, yes, np.full(counts.size, -1), counts)


def compared_cells(a: CellSide, b: CellSide, *, repeated: bool) -> tuple[Compared, tuple[NodeComparison, ...]]:
    """The figures and the nodes of two sides."""
    empty = Histogram(sketch.EMPTY, NS_PER_SECOND)
    pairs = []
    for key in {**a.nodes, **b.nodes}:
        node, own = a.nodes.get(key, (None, empty))
        newer, other = b.nodes.get(key, (None, empty))
        known = newer or node
        if known is not None:
            pairs.append((blank(known), own, other))
    pairs.sort(key=lambda pair: -(pair[1].sketch.total + pair[2].sketch.total))
    return compare_histograms(a.runs, b.runs, repeated=repeated), compare_node_histograms(pairs[:MOST_NODES])
