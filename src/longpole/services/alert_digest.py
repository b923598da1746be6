"""The weekly digest: when it is due, and what it is made of.

Upstream: `alerting`. Downstream: `alerting.digest`, `store.recommendations`, `store.cache_reads`, `alert_watches`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from longpole.advice.worth import most_first
from longpole.alerting.digest import MOST_ADVICE, MOST_DEGRADED, CacheSavings, Week, WeekFigures, digest
from longpole.domain.alerts import AlertEvent, DigestCondition, Weekday
from longpole.domain.degradations import Degradation
from longpole.domain.recommendations import Recommendation
from longpole.domain.units import NS_PER_DAY, instant, instant_ns, seconds
from longpole.services.alert_degradations import degradations_since
from longpole.services.alert_watches import Look, Watch, full_hour, summed, totals_since, watched_workflows
from longpole.services.cell_figures import dollars
from longpole.store import cache_reads, recommendations

_LATE = timedelta(hours=24)
"""A digest that could not be made for longer is left out: the next one comes."""
_WEEK_NS = 7 * NS_PER_DAY
_NUMBERS = ("run_count", "failed", "cost_usd")
_DAYS_PER_WEEK = 7


def watches(look: Look) -> Iterator[Watch]:
    """The digest that is due, if one is."""
    condition = look.rule.condition
    assert isinstance(condition, DigestCondition)
    now = instant(look.now_ns)
    due_at = last_due(condition, now)
    subject = f"digest:{due_at:%Y-%m-%dT%H:%MZ}"
    if due_at < look.rule.created_at or now - due_at > _LATE or subject in look.is_open:
        return
    yield Watch(subject, holds=True, said=digest(_week(look, due_at)), event=AlertEvent.DIGEST)


def last_due(condition: DigestCondition, now: datetime) -> datetime:
    """When the clocks of its zone last showed the digest's day and hour, in UTC."""
    local = now.astimezone(ZoneInfo(condition.time_zone))
    days_back = (local.weekday() - tuple(Weekday).index(condition.weekday)) % _DAYS_PER_WEEK
    for weeks in (0, 1):
        day = local.date() - timedelta(days=days_back + weeks * _DAYS_PER_WEEK)
        due = datetime(day.year, day.month, day.day, condition.hour, tzinfo=local.tzinfo).astimezone(UTC)
        if due <= now:
            break
    return due


def _week(look: Look, due_at: datetime) -> Week:
    until_ns = full_hour(instant_ns(due_at))
    since_ns, before_ns = until_ns - _WEEK_NS, until_ns - 2 * _WEEK_NS
    advice = _open_advice(look)
    degraded = degradations_since(look, instant(since_ns))
    return Week(
        app_id=look.rule.app_id,
        until=due_at,
        now=_figures(look, since_ns, until_ns),
        before=_figures(look, before_ns, since_ns),
        advice=advice[:MOST_ADVICE],
        advice_count=len(advice),
        degraded=sorted(degraded, key=_worst_first)[:MOST_DEGRADED],
        cache=_cache(look, since_ns, until_ns),
    )


def _worst_first(event: Degradation) -> tuple[float, str]:
    return (-event.ratio, event.id)


def _figures(look: Look, since_ns: int, until_ns: int) -> WeekFigures:
    parts = totals_since(look, since_ns, _NUMBERS, until_ns)
    runs, failed = (summed(parts, name) or 0 for name in ("run_count", "failed"))
    return WeekFigures(runs, failed, dollars(summed(parts, "cost_usd")))


def _open_advice(look: Look) -> list[Recommendation]:
    app_id = look.rule.app_id
    found = [
        each
        for workflow in watched_workflows(look)
        for each in recommendations.those(look.connection, recommendations.Wanted(app_id, workflow.workflow_id))
    ]
    return sorted(found, key=most_first)


def _cache(look: Look, since_ns: int, until_ns: int) -> CacheSavings:
    period = cache_reads.Period(look.rule.app_id, None, since_ns, until_ns)
    counts = cache_reads.counts_by_node_kind(look.connection, period).values()
    saved_usd = sum((each.saved_usd for each in counts), Decimal(0))
    return CacheSavings(sum(each.hits for each in counts), seconds(sum(each.saved_ns for each in counts)), saved_usd)
