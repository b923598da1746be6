"""Which nodes decide how long a workflow's runs take: time on the critical path, over many runs.

A node that is slow but never waited for is no bottleneck; one that is quick
but in the way of everything is. What nobody worked on is told apart by its
kind.

Invariant: the critical times of all nodes and all waiting sum to the time of
the runs, in integers.

Upstream: `critical_path`. Downstream: `services.bottlenecks`. Source: the
design's analysis §1.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from longpole.analysis.critical_path import critical_path
from longpole.analysis.nesting import TimedNode
from longpole.analysis.segments import Kind

Identity = tuple[str | None, str]
"""What makes executions those of one node: the node around it, and its own id."""


class IdentifiedNode(TimedNode, Protocol):
    """A node execution that says which node it is one of."""

    @property
    def enclosing_node_id(self) -> str | None: ...  # noqa: D102 - as in the domain


@dataclass(slots=True)
class CriticalTimes:
    """What the critical paths of many runs come to, in nanoseconds.

    Attributes:
        runs: How many runs there were.
        total: The time of all runs.
        by_node: For each node its time on the path, one number per run in which it is on it.
        executions: For each node how often it ran, on the path or off it.
        waiting: Time on the paths in which no node worked, by kind.
    """

    runs: int = 0
    total: int = 0
    by_node: dict[Identity, list[int]] = field(default_factory=lambda: defaultdict(list))
    executions: Counter[Identity] = field(default_factory=Counter)
    waiting: Counter[Kind] = field(default_factory=Counter)

    def add(self, nodes: Sequence[IdentifiedNode], start_ns: int | None, end_ns: int | None) -> None:
        """Count one more run. O(n log n) for n node executions."""
        identities = {node.node_execution_id: (node.enclosing_node_id, node.node_id) for node in nodes}
        self.runs += 1
        self.executions.update(identities.values())
        here: Counter[Identity] = Counter()
        for segment in critical_path(nodes, start_ns, end_ns):
            self.total += segment.length_ns
            if segment.kind is Kind.WORK and segment.node_execution_id is not None:
                here[identities[segment.node_execution_id]] += segment.length_ns
            else:
                self.waiting[segment.kind] += segment.length_ns
        for identity, length in here.items():
            self.by_node[identity].append(length)

    @property
    def coverage(self) -> float | None:
        """The share of the runs' time that nodes, queues or retry delays account for; None of no time."""
        return 1 - self.waiting[Kind.ENGINE_OVERHEAD] / self.total if self.total else None

    def ranked(self) -> list[Identity]:
        """Nodes on the path, the most time first."""
        sums: Mapping[Identity, int] = {identity: sum(times) for identity, times in self.by_node.items()}
        return sorted(sums, key=lambda identity: (-sums[identity], identity[1], identity[0] or ""))


def critical_times(
    runs: Iterable[tuple[Sequence[IdentifiedNode], int | None, int | None]],
) -> CriticalTimes:
    """The critical times of runs, each given as its node executions, its start and its end."""
    times = CriticalTimes()
    for nodes, start_ns, end_ns in runs:
        times.add(nodes, start_ns, end_ns)
    return times


def evenly(count: int, most: int) -> list[int]:
    """At most `most` of the places 0 to `count` - 1, evenly spread, the same ones each time."""
    return [place * count // most for place in range(most)] if count > most else list(range(count))
