"""An order in which the starts and ends of a run's tasks can be computed one by one.

A task starts after its container did and after all that it waits for ended; a
container ends after all inside it did.

Invariant: every task's start comes before its end, both exactly once.

Upstream: `schedule`. Downstream: `replay`. Source: Kahn, "Topological sorting
of large networks", Comm. ACM 5 (1962).
"""

from collections.abc import Sequence
from heapq import heappop, heappush

from longpole.analysis.tasks import NOBODY, WHOLE


def in_order(
    parent: Sequence[int],
    children: Sequence[Sequence[int]],
    before: list[tuple[int, ...]],
    launcher: list[int],
    rank: Sequence[int],
) -> list[int]:
    """Starts as `task`, ends as `~task`, of those that could come next the one of the lowest rank. O(n log n).

    Waits that make a circle are taken out of `before` and `launcher`, the earliest task's first.
    """
    return _Order(parent, children, before, launcher, rank).found


class _Order:
    def __init__(
        self,
        parent: Sequence[int],
        children: Sequence[Sequence[int]],
        before: list[tuple[int, ...]],
        launcher: list[int],
        rank: Sequence[int],
    ) -> None:
        count = len(parent)
        self.parent, self.children, self.rank = parent, children, rank
        self.open = [len(others) for others in before]
        self.unfinished = [len(inside) for inside in children]
        self.followers: list[list[int]] = [[] for _ in range(count)]
        self.launched: list[list[int]] = [[] for _ in range(count)]
        for task in range(count):
            for other in before[task]:
                self.followers[other].append(task)
            if launcher[task] != NOBODY:
                self.launched[launcher[task]].append(task)
                self.open[task] += 1
        self.is_entered, self.is_started, self.is_done = [False] * count, [False] * count, [False] * count
        self.able: list[tuple[int, int]] = [(rank[WHOLE], WHOLE)]
        self.stuck: list[tuple[int, int]] = []
        self.found: list[int] = []
        while self.able or self.stuck:
            _, task = heappop(self.able or self.stuck)
            if self.is_started[task]:
                continue
            if self.open[task] > 0:  # nothing else can go on: a circle
                before[task] = tuple(other for other in before[task] if self.is_done[other])
                if launcher[task] != NOBODY and not self.is_started[launcher[task]]:
                    launcher[task] = NOBODY
            self._start(task)

    def _start(self, task: int) -> None:
        self.is_started[task] = True
        self.found.append(task)
        for other in self.launched[task]:
            self._resolve(other)
        for child in self.children[task]:
            self.is_entered[child] = True
            heappush(self.stuck if self.open[child] > 0 else self.able, (self.rank[child], child))
        if not self.children[task]:
            self._end(task)

    def _end(self, task: int) -> None:
        """And the ends of all around it that this completes."""
        while task != NOBODY:
            self.is_done[task] = True
            self.found.append(~task)
            for other in self.followers[task]:
                self._resolve(other)
            task = self.parent[task]
            if task != NOBODY:
                self.unfinished[task] -= 1
                if self.unfinished[task]:
                    return

    def _resolve(self, task: int) -> None:
        self.open[task] -= 1
        if self.open[task] == 0 and self.is_entered[task] and not self.is_started[task]:
            heappush(self.able, (self.rank[task], task))
