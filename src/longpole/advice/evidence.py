"""What shows a finding, and how its figures are written: the runs to open, the baseline beside what is expected.

Invariant: at most ten runs are named; a figure in words has its unit, its
bounds, and how many runs it is of.

Upstream: rules. Downstream: `domain.findings`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from longpole.advice.observations import Ints, NodeInfo, Observations
from longpole.analysis.bottlenecks import evenly
from longpole.analysis.proportions import Share
from longpole.domain import amounts
from longpole.domain.findings import Estimate
from longpole.domain.what_if import Shift

_MOST_RUNS = 10
_NAMES = {"p50": "half of all runs", "p95": "p95", "mean": "a run on average"}
_LEAST_SHOWN = 0.0005
_LONGEST_NAME = 60
_TWO_FIGURES_BELOW = 0.1


def shown_by(
    observed: Observations, kind: str, runs: Ints, nodes: Iterable[NodeInfo], **figures: float | str | None
) -> Mapping[str, Any]:
    """An object of evidence: some of the `runs` (places), the newest among them, the nodes, and figures."""
    places = np.unique(runs)[::-1]
    chosen = [observed.runs.run_ids[places[at]] for at in evenly(int(places.size), _MOST_RUNS)]
    return {"kind": kind, "run_ids": chosen, "node_ids": [node.node_id for node in nodes], "figures": figures}


def titled(node: NodeInfo) -> str:
    """The node's name in a sentence: on one line, in quotes, not longer than one."""
    text = " ".join(amounts.name(node.node_title or node.node_id).split()) or node.node_id
    return f"“{text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + '…'}”"


def shift_words(statistic: str, shift: Shift) -> str:
    """`p95 9.10 s → 6.40 s (5.90 s – 6.80 s)`."""
    bounds = f"{amounts.duration(max(shift.low, 0))} – {amounts.duration(max(shift.high, 0))}"
    name = _NAMES.get(statistic, statistic)
    return f"{name} {amounts.duration(shift.baseline)} → {amounts.duration(max(shift.expected, 0))} ({bounds})"


def time_estimate(statistic: str, shift: Shift, method: str, n: int) -> Estimate:
    """In seconds."""
    metric = f"execution_time_{statistic}"
    return Estimate(metric, shift.baseline, shift.expected, shift.low, shift.high, "s", method, n)


def failed_share_estimate(failed: int, prevented: Share, helped: tuple[float, float, float], method: str) -> Estimate:
    """The share of runs that fail, without those that a change would prevent.

    Args:
        failed: All runs that failed, of `prevented.n`.
        prevented: Those that fail by this cause.
        helped: How many of them (0–1) would not: the expected, the least, the most.
        method: In a few words.
    """
    n = max(prevented.n, 1)
    baseline = failed / n
    expected, least, most = (
        prevented.ratio * helped[0],
        prevented.low * helped[1],
        min(prevented.high * helped[2], baseline),
    )
    after, low, high = (max(baseline - gain, 0.0) for gain in (expected, most, least))
    return Estimate("failed_run_share", baseline, after, low, high, "ratio", method, prevented.n)


def failed_share_words(estimate: Estimate) -> str:
    """`failed runs 8.2 % → 1.0 % (0.4 % – 1.9 %)`."""
    bounds = f"{_percent(estimate.low)} – {_percent(estimate.high)}"
    return f"failed runs {_percent(estimate.baseline)} → {_percent(estimate.expected)} ({bounds})"


def share_words(found: Share) -> str:
    """`41 of 500 (8.2 %, 6.1 % – 10.9 %)`."""
    return f"{found.count} of {found.n} ({_percent(found.ratio)}, {_percent(found.low)} – {_percent(found.high)})"


def _percent(ratio: float) -> str:
    if ratio <= _LEAST_SHOWN:
        return "0 %" if ratio == 0 else "<0.1 %"
    return f"{ratio * 100:.1f} %" if ratio < _TWO_FIGURES_BELOW else f"{ratio * 100:.0f} %"
