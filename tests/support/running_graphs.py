"""Runs of a graph by an engine that takes any of the orders that the edges allow; what each step saw is kept.

A step starts when every edge to it is taken or not, and one at least is. Steps
that have started end at any time: what a step sees is what had ended by then.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from zlib import crc32

from longpole.domain.graphs import GraphEdge, WorkflowGraph


@dataclass
class Running:
    """A run.

    Attributes:
        sees: By node id, the steps whose results or traces it would notice.
        saw: By node id, what it noticed: the step, and what that one had made of what it saw itself.
    """

    sees: Mapping[str, frozenset[str]]
    seed: int
    made: dict[str, int] = field(default_factory=dict)
    saw: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    def run(self, graph: WorkflowGraph, edges: tuple[GraphEdge, ...], order: random.Random) -> "Running":
        taken: dict[GraphEdge, bool] = {}
        waiting = [node.node_id for node in graph.nodes]
        running: list[str] = []
        while waiting or running:
            ready, skipped = self._ready(waiting, edges, taken)
            for node_id in skipped:
                waiting.remove(node_id)
                taken.update({edge: False for edge in edges if edge.source == node_id})
            if skipped:
                continue
            doing = order.choice([*ready, *running])
            if doing in running:
                running.remove(doing)
                self._end(doing, edges, taken)
            else:
                waiting.remove(doing)
                running.append(doing)
                self.saw[doing] = tuple((u, self.made[u]) for u in sorted(self.sees[doing]) if u in self.made)
        return self

    def _end(self, node_id: str, edges: tuple[GraphEdge, ...], taken: dict[GraphEdge, bool]) -> None:
        self.made[node_id] = crc32(repr((node_id, self.saw[node_id])).encode())
        own = [edge for edge in edges if edge.source == node_id]
        branches = sorted({edge.branch for edge in own if edge.branch is not None})
        chosen = branches[crc32(f"{node_id} {self.seed}".encode()) % len(branches)] if branches else None
        taken.update({edge: edge.branch in {None, chosen} for edge in own})

    @staticmethod
    def _ready(
        waiting: list[str], edges: tuple[GraphEdge, ...], taken: Mapping[GraphEdge, bool]
    ) -> tuple[list[str], list[str]]:
        ready, skipped = [], []
        for node_id in waiting:
            into = [edge for edge in edges if edge.target == node_id]
            if all(edge in taken for edge in into):
                (ready if not into or any(taken[edge] for edge in into) else skipped).append(node_id)
        return ready, skipped
