"""What a figure is and what it would be, as numbers and, made of them, in words.

Invariant: words say what the numbers say: a figure in words has its unit, its
bounds, and how many runs it is of; none is below nothing.

Upstream: rules. Downstream: `domain.findings`, `domain.amounts`.
"""

from longpole.analysis.intervals import Interval
from longpole.analysis.proportions import Share
from longpole.domain import amounts
from longpole.domain.findings import Estimate
from longpole.domain.metric_names import shift_words
from longpole.domain.what_if import Shift


def improvement(estimate: Estimate) -> str:
    """`p95 run 9.10 s → 6.40 s (5.90–6.80)`, `runs that fail 8.2 % → 1.0 % (0.4–1.9)`."""
    bounds = estimate.low, estimate.high
    return shift_words(estimate.metric, estimate.baseline, estimate.expected, bounds, estimate.unit)


def time_estimate(statistic: str, shift: Shift, method: str, n: int) -> Estimate:
    """What runs take, in seconds; `statistic` is `p50`, `p95` or `mean`."""
    expected, low, high = (max(each, 0.0) for each in (shift.expected, shift.low, shift.high))
    return Estimate(f"execution_time_{statistic}", shift.baseline, expected, low, high, "s", method, n)


def replayed(statistic: str, shift: Shift, n: int) -> Estimate:
    """The same, where runs were replayed with a change."""
    return time_estimate(statistic, shift, f"replay of {n:,} runs, paired bootstrap", n)


def cost_estimate(cost: float, saved: Interval, method: str, n: int) -> Estimate:
    """What a month costs, in dollars, and what it would cost with so much of it saved."""
    expected, low, high = saved.off(cost)
    return Estimate("cost_per_month", cost, expected, low, high, "usd", method, n)


def failed_share_estimate(failed: int, prevented: Share, helped: Interval, method: str) -> Estimate:
    """The share of runs that fail, without those that a change would prevent.

    Args:
        failed: All runs that failed, of `prevented.n`.
        prevented: Those that fail by this cause.
        helped: The share (0–1) of them that would not.
        method: In a few words.
    """
    baseline = failed / max(prevented.n, 1)
    most = min(prevented.high * helped.high, baseline)
    spared = Interval(prevented.ratio * helped.value, prevented.low * helped.low, most)
    expected, low, high = spared.off(baseline)
    return Estimate("failed_run_share", baseline, expected, low, high, "ratio", method, prevented.n)


def share_words(found: Share) -> str:
    """`41 of 500 (8.2 %, 6.1–10.9)`."""
    bounds = amounts.bounds(found.ratio, found.low, found.high, "ratio")
    return f"{found.count} of {found.n} ({amounts.rate(found.ratio)}, {bounds})"
