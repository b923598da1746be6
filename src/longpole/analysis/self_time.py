"""How long a node took by itself: its time without the time in which nodes inside it ran.

    plan    ████████████     self: ██    ██  ██
    (llm)     ████
    (tool)      ████  ██

Times of nodes that run at once overlap, so the self times of a run may sum to
more than it took; those of one chain sum to its time.

Upstream: `nesting`. Downstream: `services.breakdown`. Source: exclusive time,
as in every profiler; CRISP §3.
"""

from longpole.analysis.nesting import Nesting
from longpole.analysis.spare_time import union


def covered_times(nesting: Nesting) -> dict[str, int]:
    """For each node execution that has others inside it, for how many nanoseconds any of them ran. O(n log n).

    A node's self time is its time less this, and is not below 0.
    """
    covered = {}
    for place in nesting.children:
        if place >= 0:
            inside = union((nesting.start[child], nesting.end[child]) for child in nesting.children[place])
            covered[nesting.nodes[place].node_execution_id] = sum(end - start for start, end in inside)
    return covered
