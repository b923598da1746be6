"""Executions by the step that they are of: a step that versions of a workflow name otherwise is one step all the same.

Upstream: `observations`. Downstream: rules.
"""

from collections.abc import Mapping

import numpy as np

from longpole.advice.observations import NODE_FAILED, NODE_SUCCEEDED, Ints, Observations


def node_groups(observed: Observations) -> tuple[Ints, Ints]:
    """The group of each node, those of one id being one, and for each group the one around it (-1: none)."""
    ids = sorted({node.node_id for node in observed.nodes})
    place = {node_id: at for at, node_id in enumerate(ids)}
    group = np.array([place[node.node_id] for node in observed.nodes], np.int64)
    enclosing = np.full(len(ids), -1, np.int64)
    for node in observed.nodes:
        if node.enclosing_node_id is not None:
            enclosing[place[node.node_id]] = place.get(node.enclosing_node_id, -1)
    return group, enclosing


def executions_by_group(observed: Observations, group: Ints) -> Mapping[int, Ints]:
    """The executions that succeeded or failed of each group, in order of time."""
    columns = observed.executions
    ran = np.flatnonzero((columns.status == NODE_FAILED) | (columns.status == NODE_SUCCEEDED))
    ran = ran[np.lexsort((ran, columns.start_ns[ran], group[columns.node[ran]]))]
    groups = group[columns.node[ran]]
    found, first = np.unique(groups, return_index=True)
    return dict(zip(found.tolist(), np.split(ran, first[1:]), strict=True)) if ran.size else {}
