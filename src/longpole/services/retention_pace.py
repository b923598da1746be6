"""How much to delete at once, so that nobody who wants to write waits long.

The steps of a long deletion grow while they are quick and shrink when one was
slow; between two of them the database is left alone for as long as the last
one took, so that ingest gets at least every other turn.

Upstream: `services.purging`, `services.retention`. Downstream: `runtime`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection

from longpole import runtime
from longpole.domain.units import NS_PER_MS, NS_PER_SECOND
from longpole.store.disk_usage import write_back

_AIM_NS = 25 * NS_PER_MS
_LEAST_ROWS, _MOST_ROWS = 50, 20_000
_LONGEST_PAUSE_S = 0.1
_WRITE_BACK_EVERY_S = 0.25


@dataclass(slots=True)
class Pace:
    """How many rows the next step may delete, and the longest that a step has held the database, in nanoseconds.

    `seconds` is how long there may be steps at all; None: until it is done.
    """

    rows: int = 500
    longest_ns: int = 0
    seconds: float | None = None
    _begun: float = field(default_factory=time.monotonic)
    _written_back: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return self.seconds is not None and time.monotonic() - self._begun >= self.seconds

    @contextmanager
    def step(self) -> Iterator[Connection]:
        """One transaction, timed from when it has the database to when it is committed; a pause follows."""
        with runtime.unit_of_work() as connection:
            begun = time.perf_counter_ns()
            yield connection
        took_ns = time.perf_counter_ns() - begun
        self._learn(took_ns)
        ended = time.perf_counter()
        if time.monotonic() - self._written_back > _WRITE_BACK_EVERY_S:
            write_back(runtime.current().engine)
            self._written_back = time.monotonic()
        pause_s = min(took_ns / NS_PER_SECOND, _LONGEST_PAUSE_S)  # the lock is not fair: let others ask for it
        time.sleep(max(0.0, pause_s - (time.perf_counter() - ended)))

    def _learn(self, took_ns: int) -> None:
        self.longest_ns = max(self.longest_ns, took_ns)
        if took_ns > _AIM_NS:
            self.rows = max(_LEAST_ROWS, self.rows * _AIM_NS // (2 * took_ns) + 1)
        elif took_ns < _AIM_NS * 2 // 3:
            self.rows = min(_MOST_ROWS, self.rows * 5 // 4 + 1)
