"""What the time between the children of a container was spent on.

    plan    ██▒▒··▒██        its own attempts fail and wait (·), then go on
    (llm)   ██     ██

A node worked itself, or waited between two attempts. A node that only holds
others, and the run, leave that time to the engine; where another child ran
meanwhile, the next one on the path was in a queue.

Upstream: `nesting`. Downstream: `critical_path`. Source: the design's kinds of
waiting.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from longpole.analysis.nesting import RUN, Nesting
from longpole.analysis.segments import Kind, Piece
from longpole.domain.runs import Attempt

ENGINE_TYPES = frozenset({"workflow", "iteration", "loop"})
"""Nodes that only hold others: what their children leave is the engine's time."""

Interval = tuple[int, int]


class SpareTime:
    """The time of one container that is asked for going back; O(n) over all questions, once the children are sorted."""

    def __init__(self, nesting: Nesting[Any], container: int) -> None:
        self.container = container
        self._nesting = nesting
        self.delays: list[Interval] = []
        self.is_engine = True
        if container != RUN:
            node = nesting.nodes[container]
            self.is_engine = node.node_type in ENGINE_TYPES and bool(self.busy)
            self.delays = _delays(node.attempt_log) if node.attempt_log else self.delays
        self.own = Kind.ENGINE_OVERHEAD if self.is_engine else Kind.WORK

    @cached_property
    def busy(self) -> list[Interval]:
        """When a child ran; asked of those only whose spare time is the engine's."""
        nesting = self._nesting
        return union((nesting.start[place], nesting.end[place]) for place in nesting.inside(self.container))

    def between(self, start: int, end: int, pending: int | None) -> Sequence[Piece]:
        """Pieces that tile `start` to `end`, the last first; the child `pending` starts at `end` or later."""
        if start >= end:
            return ()
        if pending is None or not self.is_engine:
            return self._own_time(start, end)
        made: list[Piece] = []
        for first, last, is_busy in _backwards(self.busy, start, end):
            if is_busy:
                made.append((first, last, Kind.QUEUE, pending))
            else:
                made += self._own_time(first, last)
        return made

    def _own_time(self, start: int, end: int) -> Sequence[Piece]:
        if not self.delays:
            return ((start, end, self.own, self.container),)
        return [
            (first, last, Kind.RETRY_DELAY if is_delay else self.own, self.container)
            for first, last, is_delay in _backwards(list(self.delays), start, end)
        ]


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals in time order, those that touch or overlap made one, empty ones left out."""
    made: list[Interval] = []
    for start, end in sorted(intervals):
        if start == end:
            continue
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made


def _backwards(intervals: list[Interval], start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Tile `start` to `end`, the last piece first: whether each is in one of `intervals`.

    Takes those away that begin at `end` or later: later questions are about earlier times.
    """
    moment = end
    while moment > start:
        while intervals and intervals[-1][0] >= moment:
            intervals.pop()
        if not intervals or intervals[-1][1] <= start:
            yield start, moment, False
            return
        first, last = intervals[-1]
        if last < moment:
            yield last, moment, False
            moment = last
        else:
            yield max(first, start), moment, True
            moment = max(first, start)


def _delays(attempts: tuple[Attempt, ...]) -> list[Interval]:
    """The waits between attempts."""
    ordered = sorted(attempts, key=lambda attempt: attempt.number)
    gaps = [
        (one.end_ns, other.start_ns)
        for one, other in pairwise(ordered)
        if one.end_ns is not None and other.start_ns is not None and one.end_ns < other.start_ns
    ]
    return union(gaps)
