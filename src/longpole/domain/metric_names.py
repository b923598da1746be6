"""How people call the figures that estimates and verifications are about."""

from longpole.domain import amounts

_NAMES = {
    "execution_time_p50": "median run",
    "execution_time_p95": "p95 run",
    "execution_time_mean": "mean run",
    "cost_per_month": "a month",
    "cost_per_run": "cost of a run",
    "failed_run_share": "runs that fail",
    "tokens_per_run": "tokens a run",
}


def metric_name(metric: str) -> str:
    """`median run` for `execution_time_p50`; a metric that is not known here by its own words."""
    return _NAMES.get(metric, amounts.name(metric).replace("_", " "))
