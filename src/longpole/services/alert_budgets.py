"""How much of a month's budget is spent, and whether the month will end above it.

Upstream: `alerting`. Downstream: `alert_watches`, `forecasts`.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from longpole.alerting.wording import Spending, budget_reached
from longpole.domain import amounts
from longpole.domain.alerts import BudgetCondition, BudgetMetric
from longpole.domain.units import instant, instant_ns
from longpole.services.alert_watches import Look, Watch, full_hour, summed, totals_since
from longpole.services.cell_figures import dollars

_TOKENS = ("input_tokens", "output_tokens")


def watches(look: Look) -> Iterator[Watch]:
    """The highest threshold that is reached: those below it need not be told any more."""
    condition = look.rule.condition
    assert isinstance(condition, BudgetCondition)
    start = month_start(look.now_ns, condition.time_zone)
    spent = _spent(look, condition.metric, full_hour(instant_ns(start)))
    if spent is None:
        return
    whose = amounts.name(look.rule.workflow_id or look.rule.app_id)
    spending = Spending(whose, f"{start:%Y-%m}", spent)
    reached = [each for each in condition.thresholds if spent >= Decimal(str(each)) * condition.amount]
    if reached:
        subject = f"budget:{condition.metric}:{spending.month}:{reached[-1]:g}"
        said = budget_reached(condition, spending, reached[-1])
        yield Watch(subject, holds=True, said=said, workflow_id=look.rule.workflow_id)


def month_start(now_ns: int, time_zone: str) -> datetime:
    """When the month began, by the clocks of a zone."""
    local = instant(now_ns).astimezone(ZoneInfo(time_zone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)


def _spent(look: Look, metric: BudgetMetric, since_ns: int) -> Decimal | None:
    if metric is BudgetMetric.COST:
        return dollars(summed(totals_since(look, since_ns, ("cost_usd",)), "cost_usd"))
    parts = totals_since(look, since_ns, _TOKENS)
    known = [value for name in _TOKENS if (value := summed(parts, name)) is not None]
    return Decimal(sum(known)) if known else None
