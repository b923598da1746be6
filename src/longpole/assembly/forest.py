"""Which span is inside which: the trees that a run's spans form, however incomplete.

A span whose parent has not arrived (yet) is a top span, and is hung under its
parent when that comes. A cycle, which only a broken client can send, is cut.
Iterative throughout: a chain of 50,000 spans is as good as a flat list.

Upstream: `assembly.merge`. Downstream: all of `assembly`.
"""

from collections.abc import Iterable, Sequence

from longpole.assembly.facts import SpanFacts

NOWHERE = -1


class Forest:
    """Spans by index, parents before children, siblings by start.

    Attributes:
        spans: The spans, each after its parent.
        parent: For each span the index of its parent, `NOWHERE` for top spans.
        children: For each span the indices of its children, by start.
        depth: For each span the number of its ancestors.
    """

    __slots__ = ("children", "depth", "parent", "spans")

    def __init__(self, spans: Iterable[SpanFacts]) -> None:
        given = sorted(spans, key=_by_start)
        parents = without_cycles(_parents(given))
        order = _parents_first(parents)
        place = [0] * len(order)
        for new, old in enumerate(order):
            place[old] = new
        self.spans: list[SpanFacts] = [given[old] for old in order]
        self.parent: list[int] = [NOWHERE if parents[old] == NOWHERE else place[parents[old]] for old in order]
        self.children: list[list[int]] = [[] for _ in order]
        self.depth: list[int] = [0] * len(order)
        for index, parent in enumerate(self.parent):
            if parent != NOWHERE:
                self.children[parent].append(index)
                self.depth[index] = self.depth[parent] + 1

    def __len__(self) -> int:
        return len(self.spans)

    def holds_below(self, marks: Sequence[bool]) -> list[bool]:
        """For each span whether any span below it is marked. O(spans)."""
        below = [False] * len(self.spans)
        for index in range(len(self.spans) - 1, -1, -1):
            parent = self.parent[index]
            if parent != NOWHERE and (marks[index] or below[index]):
                below[parent] = True
        return below


def _by_start(span: SpanFacts) -> tuple[int, bytes, bytes]:
    return span.start_ns, span.trace_id, span.span_id


def _parents(spans: Sequence[SpanFacts]) -> list[int]:
    place = {(span.trace_id, span.span_id): index for index, span in enumerate(spans)}
    return [
        NOWHERE if span.parent_span_id is None else place.get((span.trace_id, span.parent_span_id), NOWHERE)
        for span in spans
    ]


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


def _parents_first(parents: Sequence[int]) -> list[int]:
    """Indices so that each parent precedes its children; equals keep their order."""
    children: list[list[int]] = [[] for _ in parents]
    order: list[int] = []
    for index, parent in enumerate(parents):
        (order if parent == NOWHERE else children[parent]).append(index)
    for index in order:  # grows while it is read
        order.extend(children[index])
    return order
