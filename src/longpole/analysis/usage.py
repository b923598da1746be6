"""Usage counts once: where the nodes inside a node report tokens or money, its own report repeats them.

Upstream: `store.node_totals`, `services.breakdown`. Source: RULE 6 of the
design's OTLP contract (leaf-most usage): exact in every recorded run, where
the plain sum is wrong in a fifth.
"""

from collections.abc import Iterable


def repeated_usage(nodes: Iterable[tuple[str, str | None, bool]]) -> set[str]:
    """Of nodes given as (id, parent's id, reports usage), those that have a node inside them which reports usage.

    O(nodes); a circle of parents ends where it began.
    """
    parents: dict[str, str | None] = {}
    reporting: list[str] = []
    for node, parent, has_usage in nodes:
        parents[node] = parent
        if has_usage:
            reporting.append(node)
    outer: set[str] = set()
    for node in reporting:
        parent = parents[node]
        while parent is not None and parent != node and parent not in outer and parent in parents:
            outer.add(parent)
            parent = parents[parent]
    return outer.intersection(reporting)
