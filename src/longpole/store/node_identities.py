"""What nodes are known by, remembered for good: keys are hashes of it, so that it holds for any database.

Upstream: `rollup_raw`. Downstream: the table `nodes`.
"""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from longpole.analysis.sketch import Ints
from longpole.analysis.spare_time import ENGINE_TYPES
from longpole.store.tables import nodes

_KEYS_PER_QUERY = 500
_MOST_KNOWN = 200_000
Identity = tuple[str, str | None, str]
"""A node's id, the id of the node that encloses it, and its type."""

_seen: dict[int, Identity] = {}


def identities(connection: Connection, keys: set[int]) -> dict[int, Identity]:
    """The identities of nodes, by key."""
    found = {key: identity for key in keys if (identity := _seen.get(key)) is not None}
    missing = sorted(keys - found.keys())
    query = select(nodes.c.node_key, nodes.c.node_id, nodes.c.enclosing_node_id, nodes.c.node_type)
    for begin in range(0, len(missing), _KEYS_PER_QUERY):
        some = query.where(nodes.c.node_key.in_(missing[begin : begin + _KEYS_PER_QUERY]))
        found |= {key: (node_id, around, node_type) for key, node_id, around, node_type in connection.execute(some)}
    if len(_seen) > _MOST_KNOWN:
        _seen.clear()
    _seen.update({key: found[key] for key in missing})
    return found


def told_apart(node_key: Ints, known: dict[int, Identity]) -> tuple[Ints, NDArray[np.bool_]]:
    """Of each execution a number for its node, whatever type and title that had; whether it only holds others."""
    keys, places = np.unique(node_key, return_inverse=True)
    numbers: dict[tuple[str, str | None], int] = {}
    number_of = [numbers.setdefault(known[key][:2], len(numbers)) for key in keys.tolist()]
    is_engine = [known[key][2] in ENGINE_TYPES for key in keys.tolist()]
    return np.array(number_of, dtype=np.int64)[places], np.array(is_engine, dtype=np.bool_)[places]
