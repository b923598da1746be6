"""How many may run at once, learnt from who had to wait, and when they were let in.

    fetch_a ██████┐                  four wanted to start at once, two did: the others
    fetch_b ████┐ │                  started when one ended that they have nothing to do
    fetch_c ····└██████              with. Two slots.
    fetch_d ······└████

A pool has a limit if most of those that started late waited while as many as
ever (but for moments) ran at once did run, and started when one of these ended. Where nobody had
to wait, no limit is known.

Invariant: from ready to grant is waiting for a slot; from grant to start, and
from the gate to ready, what the engine took.

Upstream: `schedule`. Source: resource edges as in the design's analysis §1.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
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
_RARELY: Final = 100  # more at once than the limit for a hundredth of the time: spans that are not what they seem


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
    least = _NAMED_SHARE if is_named else _UNNAMED_SHARE
    for limit in _candidates(groups):
        grants, waits = _grants(groups, limit, usual, late_from)
        explained = sum(waited for waited, is_explained in waits if is_explained)
        count = sum(is_explained for _, is_explained in waits)
        if count >= _LEAST_EVIDENCE and explained >= least * sum(waited for waited, _ in waits):
            return Found(limit, grants)
    return Found(None, [_grant(want, None, late_from) for group in groups for want in group])


def _grants(
    groups: Sequence[Sequence[Want]], limit: int, usual: int, late_from: int
) -> tuple[list[Grant], list[tuple[int, bool]]]:
    """When each was let in under a limit; and of the late ones how long they waited, and if the limit says why."""
    grants: list[Grant] = []
    waits: list[tuple[int, bool]] = []
    for group in groups:
        ends = sorted(want.end for want in group if want.end > want.start)
        starts = sorted(want.start for want in group if want.end > want.start)
        for want in group:
            freed = None
            if _waited(want) > late_from:
                freed = _freed(want, starts, ends, limit, usual)
                waits.append((_waited(want), freed is not None))
            grants.append(_grant(want, freed, late_from))
    return grants, waits


def _candidates(groups: Sequence[Sequence[Want]]) -> list[int]:
    """How many may have run at once at most, the largest first: less than were seen if that was hardly ever."""
    by_level: Counter[int] = Counter()
    for group in groups:
        running = since = 0
        for moment, step in sorted(
            moment for want in group if want.end > want.start for moment in ((want.start, 1), (want.end, -1))
        ):  # one that ends when another starts makes room for it
            by_level[running] += moment - since
            running, since = running + step, moment
    levels = sorted(level for level, lasted in by_level.items() if level and lasted)
    busy = sum(by_level[level] for level in levels)
    found = []
    above = 0
    for level in reversed(levels):
        if above * _RARELY > busy:
            break
        found.append(level)
        above += by_level[level]
    return found


def _waited(want: Want) -> int:
    return want.start - (want.gate if want.ready is None else want.ready)


def _freed(want: Want, starts: Sequence[int], ends: Sequence[int], limit: int, usual: int) -> int | None:
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
    return freed if running >= limit else None


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
