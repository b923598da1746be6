"""How long a node took by itself: its time without the time in which nodes inside it ran.

    plan    ████████████     self: ██    ██  ██
    (llm)     ████
    (tool)      ████  ██

Times of nodes that run at once overlap, so the self times of a run may sum to
more than it took; those of one chain sum to its time.

Upstream: `nesting`. Downstream: `services.breakdown`. Source: exclusive time,
as in every profiler; CRISP §3.
"""

from collections.abc import Iterator
from typing import Any

from longpole.analysis.nesting import RUN, Nesting
from longpole.analysis.spare_time import union


def covered_times(nesting: Nesting[Any]) -> dict[str, int]:
    """For each node execution that has others inside it, for how many nanoseconds any of them ran. O(n log n).

    A node's self time is its time less this, and is not below 0.
    """
    return {nesting.nodes[place].node_execution_id: length for place, length in covered_lengths(nesting)}


def covered_lengths(nesting: Nesting[Any]) -> Iterator[tuple[int, int]]:
    """The same by places of the nesting."""
    for place, children in nesting.children.items():
        if place != RUN:
            inside = union((nesting.start[child], nesting.end[child]) for child in children)
            yield place, sum(end - start for start, end in inside)
