"""The week in one message: what is worth doing, what became worse, what the cache saved, what it all cost.

Upstream: `services.alert_digest`. Downstream: `wording`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from longpole.alerting.wording import Said, degraded
from longpole.domain import amounts
from longpole.domain.degradations import Degradation
from longpole.domain.recommendations import Recommendation, Severity

MOST_ADVICE, MOST_DEGRADED = 5, 5


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """What a week's runs came to; None: not known."""

    run_count: int
    failed: int
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class CacheSavings:
    """What was not computed again."""

    hits: int
    saved_s: float
    saved_usd: Decimal


@dataclass(frozen=True, slots=True)
class Week:
    """What a digest is made of; advice and degradations with the most worth first, and how many there are in all."""

    app_id: str
    until: datetime
    now: WeekFigures
    before: WeekFigures
    advice: Sequence[Recommendation]
    advice_count: int
    degraded: Sequence[Degradation]
    cache: CacheSavings


def digest(week: Week) -> Said:
    """The week in words."""
    lines = [_runs(week), _cost(week), _cache(week.cache), *_advice(week), *_degraded(week)]
    facts = {
        "runs": week.now.run_count,
        "runs_before": week.before.run_count,
        "failed": week.now.failed,
        "cost": None if week.now.cost_usd is None else float(week.now.cost_usd),
        "cost_before": None if week.before.cost_usd is None else float(week.before.cost_usd),
        "cache_hits": week.cache.hits,
        "cache_seconds_saved": week.cache.saved_s,
        "cache_cost_saved": float(week.cache.saved_usd),
        "advice": [{"id": each.id, "title": each.title, "workflow_id": each.workflow_id} for each in week.advice],
        "advice_count": week.advice_count,
        "degradations": [each.id for each in week.degraded],
    }
    title = f"{amounts.name(week.app_id)}: the week up to {week.until:%Y-%m-%d}"
    return Said(title, tuple(lines), Severity.INFO, facts)


def _runs(week: Week) -> str:
    changed = amounts.change(_ratio(week.now.run_count, week.before.run_count))
    compared = f" ({changed} to the week before)" if changed else ""
    return f"Runs: {week.now.run_count:,}{compared}, {week.now.failed:,} failed."


def _cost(week: Week) -> str:
    now, before = week.now.cost_usd, week.before.cost_usd
    if now is None:
        return "Cost: not known."
    changed = "" if before is None else amounts.change(_ratio(float(now), float(before)))
    return f"Cost: {amounts.money(now)}, {amounts.money(before)} the week before{f' ({changed})' if changed else ''}."


def _ratio(now: float, before: float) -> float | None:
    return (now - before) / before if before else None


def _cache(cache: CacheSavings) -> str:
    if not cache.hits:
        return "Cache: nothing was served from it."
    saved = f"{amounts.duration(cache.saved_s)} and {amounts.money(cache.saved_usd)}"
    return f"Cache: {cache.hits:,} results served, {saved} saved."


def _advice(week: Week) -> list[str]:
    if not week.advice:
        return ["Advice: none is open."]
    lines = [f"Advice: {week.advice_count:,} open, of the most worth:"]
    for each in week.advice:
        worth = f": {each.estimated_improvement}" if each.estimated_improvement else ""
        lines.append(f"• [{each.severity}] {amounts.name(each.workflow_id)}: {each.title}{worth}")
    return lines


def _degraded(week: Week) -> list[str]:
    if not week.degraded:
        return ["Degradations: none."]
    told = [f"• {degraded(each).title}, {each.state} since {amounts.moment(each.started_at)}" for each in week.degraded]
    return ["Degradations:", *told]
