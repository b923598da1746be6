"""How many may run at once, learnt from who had to wait, and when they were let in.

    fetch_a ██████┐                  four wanted to start at once, two did: the others
    fetch_b ████┐ │                  started when one ended that they have nothing to do
    fetch_c ····└██████              with. Two slots.
    fetch_d ······└████

A pool has a limit if most of those that started late waited while as many as
ever ran at once did run, and started when one of these ended. Where nobody had
to wait, no limit is known.

Invariant: from ready to grant is waiting for a slot; from grant to start, and
from the gate to ready, what the engine took.

Upstream: `schedule`. Source: resource edges as in the design's analysis §1.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Pool = tuple[str, str | int | None]
"""`slot` and its name (None: of no name), or `turns` and the scope of the container."""

_LEAST_EVIDENCE: Final = 3
_AT_ONCE: Final = 20  # one start in so many is not blocked: a run's first is not
_NAMED_SHARE: Final = 0.5  # of the time of late starts: what has a slot's name may wait for other runs as well
_UNNAMED_SHARE: Final = 0.8
_LATE: Final = 10  # a start is late that came after so many times the usual lag
_LATE_NS: Final = 100_000  # and by at least a tenth of a millisecond
_HANDOVER: Final = 5  # a freed slot is taken within so many times the usual lag …
_HANDOVER_NS: Final = 2_000_000  # … or within two milliseconds, or a twentieth of the wait
_HANDOVER_PART: Final = 20


@dataclass(frozen=True, slots=True)
class Want:
    """A task that needs a place: when its gate opened, when it said it was ready, when it ran."""

    run: int
    task: int
    gate: int
    ready: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Grant:
    """When a task was ready, and when it was given a place."""

    run: int
    task: int
    gate: int
    ready: int
    granted: int
    start: int


@dataclass(frozen=True, slots=True)
class Found:
    """The limit, None where none is known, and what the tasks' times come to."""

    limit: int | None
    grants: Sequence[Grant]


def find_limit(groups: Sequence[Sequence[Want]], *, is_named: bool) -> Found:
    """The limit of a pool. O(n log n).

    Args:
        groups: Tasks that share places with each other, per run.
        is_named: The telemetry says that they share something.
    """
    lags = sorted(_waited(want) for group in groups for want in group)
    usual = max(lags[(len(lags) - 1) // _AT_ONCE], 0) if lags else 0
    late_from = max(usual * _LATE, _LATE_NS)
    peak = max((_peak(group) for group in groups), default=0)
    late_ns = blocked_ns = blocked = 0
    grants: list[Grant] = []
    for group in groups:
        ends = sorted(want.end for want in group if want.end > want.start)
        starts = sorted(want.start for want in group if want.end > want.start)
        for want in group:
            freed = None
            if _waited(want) > late_from:
                freed = _freed(want, starts, ends, peak, usual)
                late_ns += _waited(want)
                if freed is not None:
                    blocked += 1
                    blocked_ns += _waited(want)
            grants.append(_grant(want, freed, late_from))
    share = _NAMED_SHARE if is_named else _UNNAMED_SHARE
    if blocked < _LEAST_EVIDENCE or blocked_ns < share * late_ns:
        return Found(None, [_grant(want, None, late_from) for group in groups for want in group])
    return Found(peak, grants)


def _waited(want: Want) -> int:
    return want.start - (want.gate if want.ready is None else want.ready)


def _peak(group: Sequence[Want]) -> int:
    """The most that ever ran at once; one that ends when another starts makes room for it."""
    moments = sorted(moment for want in group if want.end > want.start for moment in ((want.start, 1), (want.end, -1)))
    running = peak = 0
    for _, step in moments:
        running += step
        peak = max(peak, running)
    return peak


def _freed(want: Want, starts: Sequence[int], ends: Sequence[int], peak: int, usual: int) -> int | None:
    """When the place was freed that a late task took, if all were taken until then."""
    ready = want.gate if want.ready is None else want.ready
    index = bisect_right(ends, want.start)
    if index == 0:
        return None
    freed = ends[index - 1]
    within = max(usual * _HANDOVER, _HANDOVER_NS, (want.start - ready) // _HANDOVER_PART)
    if freed <= ready or want.start - freed > within:
        return None
    running = bisect_left(starts, freed) - bisect_left(ends, freed)  # just before it was freed
    return freed if running >= peak else None


def _grant(want: Want, freed: int | None, late_from: int) -> Grant:
    """Small overheads count as after the grant: who is first of those that become ready at once is no matter of them.

    Without a word on when it was ready: at once, unless it came late and no slot explains that.
    """
    if want.ready is not None and want.ready - want.gate > late_from:
        ready = want.ready
    elif freed is not None or want.ready is not None or 0 <= want.start - want.gate <= late_from:
        ready = want.gate
    else:
        ready = want.start
    granted = ready if freed is None else max(freed, ready)
    return Grant(want.run, want.task, want.gate, ready, granted, want.start)
