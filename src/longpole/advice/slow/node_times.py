"""The times of a step's executions that did their work: what makes it slow is looked for in these.

Left out is what other rules speak of: failures, retries, results from a cache.
A step that holds others is no step of its own here: its inner ones are.

Invariant: in order of time; at most 20,000 of a step, evenly spread.

Upstream: `observations`. Downstream: `slow_nodes`.
"""

from dataclasses import dataclass

import numpy as np

from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.node_groups import node_groups
from longpole.advice.observations import NODE_SUCCEEDED, Floats, Ints, NodeInfo, Observations
from longpole.analysis.bottlenecks import CriticalTimes, evenly

_MOST = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class NodeTimes:
    """One step, whose time decides that of runs.

    Attributes:
        critical_share: Of the time of the sampled runs (0–1) that is its own on the critical path.
        places: Its executions, in order of time.
        durations_s: What they took, above 0.
    """

    node: NodeInfo
    critical_share: float
    places: Ints
    durations_s: Floats


def critical_node_times(observed: Observations, critical: CriticalTimes) -> tuple[NodeTimes, ...]:
    """The steps that take so much of the critical path that speeding them up may be felt, the greatest first."""
    if not critical.total or not len(observed.executions):
        return ()
    shares: dict[str, float] = {}
    for (_, node_id), times in critical.by_node.items():
        shares[node_id] = shares.get(node_id, 0.0) + sum(times) / critical.total
    holders = {node.enclosing_node_id for node in observed.nodes}
    wanted = [
        node_id for node_id, share in shares.items() if share >= LEAST_GAIN.share_of_run and node_id not in holders
    ]
    group, _ = node_groups(observed)
    info = {node.node_id: (node, int(group[at])) for at, node in enumerate(observed.nodes)}
    of_group = _worked(observed, group)
    found = []
    for node_id in sorted(wanted, key=lambda each: (-shares[each], each)):
        if node_id in info and info[node_id][1] in of_group:
            node, at = info[node_id]
            places = of_group[at]
            durations = observed.executions.elapsed_ns[places] / 1e9
            found.append(NodeTimes(node, shares[node_id], places, durations))
    return tuple(found)


def _worked(observed: Observations, group: Ints) -> dict[int, Ints]:
    columns = observed.executions
    elapsed = np.nan_to_num(columns.elapsed_ns)
    worked = (columns.status == NODE_SUCCEEDED) & (columns.attempts <= 1) & (columns.is_cached != 1) & (elapsed > 0)
    places = np.flatnonzero(worked)
    if not places.size:
        return {}
    places = places[np.lexsort((places, columns.start_ns[places], group[columns.node[places]]))]
    groups, first = np.unique(group[columns.node[places]], return_index=True)
    split = np.split(places, first[1:])
    return {int(at): each[np.array(evenly(each.size, _MOST), np.int64)] for at, each in zip(groups, split, strict=True)}
