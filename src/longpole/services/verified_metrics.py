"""Which figure of the runs tells whether a recommendation came true, and how that is said.

Upstream: `verification`. Downstream: the figures of `analysis.before_after`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from longpole.advice.severity import THRESHOLDS
from longpole.domain.metric_names import shift_words
from longpole.domain.recommendations import Recommendation, Verdict
from longpole.domain.verifications import Verification

UNITS = {
    "execution_time_p50": "s",
    "execution_time_p95": "s",
    "execution_time_mean": "s",
    "cost_per_run": "usd",
    "tokens_per_run": "tokens",
    "failed_run_share": "ratio",
}
_OF_GAIN = {
    "seconds_per_run": ("execution_time_p50", THRESHOLDS.seconds_per_run[0]),
    "usd_per_month": ("cost_per_run", THRESHOLDS.usd_per_month[0]),
    "failed_run_share": ("failed_run_share", THRESHOLDS.failed_run_share[0]),
}
_WORDS = {
    Verdict.IMPROVED: "it got better",
    Verdict.REGRESSED: "it got worse",
    Verdict.NO_EVIDENCE: "no difference is to be seen yet",
    Verdict.TOO_FEW_RUNS: "too few runs to say",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """The name under which it is told, and the figure; `is_monthly` where it is told for a month's runs."""

    name: str
    figure: str
    is_monthly: bool = False


def metric_of(recommendation: Recommendation) -> Metric:
    """That of the estimate where runs have it, else that of the largest part of the gain."""
    named = str((recommendation.estimate or {}).get("metric") or "")
    if named in UNITS:
        return Metric(named, named)
    if named == "cost_per_month":
        return Metric(named, "cost_per_run", is_monthly=True)
    gain = recommendation.gain or {}
    parts = {name: float(gain.get(name) or 0.0) / least for name, (_, least) in _OF_GAIN.items()}
    largest = max(parts, key=lambda name: parts[name])
    figure = _OF_GAIN[largest][0] if parts[largest] > 0 else "execution_time_p50"
    return Metric(figure, figure)


def share_of_estimate(estimate: Mapping[str, Any] | None, before: float, after: float) -> float | None:
    """Of the promised relative change, how much came; relative, as traffic and its amount may be others by now."""
    if estimate is None or not before:
        return None
    baseline, expected = estimate.get("baseline"), estimate.get("expected")
    if not baseline or expected is None or expected == baseline:
        return None
    return ((before - after) / before) / ((float(baseline) - float(expected)) / float(baseline))


def spoken(verification: Verification) -> str:
    """A verification in a line: `Compared with before: p95 run 9.10 s → 6.40 s (5.90–6.80): it got better.`."""
    if verification.before is None or verification.after is None:
        return f"Compared with before: {_WORDS[verification.verdict]}."
    bounds = verification.low, verification.high
    told = shift_words(verification.metric, verification.before, verification.after, bounds, verification.unit)
    return f"Compared with before: {told}: {_WORDS[verification.verdict]}."
