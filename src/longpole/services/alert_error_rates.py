"""Whether more runs fail than may: not one of two, but so many of so many that chance is no explanation.

Upstream: `alerting`. Downstream: `alert_watches`, `analysis.proportions`.
"""

from collections.abc import Iterator

from longpole.alerting.wording import failing, failing_less
from longpole.analysis.proportions import Share, share
from longpole.domain.alerts import ErrorRateCondition
from longpole.domain.units import NS_PER_HOUR, instant
from longpole.services.alert_watches import Look, Watch, full_hour, totals_since


def watches(look: Look) -> Iterator[Watch]:
    """Each workflow with enough runs in the window."""
    condition = look.rule.condition
    assert isinstance(condition, ErrorRateCondition)
    since_ns = full_hour(look.now_ns - condition.window_hours * NS_PER_HOUR)
    since = instant(since_ns)
    for workflow_id, total in totals_since(look, since_ns, ("run_count", "failed")).items():
        failed = share(total.count("failed"), total.count("run_count"))
        if failed.n >= condition.min_runs:
            yield Watch(
                f"error_rate:{workflow_id}",
                _is_above(failed, condition),
                failing(workflow_id, condition, failed, since),
                workflow_id,
                failing_less(workflow_id, condition, failed, since),
            )


def _is_above(failed: Share, condition: ErrorRateCondition) -> bool | None:
    """True when it surely is, False when it is not; between them things stay as they are."""
    if failed.low > condition.above:
        return True
    return False if failed.ratio <= condition.above else None
