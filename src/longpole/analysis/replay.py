"""A run carried out again on paper: how long it would have taken under other times, waits and slots.

Tasks start when all they wait for has ended and a place is free for them; who
was ready first is served first.

    limit 2     a ████████          a, b, c ready at once: c takes the place of b
                b ████┐
                c     └██████

Without limits a run is never longer for a task that takes less. With them it
may be (Graham's anomaly): who is ready earlier takes a place before another
one that the run needs more.

Invariant: a schedule as it was observed replays in the time that the run took.

Upstream: `schedule`. Downstream: `what_if`. Source: Graham, "Bounds on
multiprocessing timing anomalies", SIAM J. Appl. Math. 17 (1969).
"""

from collections import deque
from heapq import heappop, heappush
from operator import add

from longpole.analysis.schedule import Limits, Schedule
from longpole.analysis.slot_limits import Pool  # noqa: TC001 - as its neighbours
from longpole.analysis.tasks import NOBODY, WHOLE

_END, _REQUEST = 0, 1


Times = tuple[list[int], list[int]]
"""Start and end of each task, in nanoseconds since the run's start."""


def replay(schedule: Schedule, limits: Limits) -> int:
    """The time from a run's start to its end, in nanoseconds. O(n) without limits, else O(n log n)."""
    return replayed(schedule, limits)[1][WHOLE]


def replayed(schedule: Schedule, limits: Limits) -> Times:
    """When each task would have run."""
    if any(pool is not None and limits.get(pool) is not None for pool in set(schedule.pool)):
        return _Simulation(schedule, limits).run()
    return _straight(schedule)


def _straight(schedule: Schedule) -> Times:
    """Task by task, in an order in which everything a task depends on comes before it."""
    count = len(schedule)
    start, end, inside = [0] * count, [0] * count, [0] * count
    parent, before, launcher = schedule.parent, schedule.before, schedule.launcher
    lag = list(map(add, schedule.overhead, schedule.handover))
    takes = list(map(add, schedule.work, schedule.tail))
    for step in schedule.order:
        if step > 0:
            gate = start[parent[step]]
            for other in before[step]:
                ended = end[other]
                if ended > gate:  # noqa: PLR1730 - `max` takes twice as long, a million times
                    gate = ended
            if launcher[step] != NOBODY and start[launcher[step]] > gate:
                gate = start[launcher[step]]
            start[step] = inside[step] = gate + lag[step]
        elif step < 0:
            task = ~step
            end[task] = ended = inside[task] + takes[task]
            if task != WHOLE and ended > inside[parent[task]]:
                inside[parent[task]] = ended
    return start, end


class _Simulation:
    """One run, event by event."""

    def __init__(self, schedule: Schedule, limits: Limits) -> None:
        self.schedule = schedule
        count = len(schedule)
        self.open = [len(before) + 1 for before in schedule.before]  # what it waits for, and its container's start
        self.unfinished = [len(children) for children in schedule.children]
        self.gate, self.last = [0] * count, [0] * count
        self.started, self.ended = [0] * count, [0] * count
        self.followers: list[list[int]] = [[] for _ in range(count)]
        self.launched: dict[int, list[int]] = {}
        for task, before in enumerate(schedule.before):
            for other in before:
                self.followers[other].append(task)
            if schedule.launcher[task] != NOBODY:
                self.launched.setdefault(schedule.launcher[task], []).append(task)
                self.open[task] += 1
        self.place: list[tuple[Pool, int] | None] = [
            None if pool is None or limits.get(pool) is None else (pool, holder)
            for pool, holder in zip(schedule.pool, schedule.holder, strict=True)
        ]
        self.free: dict[tuple[Pool, int], int] = {
            place: max(1, limits[place[0]] or 1) for place in set(self.place) if place is not None
        }
        self.queue: dict[tuple[Pool, int], deque[int]] = {place: deque() for place in self.free}
        self.events: list[tuple[int, int, int, int]] = []

    def run(self) -> Times:
        """Start and end of each task."""
        self._start(WHOLE, 0)
        while self.events:
            moment, kind, _, task = heappop(self.events)
            if kind == _END:
                self._end(task, moment)
            else:
                self._request(task, moment)
        if self.unfinished[WHOLE]:  # who holds a place waits for one that waits for theirs: no engine does that
            return _straight(self.schedule)
        return self.started, self.ended

    def _request(self, task: int, moment: int) -> None:
        place = self.place[task]
        if place is not None:
            if self.free[place] == 0:
                self.queue[place].append(task)
                return
            self.free[place] -= 1
        self._start(task, moment + self.schedule.handover[task])

    def _start(self, task: int, moment: int) -> None:
        schedule = self.schedule
        self.last[task] = self.started[task] = moment
        for child in schedule.children[task]:
            self._resolve(child, moment)
        for other in self.launched.get(task, ()):
            self._resolve(other, moment)
        if not schedule.children[task]:
            heappush(self.events, (moment + schedule.work[task], _END, schedule.rank[task], task))

    def _end(self, task: int, moment: int) -> None:
        schedule = self.schedule
        self.ended[task] = moment
        place = self.place[task]
        if place is not None:
            if self.queue[place]:
                following = self.queue[place].popleft()
                self._start(following, moment + schedule.handover[following])
            else:
                self.free[place] += 1
        for other in self.followers[task]:
            self._resolve(other, moment)
        parent = schedule.parent[task]
        if parent == NOBODY:
            return
        self.last[parent] = max(self.last[parent], moment)
        self.unfinished[parent] -= 1
        if self.unfinished[parent] == 0:
            ended = self.last[parent] + schedule.tail[parent]
            heappush(self.events, (ended, _END, schedule.rank[parent], parent))

    def _resolve(self, task: int, moment: int) -> None:
        self.gate[task] = max(self.gate[task], moment)
        self.open[task] -= 1
        if self.open[task] == 0:
            ready = self.gate[task] + self.schedule.overhead[task]
            heappush(self.events, (ready, _REQUEST, self.schedule.rank[task], task))
