"""What a node waited for: which of the nodes beside it let it start.

    fast    ██┐                      `report` names `fast`, but started when `slow`
    slow    ████████┐                had ended (a barrier, or its slot): slow ▸ report
    report          └███

    fast    ██┐                      `slow` ended long before `report` started, and
    slow    ████                     says nothing of it: fast ▸ (waiting) ▸ report
    report    └·········███

Invariant: each node is given at most once, and never one that starts after the
moment that is asked about.

Upstream: `nesting`. Downstream: `critical_path`. Source: the last finishing
child as in CRISP; resource edges as in the design's analysis §1.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from longpole.analysis.nesting import RUN, Nesting

_NOISE = 20  # two nodes in a row may overlap by up to this part of the shorter one: that is their clocks
_EXPLAINED = 10  # an end explains a start if it leaves no more than this part of the wait
Before = tuple[int, int]
"""A place, and up to which moment it counts."""


class Predecessors:
    """The children of one container, asked for going back in time. O(n log n) over all questions."""

    def __init__(self, nesting: Nesting[Any], container: int, used: set[int]) -> None:
        self.nesting = nesting
        self.end = nesting.bounds(container)[1]
        self.start = nesting.bounds(container)[0]
        self.used = used
        self.children = nesting.inside(container)
        # the last to end comes last; of those that end together the longest does, as it leaves nothing unexplained
        self.waiting = sorted(self.children, key=self._by_end)
        self._by_node_id: dict[str, tuple[list[int], list[int]]] | None = None

    def _by_end(self, place: int) -> tuple[int, int]:
        return self.nesting.end[place], -self.nesting.start[place]

    def before(self, moment: int, pending: int | None) -> Before | None:
        """What to go on with before `moment`, at which the child `pending` starts, or at which the container is left.

        None where nothing is known to have come before.
        """
        if moment <= self.start:
            return None
        if pending is None:
            return self._running(moment) if moment < self.end else self._last_finisher(moment, None)
        launcher = self.nesting.launcher[pending]
        if launcher != RUN and launcher not in self.used and self.nesting.start[launcher] < moment:
            return launcher, min(self.nesting.end[launcher], moment)
        last = self._last_finisher(moment, pending)
        if not self.nesting.nodes[pending].waits_for:
            return last
        return self._gate(last, self._named(moment, pending), moment)

    def _running(self, moment: int) -> Before | None:
        """Of the children at a moment in the middle of their container, the one that has run longest."""
        running = [
            place
            for place in self.children
            if self.nesting.start[place] < moment < self.nesting.end[place] and place not in self.used
        ]
        if running:
            return min(running, key=lambda place: (self.nesting.start[place], place)), moment
        return self._last_finisher(moment, None)

    def _last_finisher(self, moment: int, pending: int | None) -> Before | None:
        """The last child that had ended; an overlap that may be the clocks' is cut off."""
        while self.waiting:
            place = self.waiting[-1]
            end = self.nesting.end[place]
            if place not in self.used and (end <= moment or self._nearly_ended(place, pending, moment)):
                return place, min(end, moment)
            self.waiting.pop()
        return None

    def _nearly_ended(self, place: int, pending: int | None, moment: int) -> bool:
        if pending is None or self.nesting.start[place] >= moment:
            return False
        shorter = min(self._length(place), self._length(pending))
        return (self.nesting.end[place] - moment) * _NOISE <= shorter

    def _length(self, place: int) -> int:
        return self.nesting.end[place] - self.nesting.start[place]

    def _gate(self, last: Before | None, named: Before | None, moment: int) -> Before | None:
        """The named one, unless something ended after it that explains the start better."""
        if last is None or named is None:
            return named or last
        explains = (moment - last[1]) * _EXPLAINED <= moment - named[1]
        return last if last[1] > named[1] and explains else named

    def _named(self, moment: int, pending: int) -> Before | None:
        """Of the children that `pending` says it waits for, the one that ended last, or that still runs."""
        found = [
            before
            for node_id in self.nesting.nodes[pending].waits_for
            if (before := self._execution(node_id, moment, pending)) is not None
        ]
        return max(found, key=lambda before: (before[1], -self.nesting.start[before[0]], -before[0]), default=None)

    def _execution(self, node_id: str, moment: int, pending: int) -> Before | None:
        """The execution of a node that was the last to end, else one that runs at `moment`."""
        places, ends = self._executions_of(node_id)
        after = bisect_right(ends, moment)
        nearest = [places[index] for index in (after, after - 1) if 0 <= index < len(places)]
        nearest.sort(
            key=lambda place: self.nesting.end[place] > moment and not self._nearly_ended(place, pending, moment)
        )
        for place in nearest:
            if place != pending and place not in self.used and self.nesting.start[place] < moment:
                return place, min(self.nesting.end[place], moment)
        return None

    def _executions_of(self, node_id: str) -> tuple[Sequence[int], Sequence[int]]:
        if self._by_node_id is None:
            self._by_node_id = {}
            for place in sorted(self.children, key=self._by_end):
                places, ends = self._by_node_id.setdefault(self.nesting.nodes[place].node_id, ([], []))
                places.append(place)
                ends.append(self.nesting.end[place])
        return self._by_node_id.get(node_id, ((), ()))
