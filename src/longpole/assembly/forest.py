"""Which span is inside which: the trees that a run's spans form, however incomplete.

A span whose parent has not arrived (yet) is a top span, and is hung under its
parent when that comes. A cycle, which only a broken client can send, is cut.
Iterative throughout: a chain of 50,000 spans is as good as a flat list.

Upstream: `assembly.merge`. Downstream: all of `assembly`.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from longpole.assembly.facts import SpanFacts

NOWHERE = -1

_by_start = attrgetter("start_ns", "trace_id", "span_id")
Children = dict[int, list[int]]


class Forest:
    """Spans by index, level by level: top spans first, then what is in them, and so on; siblings by start.

    Attributes:
        spans: The spans, each after its parent.
        parent: For each span the index of its parent, `NOWHERE` for top spans.
        children: For each span that has any the indices of its children, by start.
        tops: How many top spans there are.
    """

    __slots__ = ("children", "parent", "spans", "tops")

    def __init__(self, spans: Iterable[SpanFacts]) -> None:
        given = sorted(spans, key=_by_start)
        parents = _parents(given)
        order, children = _level_by_level(parents)
        if len(order) < len(given):  # no top span leads to what is in a cycle
            order, children = _level_by_level(without_cycles(parents))
        place = [0] * len(order)
        for new, old in enumerate(order):
            place[old] = new
        self.spans: list[SpanFacts] = [given[old] for old in order]
        self.parent: list[int] = [NOWHERE] * len(order)
        self.children: Children = {}
        for parent, inside in children.items():
            self.children[place[parent]] = placed = [place[old] for old in inside]
            for index in placed:
                self.parent[index] = place[parent]
        self.tops = parents.count(NOWHERE)

    def __len__(self) -> int:
        return len(self.spans)

    def holds_below(self, marks: Sequence[bool]) -> list[bool]:
        """For each span whether any span below it is marked. O(spans)."""
        below = [False] * len(self.spans)
        for index in range(len(self.spans) - 1, self.tops - 1, -1):
            if marks[index] or below[index]:
                below[self.parent[index]] = True
        return below

    def depths(self) -> list[int]:
        """For each span the number of its ancestors."""
        depths: list[int] = []
        for parent in self.parent:
            depths.append(0 if parent == NOWHERE else depths[parent] + 1)
        return depths


def _parents(spans: Sequence[SpanFacts]) -> list[int]:
    places: dict[bytes, dict[bytes | None, int]] = {span.trace_id: {} for span in spans}
    for index, span in enumerate(spans):
        places[span.trace_id][span.span_id] = index
    return [places[span.trace_id].get(span.parent_span_id, NOWHERE) for span in spans]


def without_cycles(parents: list[int]) -> list[int]:
    """`parents` with each cycle cut at its first span."""
    done = [False] * len(parents)
    for start in range(len(parents)):
        path: list[int] = []
        on_path: set[int] = set()
        index = start
        while index != NOWHERE and not done[index] and index not in on_path:
            path.append(index)
            on_path.add(index)
            index = parents[index]
        if index in on_path:
            parents[min(path[path.index(index) :])] = NOWHERE
        for seen in path:
            done[seen] = True
    return parents


def _level_by_level(parents: Sequence[int]) -> tuple[list[int], Children]:
    """What can be reached from the top, in order, and the children of each; siblings keep their order."""
    children: Children = {}
    order: list[int] = []
    for index, parent in enumerate(parents):
        if parent == NOWHERE:
            order.append(index)
        elif parent in children:
            children[parent].append(index)
        else:
            children[parent] = [index]
    for index in order:  # grows while it is read
        if index in children:
            order += children[index]
    return order, children
