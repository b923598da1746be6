"""How much to delete at once, so that nobody who wants to write waits long.

The steps of a long deletion grow while they are quick and shrink when one was
slow; between two of them the database is left alone for as long as the last
one took, so that ingest gets at least every other turn.

Upstream: `services.purging`, `services.retention`. Source: measured, see `benchmarks/retention.py`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from longpole.domain.units import NS_PER_MS

_AIM_NS = 20 * NS_PER_MS
_LEAST_ROWS, _MOST_ROWS = 50, 20_000
_LONGEST_PAUSE_S = 0.1


@dataclass(slots=True)
class Pace:
    """How many rows the next step may delete, and the longest that a step has taken so far, in nanoseconds."""

    rows: int = 500
    longest_ns: int = 0

    @contextmanager
    def step(self) -> Iterator[int]:
        """One transaction around which time is taken; gives how many rows it may delete, and pauses after it."""
        begun = time.perf_counter_ns()
        yield self.rows
        took = time.perf_counter_ns() - begun
        self._learn(took)
        time.sleep(min(took / 1e9, _LONGEST_PAUSE_S))  # the lock goes to whoever asks first: let others ask

    def _learn(self, took_ns: int) -> None:
        self.longest_ns = max(self.longest_ns, took_ns)
        if took_ns > _AIM_NS:
            self.rows = max(_LEAST_ROWS, self.rows * _AIM_NS // (2 * took_ns) + 1)
        elif took_ns < _AIM_NS // 2:
            self.rows = min(_MOST_ROWS, self.rows * 5 // 4 + 1)
