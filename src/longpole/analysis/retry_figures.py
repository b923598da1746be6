"""What trying again brings: success by the number of the attempt, by the wait before it, and what the waiting costs.

    attempt 1   ███████████████▏ 940 of 1000 succeed
    attempt 2   ██████▏ 41 of 60                      worth its wait
    attempt 3   ▏ 0 of 19                             not worth it

Invariant: who reaches attempt k + 1 has failed at attempt k: the counts add up.

Upstream: columns of node executions and attempts. Downstream: `advice.retries`.
Source: Wilson's intervals of `proportions`; waits compared half against half by the difference of two shares.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.proportions import Share, difference_z, share

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_MOST_ATTEMPTS = 50


def success_by_attempt(attempts: Ints, succeeded: Flags) -> tuple[Share, ...]:
    """Of the executions that came to attempt k (place k - 1), how many succeeded at it.

    Args:
        attempts: How many each execution had, from 1 on.
        succeeded: Whether the last of them succeeded.
    """
    most = min(int(attempts.max(initial=0)), _MOST_ATTEMPTS)
    return tuple(
        share(int((succeeded & (attempts == number)).sum()), int((attempts >= number).sum()))
        for number in range(1, most + 1)
    )


def last_worthwhile(shares: tuple[Share, ...], hopeless: float = 0.1, least: int = 10) -> int | None:
    """The attempt after which none has more than a `hopeless` chance; None where it is the last one, or not known.

    Sure: all later ones together, `least` of them at least, have their upper bound below that.
    """
    for number in range(1, len(shares)):
        later = shares[number:]
        together = share(sum(each.count for each in later), sum(each.n for each in later))
        if later[0].n >= least and together.high <= hopeless:
            return number
    return None


@dataclass(frozen=True, slots=True)
class Waits:
    """The pauses between two attempts of one execution, a place each.

    Attributes:
        execution: Which one.
        number: Of the attempt before the wait.
        wait_ns: From its end to the start of the next.
        succeeded: Whether the next one did.
    """

    execution: Ints
    number: Ints
    wait_ns: Ints
    succeeded: Flags

    def __len__(self) -> int:
        return int(self.execution.size)

    def of(self, which: Flags) -> "Waits":
        """Some of them."""
        return Waits(self.execution[which], self.number[which], self.wait_ns[which], self.succeeded[which])


def waits(execution: Ints, number: Ints, start_ns: Ints, end_ns: Ints, succeeded: Flags) -> Waits:
    """The waits of attempts that are in order of execution and number; none beside an unknown instant (below 0)."""
    next_of = (execution[1:] == execution[:-1]) & (number[1:] == number[:-1] + 1)
    between = next_of & (end_ns[:-1] >= 0) & (start_ns[1:] >= 0) & (start_ns[1:] >= end_ns[:-1])
    wait = start_ns[1:] - end_ns[:-1]
    return Waits(execution[1:][between], number[:-1][between], wait[between], succeeded[1:][between])


@dataclass(frozen=True, slots=True)
class WaitEffect:
    """Whether waiting longer helps: success after the shorter and after the longer half of the waits.

    Attributes:
        short_ns, long_ns: The median wait of either half.
        short, long: How often the next attempt succeeded.
        z: By how many deviations the longer half is better.
    """

    short_ns: float
    long_ns: float
    short: Share
    long: Share
    z: float


def wait_effect(some: Waits, least: int = 15, part: float = 0.5) -> WaitEffect | None:
    """The shorter `part` of the waits beside the rest; None where one has fewer than `least`, or they hardly differ.

    Where waits are of two kinds, and `part` is a half, the kinds are compared.
    """
    if len(some) < 2 * least:
        return None
    logs = np.log(np.maximum(some.wait_ns, 1_000_000))
    cut = _cut(np.sort(logs), least, part)
    short, long = some.of(logs <= cut), some.of(logs > cut)
    if len(short) < least or len(long) < least:
        return None
    short_ns, long_ns = float(np.median(short.wait_ns)), float(np.median(long.wait_ns))
    if long_ns < 1.5 * max(short_ns, 1e6):
        return None
    counts = (int(long.succeeded.sum()), len(long), int(short.succeeded.sum()), len(short))
    return WaitEffect(short_ns, long_ns, share(*counts[2:]), share(*counts[:2]), difference_z(*counts))


def _cut(ordered: Floats, least: int, part: float) -> float:
    """Between which two logarithms of waits to part them: in the widest gap, if there is one, else at `part`."""
    gaps = np.diff(ordered)[least - 1 : ordered.size - least]
    has_kinds = part == 0.5 and gaps.max(initial=0) > math.log(1.5)  # noqa: PLR2004 - a half
    middle = least + int(np.argmax(gaps)) if has_kinds else max(round(ordered.size * part), least)
    return float(ordered[middle - 1] + ordered[middle]) / 2


@dataclass(frozen=True, slots=True)
class TimeoutFigures:
    """Attempts that ended at one and the same time, beside those that succeeded.

    Attributes:
        at_s: The time at which they were given up.
        timeouts: Of all attempts.
        success_p95_s, success_p99_s: Of those that succeeded.
        near: Of those that succeeded, how many took more than half of that time.
        beyond_once, beyond_twice: The share (0–1) of attempts that would take longer than once and twice that time, if
            the quarter and the half of all that are quick tell how the slow ones are (a lognormal).
    """

    at_s: float
    timeouts: Share
    success_p95_s: float
    success_p99_s: float
    near: Share
    beyond_once: float
    beyond_twice: float


def timeout_figures(succeeded_s: Floats, failed_s: Floats) -> TimeoutFigures | None:
    """None where failures do not pile up (most within a twentieth of one time), or of fewer than 5 and 20 successes."""
    if failed_s.size < 5 or succeeded_s.size < 20:  # noqa: PLR2004 - fewer tell nothing
        return None
    at = float(np.median(failed_s))
    piled = np.abs(failed_s - at) <= 0.05 * at
    if at <= 0 or piled.mean() < 0.7:  # noqa: PLR2004 - most of them
        return None
    low, high = (float(each) for each in np.quantile(np.append(succeeded_s, failed_s), (0.1, 0.5)))
    spread = max((math.log(high) - math.log(low)) / 1.2816, 1e-3) if low > 0 else 1.0
    return TimeoutFigures(
        at,
        share(int(failed_s.size), int(failed_s.size + succeeded_s.size)),
        float(np.quantile(succeeded_s, 0.95)),
        float(np.quantile(succeeded_s, 0.99)),
        share(int((succeeded_s > at / 2).sum()), int(succeeded_s.size)),
        _beyond(math.log(at), math.log(max(high, 1e-9)), spread),
        _beyond(math.log(2 * at), math.log(max(high, 1e-9)), spread),
    )


def _beyond(value: float, centre: float, spread: float) -> float:
    """The part of a normal distribution above `value`."""
    return 0.5 * math.erfc((value - centre) / (spread * math.sqrt(2)))
