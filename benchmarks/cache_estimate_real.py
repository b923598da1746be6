"""A stream played through the node cache itself: its keys, tiers, leases and single flight, on a clock that is set.

Each question is a node that runs for as long as the stream says, in virtual
time: where the cache says "run it" its end is put on the agenda, where it says
"wait" it is waited for. Nothing of the cache is replaced but its clock.
"""

import heapq
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from cache_estimate_streams import Stream

from longpole import runtime
from longpole.caching.dance import Dance, Outcome, Produce, Wait, dance
from longpole.caching.flights import Landed
from longpole.services import cache_requests
from longpole.services.cache_requests import Execution
from longpole.settings import Settings

_HOUR_S = 3_600.0
_PATIENT_MS = 60_000.0
"""So that a busy machine, whose clock is not the one that is set, is no miss."""


class SetClock:
    """Nanoseconds since the epoch, as they are set."""

    def __init__(self, now_ns: int) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        """The instant that was set last."""
        return self.now_ns


class RealRun:
    """What the cache did with a stream: `hows` has a word for each question, those of its statistics."""

    def __init__(self, stream: Stream, ttl_s: float) -> None:
        self.hows: list[str] = [""] * len(stream)
        self._stream, self._ttl_hours = stream, ttl_s / _HOUR_S
        self._ends: list[tuple[int, int, Dance]] = []
        self._waiting: dict[Any, list[tuple[int, Dance]]] = {}
        self._clock = SetClock(int(stream.start_ns[0]) if len(stream) else 0)

    def run(self) -> "RealRun":
        """Ask every question, and end what was begun."""
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(database_url=f"sqlite:///{Path(folder) / 'cache.db'}", cache_timeout_ms=_PATIENT_MS)
            here = runtime.Runtime(settings, clock=self._clock)
            try:
                with runtime.use(here):
                    for place, start_ns in enumerate(self._stream.start_ns.tolist()):
                        self._end_until(start_ns)
                        self._ask(place, start_ns)
                    self._end_until(1 << 62)
                    here.cache.counts.flush()
            finally:
                here.close()
        return self

    @property
    def counts(self) -> Counter[str]:
        """How many were hits, misses, coalesced or failed."""
        return Counter(self.hows)

    def hit_ratio(self, since: int = 0) -> float:
        """Hits by questions, from the place `since` on."""
        hows = self.hows[since:]
        return hows.count("hit") / max(len(hows), 1)

    def _ask(self, place: int, start_ns: int) -> None:
        self._clock.now_ns = start_ns
        node = Execution("code", {}, {"question": int(self._stream.key[place])}, "step", ttl_hours=self._ttl_hours)
        request = cache_requests.wanted("app", "flow", node)
        assert request is not None
        steps = dance(runtime.current().cache, request)
        self._go_on(place, steps, None)

    def _go_on(self, place: int, steps: Dance, answer: Outcome | Landed | None) -> None:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            outcome: Outcome = end.value
            has_waited = isinstance(answer, Landed)
            self.hows[place] = outcome.how if outcome.error is None else "waited in vain" if has_waited else "failed"
            return
        if isinstance(step, Wait):
            self._waiting.setdefault(step.flight, []).append((place, steps))
            return
        assert isinstance(step, Produce)
        heapq.heappush(self._ends, (self._clock.now_ns + int(self._stream.took_ns[place]), place, steps))

    def _end_until(self, now_ns: int) -> None:
        while self._ends and self._ends[0][0] <= now_ns:
            self._clock.now_ns, place, steps = heapq.heappop(self._ends)
            took_ns = int(self._stream.took_ns[place])
            error = RuntimeError("failed") if self._stream.failed[place] else None
            self._go_on(place, steps, Outcome({"answer": "x" * 20}, error, elapsed_ns=took_ns))
            for flight in [each for each in self._waiting if each.done()]:
                for waiting, others in self._waiting.pop(flight):
                    self._go_on(waiting, others, flight.result())
