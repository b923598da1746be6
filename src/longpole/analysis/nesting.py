"""What ran inside what, and within which bounds: node executions as a forest over the time of their run.

    run    ├──────────────────────────────┤
    plan      ████████████                      started `draft`, and did not wait for it
    (llm)       ████████▒                       ▒ its clock is ahead: cut off
    draft               ██████████              inside `plan` by name, goes on after it: beside it
    audit                        █████████████  goes on after the run, which did not wait for it: left out

A child does not leave its parent: what it has over, up to an eighth of its
time, is its clock's or a span that was closed late, and is cut off. A child
that goes on for longer was not waited for by its parent, which launched it; it
belongs to the nearest node around that one that did not end before it.

Invariant: every interval lies within that of its container, whatever was
reported; the order in which the nodes come makes no difference.

Upstream: `critical_path`, `self_time`. Source: CRISP's list of traps (Zhang et
al., USENIX ATC 2022): overflowing children, clock noise, calls nobody waits for.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Generic, Protocol, TypeVar

from longpole.domain.runs import Attempt

RUN: Final = -1
"""The place of the run, which contains everything."""

_OVERFLOW = 8  # a child may go on after its parent for up to this part of its time


class TimedNode(Protocol):
    """What is asked of a node execution; `domain.runs.NodeExecution` is one."""

    @property
    def node_execution_id(self) -> str: ...  # noqa: D102 - as in the domain
    @property
    def parent_node_execution_id(self) -> str | None: ...  # noqa: D102 - as in the domain
    @property
    def node_id(self) -> str: ...  # noqa: D102 - as in the domain
    @property
    def node_type(self) -> str: ...  # noqa: D102 - as in the domain
    @property
    def start_ns(self) -> int | None: ...  # noqa: D102 - as in the domain
    @property
    def end_ns(self) -> int | None: ...  # noqa: D102 - as in the domain
    @property
    def ready_ns(self) -> int | None: ...  # noqa: D102 - as in the domain
    @property
    def waits_for(self) -> tuple[str, ...]: ...  # noqa: D102 - as in the domain
    @property
    def attempt_log(self) -> tuple[Attempt, ...]: ...  # noqa: D102 - as in the domain


Node = TypeVar("Node", bound=TimedNode)


class Nesting(Generic[Node]):
    """Node executions of one run as a forest. O(n log n).

    Executions of which the start or the end is unknown are not in it.

    Attributes:
        start_ns, end_ns: Bounds of the run: as given, else of its nodes.
        nodes: The executions, by start, longer ones first.
        start, end: The bounds of each, cut to those of its container.
        children: For each container, `RUN` among them, the places of what is directly inside it.
        holds_all: No execution was reported to leave the bounds of the run.
        launcher: For each the one beside it that launched it without waiting for it, else `RUN`.
    """

    def __init__(self, nodes: Iterable[Node], start_ns: int | None = None, end_ns: int | None = None) -> None:
        known = {node.node_execution_id: node for node in nodes}
        timed = sorted(
            (begin, -end, id_)
            for id_, node in known.items()
            if (begin := node.start_ns) is not None and (end := node.end_ns) is not None
        )
        self.nodes: Sequence[Node] = [known[id_] for _, _, id_ in timed]
        self.start = [start for start, _, _ in timed]
        self.end = [max(start, -negated) for start, negated, _ in timed]
        self.start_ns = min(self.start, default=0) if start_ns is None else start_ns
        self.end_ns = max(max(self.end, default=self.start_ns) if end_ns is None else end_ns, self.start_ns)
        self.holds_all = self.start_ns <= min(self.start, default=self.start_ns) and (
            self.end_ns >= max(self.end, default=self.end_ns)
        )
        self.launcher = [RUN] * len(timed)
        self.children: dict[int, list[int]] = {}
        self._place(_parents(self.nodes, known))

    def bounds(self, place: int) -> tuple[int, int]:
        """Start and end of a container."""
        return (self.start_ns, self.end_ns) if place == RUN else (self.start[place], self.end[place])

    def inside(self, place: int) -> Sequence[int]:
        """The places of what is directly inside a container."""
        return self.children.get(place, ())

    def _place(self, parents: Sequence[int]) -> None:
        """Find each one's container, outer ones first, and cut it to its bounds."""
        below: dict[int, list[int]] = {}
        for place, parent in enumerate(parents):
            below.setdefault(parent, []).append(place)
        container = [RUN] * len(parents)
        waiting = list(reversed(below.get(RUN, ())))
        while waiting:
            place = waiting.pop()
            around = self._container_of(place, parents[place], container)
            if around is not None:
                container[place] = around
                first, last = self.bounds(around)
                self.start[place] = max(self.start[place], first)
                self.end[place] = min(max(self.end[place], first), last)
                self.children.setdefault(around, []).append(place)
                waiting.extend(reversed(below.get(place, ())))

    def _container_of(self, place: int, around: int, container: Sequence[int]) -> int | None:
        """The nearest one around it that waited for it; None where nobody did, not even the run."""
        while self._outlives(place, around):
            if around == RUN:
                return None
            self.launcher[place] = around
            around = container[around]
        return around

    def _outlives(self, place: int, around: int) -> bool:
        start, end, last = self.start[place], self.end[place], self.bounds(around)[1]
        return (end - last) * _OVERFLOW > end - start


def _parents(nodes: Sequence[Node], known: Mapping[str, Node]) -> list[int]:
    """The place of each one's parent, `RUN` where there is none; executions without times are looked through."""
    places = {node.node_execution_id: place for place, node in enumerate(nodes)}
    parents = [RUN] * len(nodes)
    for place, node in enumerate(nodes):
        above = node.parent_node_execution_id
        if above is None:
            continue
        seen = {node.node_execution_id}
        while above is not None and above in known and above not in seen and above not in places:
            seen.add(above)
            above = known[above].parent_node_execution_id
        if above is not None and above not in seen:
            parents[place] = places.get(above, RUN)
    return _without_circles(parents)


def _without_circles(parents: list[int]) -> list[int]:
    """Whoever is inside itself is directly inside the run."""
    if all(parent < place for place, parent in enumerate(parents)):
        return parents  # everything starts after what it is in, as it should
    rooted = [False] * len(parents)
    for begin in range(len(parents)):
        path: list[int] = []
        on_path: set[int] = set()
        place = begin
        while place != RUN and not rooted[place] and place not in on_path:
            path.append(place)
            on_path.add(place)
            place = parents[place]
        if place in on_path:
            for member in path[path.index(place) :]:
                parents[member] = RUN
        for member in path:
            rooted[member] = True
    return parents
