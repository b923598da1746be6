"""How people call the figures that estimates and verifications are about, and how they say that one became another."""

from longpole.domain import amounts

_NAMES = {
    "execution_time_p50": "median run",
    "execution_time_p95": "p95 run",
    "execution_time_mean": "mean run",
    "cost_per_month": "cost a month",
    "cost_per_run": "cost of a run",
    "failed_run_share": "runs that fail",
    "tokens_per_run": "tokens a run",
}


def metric_name(metric: str) -> str:
    """`median run` for `execution_time_p50`; a metric that is not known here by its own words."""
    return _NAMES.get(metric, amounts.name(metric).replace("_", " "))


def shift_words(metric: str, before: float, after: float, bounds: tuple[float | None, float | None], unit: str) -> str:
    """`p95 run 9.10 s → 6.40 s (5.90–6.80)`: a figure as it was, and as it is or would be, with its bounds."""
    return f"{metric_name(metric)} {amounts.quantity(before, unit)} → {amounts.with_bounds(after, *bounds, unit)}"
