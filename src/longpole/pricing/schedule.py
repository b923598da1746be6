"""Which prices hold when: a run is charged what its day and hour cost, not what today costs.

    ──────────┤ 2026-08-17          ┤ 2026-09-10
     segment 0 │ segment 1           │ segment 2
               │ ▒ from 01:00 to 04:00 another tariff

Invariant: the segments tile all of time. A segment without a tariff is a time
for which no price is known.

Upstream: `table`, `price_file`. Downstream: `book`.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from longpole.domain.units import NS_PER_DAY
from longpole.pricing.rates import Tariff


@dataclass(frozen=True, slots=True)
class Window:
    """Another tariff by the time of day, in nanoseconds since midnight UTC; may run over midnight."""

    start_ns: int
    end_ns: int
    tariff: Tariff | None

    def covers(self, day_ns: int) -> bool:
        """Whether `day_ns` is in it; its end is not."""
        if self.end_ns < self.start_ns:
            return day_ns >= self.start_ns or day_ns < self.end_ns
        return self.start_ns <= day_ns < self.end_ns


@dataclass(frozen=True, slots=True)
class Segment:
    """The prices between two dates: the first window that covers the time of day, else `tariff`."""

    tariff: Tariff | None
    windows: tuple[Window, ...] = ()

    def at(self, at_ns: int) -> Tariff | None:
        """The tariff of an instant within the segment."""
        if self.windows:
            day_ns = at_ns % NS_PER_DAY
            for window in self.windows:
                if window.covers(day_ns):
                    return window.tariff
        return self.tariff


UNPRICED = Segment(None)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Prices over all of time: `segments[i]` holds from `starts_ns[i - 1]` on."""

    segments: tuple[Segment, ...]
    starts_ns: tuple[int, ...] = ()

    def at(self, at_ns: int) -> Tariff | None:
        """The tariff of an instant, nanoseconds since the epoch; None where none is known."""
        if not self.starts_ns:
            return self.segments[0].at(at_ns)
        return self.segments[bisect_right(self.starts_ns, at_ns)].at(at_ns)

    def segment(self, at_ns: int) -> Segment:
        """The segment of an instant."""
        return self.segments[bisect_right(self.starts_ns, at_ns)]


NO_PRICES = Schedule((UNPRICED,))


def first_known(schedules: Iterable[Schedule]) -> Schedule:
    """A schedule that takes, at every instant, the segment of the first of `schedules` that knows one."""
    layers = tuple(schedules)
    starts = tuple(sorted({start for layer in layers for start in layer.starts_ns}))
    # Any instant before the first start lies in the first segment of every layer.
    instants = (starts[0] - 1 if starts else 0, *starts)
    return Schedule(tuple(_topmost(layers, instant) for instant in instants), starts)


def _topmost(layers: tuple[Schedule, ...], at_ns: int) -> Segment:
    for layer in layers:
        segment = layer.segment(at_ns)
        if segment.tariff is not None or segment.windows:
            return segment
    return UNPRICED
