"""Which traces are due, and when the others will be: each once, however often something of it arrives.

    put ─► later ─► ready ─► taken ─► done ─► (resting, or put again: something arrived meanwhile)

Invariant: a trace is in one of these states only, so that nobody assembles it
while somebody else does. Not safe between threads: its user holds a lock.

Upstream: `pipeline_assembler`.
"""

import heapq
from collections import deque
from collections.abc import Iterable

_REMEMBERED = 100_000
_READY = 0.0


class Agenda:
    """Traces to be assembled, by when. Instants are those of `time.monotonic`.

    More than can be remembered are forgotten: they are found again in the database.
    """

    def __init__(self) -> None:
        self._due: dict[bytes, float] = {}
        self._later: list[tuple[float, bytes]] = []
        self._ready: deque[bytes] = deque()
        self._taken: dict[bytes, float | None] = {}
        self._rests_until: dict[bytes, float] = {}

    def put(self, trace_id: bytes, now: float, earliest: float = 0.0) -> None:
        """Something of this trace is to be assembled, once it has rested and not before `earliest`."""
        at = max(now, earliest, self._rests_until.get(trace_id, now))
        if trace_id in self._taken:
            self._taken[trace_id] = max(at, self._taken[trace_id] or at)
        elif trace_id not in self._due and len(self._due) < _REMEMBERED:
            self._set(trace_id, at, now)

    def _set(self, trace_id: bytes, at: float, now: float) -> None:
        if at <= now:
            self._due[trace_id] = _READY
            self._ready.append(trace_id)
        else:
            self._due[trace_id] = at
            heapq.heappush(self._later, (at, trace_id))

    def ready(self, now: float) -> int:
        """How many are due."""
        while self._later and self._later[0][0] <= now:
            at, trace_id = heapq.heappop(self._later)
            if self._due.get(trace_id) == at:
                self._due[trace_id] = _READY
                self._ready.append(trace_id)
        return len(self._ready)

    def next_at(self, otherwise: float) -> float:
        """When the next one will be due that is not yet, or `otherwise` if that is sooner."""
        return min(otherwise, self._later[0][0]) if self._later else otherwise

    def take(self, most: int) -> list[bytes]:
        """The first of those that are `ready`; each is to be given to `done` once."""
        taken = [self._ready.popleft() for _ in range(min(most, len(self._ready)))]
        for trace_id in taken:
            del self._due[trace_id]
            self._taken[trace_id] = None
        return taken

    def done(self, trace_ids: Iterable[bytes], now: float) -> None:
        """These are worked on no longer; those of which something arrived meanwhile are due again."""
        for trace_id in trace_ids:
            again = self._taken.pop(trace_id, None)
            if again is not None:
                self.put(trace_id, now, again)
        if len(self._rests_until) > _REMEMBERED // 10:
            self._rests_until = {one: at for one, at in self._rests_until.items() if at > now}

    def rest(self, trace_id: bytes, until: float) -> None:
        """Assemble a trace that is taken again no sooner than that."""
        self._rests_until[trace_id] = until

    def hurry(self, now: float) -> None:
        """All are due now."""
        for trace_id, at in list(self._due.items()):
            if at != _READY:
                self._set(trace_id, now, now)
        self._later.clear()

    @property
    def is_empty(self) -> bool:
        """Nothing is to be done, and nobody is doing anything."""
        return not self._due and not self._taken
