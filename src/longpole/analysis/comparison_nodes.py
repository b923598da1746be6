"""Which nodes take longer, or less time, on one of two sides: per run in which they ran, for the same traffic.

A node that runs several times in a run (a loop) counts with all of its time:
its executions in one run are no independent witnesses.

Upstream: `services.compare`. Downstream: `comparison`, `confidence`. Source: that of `confidence`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from longpole.analysis.comparison import Figure, difference, influence, verdict_of
from longpole.analysis.comparison_columns import Floats, Histogram
from longpole.analysis.comparison_ground import Ground
from longpole.analysis.confidence import benjamini_hochberg
from longpole.domain.comparisons import Difference, Effect, NodeComparison, Verdict

ALPHA = 0.01
"""What is left to all nodes of a comparison's 5 %."""
_QUANTILES = (
    Figure("p50", "s", "", 0.5, Effect.RATIO),
    Figure("p95", "s", "", 0.95, Effect.RATIO, least_runs=100),
)


@dataclass(frozen=True, slots=True)
class NodeTimes:
    """A node's seconds in each run of both sides; NaN where it did not run."""

    node: NodeComparison
    a: Floats
    b: Floats


def compare_nodes(nodes: Sequence[NodeTimes], ground: Ground) -> tuple[NodeComparison, ...]:
    """The nodes, those first that make runs longer or shorter by most. O(nodes × runs log runs)."""
    return _judged([_compared(each, ground) for each in nodes], ground.problem)


def compare_node_histograms(
    nodes: Sequence[tuple[NodeComparison, Histogram, Histogram]],
) -> tuple[NodeComparison, ...]:
    """The same of histograms of single executions."""
    made = []
    for node, a, b in nodes:
        found = [difference(figure, a, b, 1.0) if min(a.n, b.n) >= figure.least_runs else None for figure in _QUANTILES]
        made.append(replace(node, n_a=a.n, n_b=b.n, p50=found[0], p95=found[1]))
    return _judged(made, None)


def _compared(times: NodeTimes, ground: Ground) -> NodeComparison:
    n_a, n_b = (int(np.isfinite(each).sum()) for each in (times.a, times.b))
    mean_a, mean_b = (float(np.nan_to_num(each).mean()) if each.size else 0.0 for each in (times.a, times.b))
    values, alike = (times.a, times.b), (np.ones(times.a.size), np.ones(times.b.size))
    found: list[Difference | None] = []
    for figure in _QUANTILES:
        own = partial(influence, figure)
        columns = None
        if min(n_a, n_b) >= figure.least_runs:
            columns = ground.adjusted(values, alike, own) or ground.raw(values, alike, own)
        found.append(None if columns is None else difference(figure, columns.a, columns.b, columns.worth))
    return replace(
        times.node,
        n_a=n_a,
        n_b=n_b,
        share_a=n_a / times.a.size if times.a.size else None,
        share_b=n_b / times.b.size if times.b.size else None,
        p50=found[0],
        p95=found[1],
        mean_shift=mean_b - mean_a,
    )


def _judged(nodes: Sequence[NodeComparison], problem: str | None) -> tuple[NodeComparison, ...]:
    tested = [(place, each) for place, node in enumerate(nodes) for each in (node.p50, node.p95) if each is not None]
    sure: list[set[Verdict]] = [set() for _ in nodes]
    for (place, found), p_value in zip(tested, benjamini_hochberg([each.p_value for _, each in tested]), strict=True):
        if p_value <= ALPHA and problem is None:
            sure[place].add(verdict_of(found))
    made = [replace(node, verdict=_verdict(node, verdicts)) for node, verdicts in zip(nodes, sure, strict=True)]
    return tuple(sorted(made, key=lambda each: (-abs(each.mean_shift or 0.0), each.node_id)))


def _verdict(node: NodeComparison, sure: set[Verdict]) -> Verdict:
    if node.p50 is None:
        return Verdict.TOO_FEW_RUNS
    told = sure & {Verdict.WORSE, Verdict.BETTER}
    return told.pop() if len(told) == 1 else Verdict.NO_EVIDENCE
