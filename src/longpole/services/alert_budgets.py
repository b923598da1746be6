"""How much of a month's budget is spent, and whether the month will end above it.

Upstream: `alerting`. Downstream: `alert_watches`, `forecasts`.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from longpole.alerting.wording import Spending, budget_forecast, budget_reached
from longpole.domain import amounts
from longpole.domain.alerts import BudgetCondition, BudgetMetric
from longpole.domain.units import NS_PER_HOUR, NS_PER_SECOND, instant, instant_ns
from longpole.services import forecasts
from longpole.services.alert_watches import Look, Watch, full_hour, summed, totals_since
from longpole.services.cell_figures import dollars

_HOURLY_WITHIN_NS = 150 * NS_PER_SECOND
"""Rules are looked at each minute or so, forecasts in the first of an hour: a look reads all that is known."""


def watches(look: Look) -> Iterator[Watch]:
    """The highest threshold that is reached, as those below it need not be told, and what the month will come to."""
    condition = look.rule.condition
    assert isinstance(condition, BudgetCondition)
    start = month_start(look.now_ns, condition.time_zone)
    spent = _spent(look, condition.metric, full_hour(instant_ns(start)))
    if spent is None:
        return
    whose = amounts.name(look.rule.workflow_id or look.rule.app_id)
    spending = Spending(whose, f"{start:%Y-%m}", spent)
    reached = [each for each in condition.thresholds if spent >= Decimal(str(each)) * condition.amount]
    subject = f"budget:{condition.metric}:{spending.month}"
    if reached:
        said = budget_reached(condition, spending, reached[-1])
        yield Watch(f"{subject}:{reached[-1]:g}", holds=True, said=said, workflow_id=look.rule.workflow_id)
    if condition.forecast_probability is not None and spent < condition.amount:
        yield from _ahead(look, condition, spending, f"{subject}:forecast")


def _ahead(look: Look, condition: BudgetCondition, spending: Spending, subject: str) -> Iterator[Watch]:
    """Whether the month will probably end above; looked at hourly, and told once a month.

    The forecast knows months of UTC: in the hours in which the rule's zone has another one it is silent.
    """
    is_time = look.now_ns % NS_PER_HOUR < _HOURLY_WITHIN_NS
    if subject in look.is_open or not is_time or spending.month != f"{instant(look.now_ns):%Y-%m}":
        return
    rule = look.rule
    found = forecasts.forecast(rule.app_id, rule.workflow_id, condition.metric, budget=float(condition.amount))
    month = found.month
    if found.declined is not None or month is None or month.value is None or month.over_budget is None:
        return
    assert condition.forecast_probability is not None
    if month.over_budget >= condition.forecast_probability:
        end = (month.low, month.value, month.high)
        said = budget_forecast(condition, spending, month.over_budget, end)
        yield Watch(subject, holds=True, said=said, workflow_id=rule.workflow_id)


def month_start(now_ns: int, time_zone: str) -> datetime:
    """When the month began, by the clocks of a zone."""
    local = instant(now_ns).astimezone(ZoneInfo(time_zone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)


def _spent(look: Look, metric: BudgetMetric, since_ns: int) -> Decimal | None:
    if metric is BudgetMetric.COST:
        return dollars(summed(totals_since(look, since_ns, ("cost_usd",)), "cost_usd"))
    tokens = summed(totals_since(look, since_ns, ("total_tokens",)), "total_tokens")
    return None if tokens is None else Decimal(tokens)
