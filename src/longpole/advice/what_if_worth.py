"""Whether what a replay promises is worth a user's time, by the end of its interval that promises less.

Upstream: `analysis.what_if`. Downstream: rules.
"""

from dataclasses import replace

from longpole.domain.findings import Gain
from longpole.domain.what_if import Shift, WhatIf

_LEAST_SHARE = 0.02
_LEAST_SECONDS = 0.02


def best_shift(answer: WhatIf, least_share: float = _LEAST_SHARE) -> tuple[str, Shift] | None:
    """Of the median, the p95 and the mean the one with the most surely saved; None: not worth it, or no answer.

    The median comes first, then p95: the next one must save half as much again of its time to be told instead.
    """
    found: tuple[str, Shift] | None = None
    limits = {"p50": answer.limit_p50, "p95": answer.limit_p95}
    for statistic, answered in (("p50", answer.p50), ("p95", answer.p95), ("mean", answer.mean)):
        shift = _within(answered, limits.get(statistic))
        if shift is None or _saved_share(shift) < least_share or shift.baseline - shift.high < _LEAST_SECONDS:
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


def _saved_share(shift: Shift) -> float:
    return (shift.baseline - shift.high) / shift.baseline if shift.baseline > 0 else 0.0
