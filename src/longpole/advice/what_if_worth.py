"""Whether what a replay promises is worth a user's time, by the end of its interval that promises less.

Upstream: `analysis.what_if`. Downstream: rules.
"""

from dataclasses import replace

from longpole.advice.least_gain import LEAST_GAIN
from longpole.domain.findings import Gain
from longpole.domain.what_if import Shift, WhatIf


def best_shift(answer: WhatIf) -> tuple[str, Shift] | None:
    """Of the median, the p95 and the mean the one with the most surely saved; None: not worth it, or no answer.

    The median comes first, then p95: the next one must save half as much again of its time to be told instead.
    """
    found: tuple[str, Shift] | None = None
    limits = {"p50": answer.limit_p50, "p95": answer.limit_p95}
    for statistic, answered in (("p50", answer.p50), ("p95", answer.p95), ("mean", answer.mean)):
        shift = _within(answered, limits.get(statistic))
        if shift is None or not _is_worth_telling(shift):
            continue
        if found is None or _saved_share(shift) > 1.5 * _saved_share(found[1]):
            found = statistic, shift
    return found


def _within(shift: Shift | None, limit: float | None) -> Shift | None:
    """The shift with no bound below what the step's taking no time at all would bring.

    Where the change is that limit itself (an edge less), it is as uncertain as the change is.
    """
    if shift is None or limit is None or limit >= shift.expected:
        return shift
    return replace(shift, low=max(shift.low, limit))


def gain_of(shift: Shift) -> Gain:
    """The cautious end, in seconds and as a share."""
    return Gain(seconds_per_run=shift.baseline - shift.high, share_of_run=_saved_share(shift))


def _is_worth_telling(shift: Shift) -> bool:
    is_felt = shift.baseline - shift.high >= LEAST_GAIN.seconds_per_run
    return is_felt and _saved_share(shift) >= LEAST_GAIN.share_of_run


def _saved_share(shift: Shift) -> float:
    return (shift.baseline - shift.high) / shift.baseline if shift.baseline > 0 else 0.0
