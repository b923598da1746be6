"""Edges to take out and edges to put in, so that steps run side by side and all that must wait still waits.

    a ─► b ─► c ─► d     b and c apart     a ─► b ─► d
                                           └──► c ──┘

Whatever came after c came after b as well: the meeting point waits for both.
A decision leads to each step that begins one of its branches now.

Invariant: a run does the same steps on the same conditions; the only waits
that are gone are those that were to go.

Upstream: `graphs.orders`. Downstream: `graphs.removable_edges`, `graphs.optimise.optimise`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from longpole.domain.graphs import GraphEdge
from longpole.graphs.levels import Condition, Level, bits

Places = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rewired:
    """The edges of a level that go, and those that come."""

    removed: tuple[GraphEdge, ...]
    added: tuple[GraphEdge, ...]


def groups(given_up: Places) -> list[int]:
    """Sets of places, as bits, that have to do with one another: each can be changed without the others."""
    found: list[int] = []
    for place, later in enumerate(given_up):
        if not later:
            continue
        joined = later | 1 << place
        apart = []
        for group in found:
            if group & joined:
                joined |= group
            else:
                apart.append(group)
        found = [*apart, joined]
    return sorted(found, key=lambda group: group & -group)


def rewired(level: Level, given_up: Places) -> Rewired:
    """The level without the waits in `given_up`: by place, the later places that need not wait for it, as bits."""
    kept = tuple(after & ~given_up[place] for place, after in enumerate(level.after))
    removed = tuple(
        edge for edge in level.edges if given_up[level.places[edge.source]] >> level.places[edge.target] & 1
    )
    there = set(level.edges) - set(removed)
    wanted = (*_inner(level, kept), *_beginning(level, kept, removed), *_leaving(level, kept))
    added = [edge for edge in dict.fromkeys(wanted) if edge not in there]
    return Rewired(removed, tuple(added))


def _same(level: Level) -> dict[Condition, int]:
    found: dict[Condition, int] = defaultdict(int)
    for place, condition in enumerate(level.conditions):
        found[condition] |= 1 << place
    return found


def _inner(level: Level, kept: Places) -> Iterator[GraphEdge]:
    """Within a region: each pair that waits, with nothing in between."""
    same = _same(level)
    there = {(edge.source, edge.target) for edge in level.edges}
    for place, node in enumerate(level.nodes):
        own = kept[place] & same[level.conditions[place]]
        between = 0
        for later in bits(own):
            between |= kept[later]
        for later in bits(own & ~between):
            target = level.nodes[later].node_id
            if node.node_id not in level.deciding and (node.node_id, target) not in there:
                yield GraphEdge(node.node_id, target)


def _beginning(level: Level, kept: Places, removed: tuple[GraphEdge, ...]) -> Iterator[GraphEdge]:
    """A step of a branch that waits for no other step of it any more waits for the decision."""
    same = _same(level)
    waiting = 0
    for place, after in enumerate(kept):
        waiting |= after & same[level.conditions[place]]
    for edge in removed:
        place = level.places[edge.target]
        source, branch = level.conditions[place]
        if source is not None and branch is not None and not waiting >> place & 1:
            yield GraphEdge(source, edge.target, branch or None)


def _leaving(level: Level, kept: Places) -> Iterator[GraphEdge]:
    """Where a region leads to a meeting point, all that was before its last step is waited for there."""
    same = _same(level)
    out: dict[tuple[Condition, str], int] = defaultdict(int)
    for edge in level.edges:
        place = level.places[edge.source]
        condition = level.conditions[place]
        if edge.source not in level.deciding and level.conditions[level.places[edge.target]] != condition:
            before = sum(1 << p for p in bits(same[condition]) if level.after[p] >> place & 1)
            out[condition, edge.target] |= before | 1 << place
    for (_, target), region in out.items():
        for place in bits(region):
            if not kept[place] & region and level.nodes[place].node_id not in level.deciding:
                yield GraphEdge(level.nodes[place].node_id, target)
