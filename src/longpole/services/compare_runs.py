"""Two sides' runs as they are compared: which class of traffic each is of, and what its nodes took.

Upstream: `compare`. Downstream: `store.compared_columns`, `analysis.comparison`, `analysis.comparison_nodes`.
"""

from collections import Counter

import numpy as np

from longpole.analysis.comparison import Compared, Runs, compare_runs
from longpole.analysis.comparison_ground import Ground
from longpole.analysis.comparison_nodes import NodeTimes, compare_nodes
from longpole.analysis.same_traffic import Traffic
from longpole.domain.comparisons import NodeComparison, Verdict
from longpole.store.columns import Floats, Ints
from longpole.store.compared_columns import ComparedColumns
from longpole.store.node_reads import NodeDimension

_MOST_WAYS = 6
MOST_NODES = 60
"""More are no table that anybody reads; those with the most time on either side are compared."""
Identity = tuple[str, str | None, str]


def compared(a: ComparedColumns, b: ComparedColumns, *, repeated: bool) -> tuple[Compared, tuple[NodeComparison, ...]]:
    """The figures and the nodes of two sides."""
    ways = _ways(a, b)
    one, other = _runs(a, ways[0]), _runs(b, ways[1])
    found = compare_runs(one, other, repeated=repeated)
    if not len(a) or not len(b):
        return found, ()
    return found, compare_nodes(_nodes(a, b), Ground.of(one.traffic, other.traffic))


def _runs(side: ComparedColumns, ways: Ints) -> Runs:
    return Runs(
        traffic=Traffic(side.end_ns, side.input_bytes, ways),
        elapsed_s=side.elapsed_s,
        has_failed=side.has_failed,
        cost_usd=side.cost_usd,
        tokens=side.tokens,
        cache_hit_rate=side.cache_hit_rate,
        retries=side.retries,
        nodes=side.nodes,
    )


def identity(node: NodeDimension) -> Identity:
    """What makes it the same node on both sides."""
    return node.node_type, node.enclosing_node_id, node.node_id


def _ways(a: ComparedColumns, b: ComparedColumns) -> tuple[Ints, Ints]:
    """Which way each run took: which of the nodes ran that both sides have. The most common ones, and all others."""
    common = {identity(node) for node in a.dimensions} & {identity(node) for node in b.dimensions}
    numbers = np.random.default_rng(0).integers(1, 1 << 62, size=len(common))
    number_of = dict(zip(sorted(common, key=repr), numbers.tolist(), strict=True))
    sums = [_sums(side, number_of) for side in (a, b)]
    counted = Counter(np.concatenate(sums).tolist())
    most = sorted(counted, key=lambda way: (-counted[way], way))[:_MOST_WAYS]
    codes = [np.full(each.size, _MOST_WAYS, dtype=np.int64) for each in sums]
    for of_side, own in zip(codes, sums, strict=True):
        for code, way in enumerate(most):
            of_side[own == way] = code
    return codes[0], codes[1]


def _sums(side: ComparedColumns, number_of: dict[Identity, int]) -> Ints:
    """A number for each set of nodes."""
    numbers = np.array([number_of.get(identity(node), 0) for node in side.dimensions], dtype=np.int64)
    sums = np.zeros(len(side), dtype=np.int64)
    if side.node.size:
        np.add.at(sums, side.run, numbers[side.node])  # what runs over does so alike for alike sets
    return sums


def _nodes(a: ComparedColumns, b: ComparedColumns) -> list[NodeTimes]:
    times_a, times_b = _times(a), _times(b)
    known = {identity(node): node for node in (*a.dimensions, *b.dimensions)}
    nothing_a, nothing_b = np.full(len(a), np.nan), np.full(len(b), np.nan)
    made = [
        NodeTimes(blank(node), times_a.get(key, nothing_a), times_b.get(key, nothing_b)) for key, node in known.items()
    ]
    return sorted(made, key=lambda each: -float(np.nansum(each.a) + np.nansum(each.b)))[:MOST_NODES]


def blank(node: NodeDimension) -> NodeComparison:
    """A node of which nothing is known yet."""
    return NodeComparison(
        node.node_id, node.node_title, node.node_type, node.enclosing_node_id, Verdict.TOO_FEW_RUNS, 0, 0,
        None, None, None, None, None,
    )  # fmt: skip


def _times(side: ComparedColumns) -> dict[Identity, Floats]:
    """The seconds of each node in each run of a side."""
    order = np.argsort(side.node, kind="stable")
    bounds = np.searchsorted(side.node[order], np.arange(len(side.dimensions) + 1))
    found = {}
    for place, node in enumerate(side.dimensions):
        own = order[bounds[place] : bounds[place + 1]]
        times = np.full(len(side), np.nan)
        times[side.run[own]] = side.seconds[own]
        found[identity(node)] = times
    return found
