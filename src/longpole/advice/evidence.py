"""What shows a finding: the runs to open, the steps to look at, and what these are called.

Invariant: at most ten runs are named, the newest among them.

Upstream: rules. Downstream: `domain.findings`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from longpole.advice.observations import Ints, NodeInfo, Observations
from longpole.analysis.bottlenecks import evenly
from longpole.domain import amounts

_MOST_RUNS = 10


def shown_by(
    observed: Observations, kind: str, runs: Ints, nodes: Iterable[NodeInfo], **figures: float | str | None
) -> Mapping[str, Any]:
    """An object of evidence: some of the `runs` (places), the newest among them, the nodes, and figures."""
    places = np.unique(runs)[::-1]
    chosen = [observed.runs.run_ids[places[at]] for at in evenly(int(places.size), _MOST_RUNS)]
    return {"kind": kind, "run_ids": chosen, "node_ids": [node.node_id for node in nodes], "figures": figures}


def titled(node: NodeInfo) -> str:
    """The node's name in a sentence."""
    return amounts.in_quotes(node.node_title, node.node_id)
