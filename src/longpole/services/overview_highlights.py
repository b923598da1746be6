"""What got worse, what is worth doing, and what was saved: of everything, and workflow by workflow.

Upstream: `whole_overview`. Downstream: `store.overview_highlights`, `advice_lists`, `advice.monthly`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from longpole.advice.monthly import most_a_month_first
from longpole.domain.advice_lists import AdviceLine, Brought, MonthlyWorth
from longpole.domain.degradations import DegradedMetric
from longpole.domain.overview import CacheSavings, OverviewAdvice, OverviewCause, Worsened
from longpole.domain.recommendations import RecommendationStatus
from longpole.domain.units import seconds
from longpole.services import advice_lists
from longpole.store import advice_lists as advice_store
from longpole.store import overview_highlights as store
from longpole.store.overview_highlights import OpenEvent

Named = tuple[str, str]
"""An application and a workflow."""


@dataclass(frozen=True, slots=True)
class Degraded:
    """What got worse and still is.

    Attributes:
        count: How many events there are in all.
        latest: The newest day first, the gravest of a day first.
        counts: How many of each workflow.
        worst: The gravest of each workflow.
    """

    count: int
    latest: tuple[Worsened, ...]
    counts: Mapping[Named, int]
    worst: Mapping[Named, Worsened]


def degraded(connection: Connection, app_id: str | None, limit: int, shown: Collection[Named]) -> Degraded:
    """What got worse; the gravest only of those workflows that are shown."""
    events = store.open_events(connection, app_id)
    of_workflow: dict[Named, list[OpenEvent]] = defaultdict(list)
    for event in events:
        of_workflow[event.app_id, event.workflow_id].append(event)
    gravest = {named: max(of, key=_gravity) for named, of in of_workflow.items() if named in shown}
    latest = sorted(events, key=_newest_first)[:limit]
    rows = store.event_rows(connection, {event.id for event in [*latest, *gravest.values()]})
    return Degraded(
        len(events),
        tuple(_worsened(rows[event.id]) for event in latest),
        {named: len(of) for named, of in of_workflow.items()},
        {named: _worsened(rows[event.id]) for named, event in gravest.items()},
    )


def _gravity(event: OpenEvent) -> tuple[float, str]:
    return (event.ratio, event.id)


def _newest_first(event: OpenEvent) -> tuple[int, float, str]:
    return (-event.started_at.toordinal(), -event.ratio, event.id)


def _worsened(row: Any) -> Worsened:
    return Worsened(
        id=row.id,
        app_id=row.app_id,
        workflow_id=row.workflow_id,
        workflow_version=row.workflow_version,
        metric=DegradedMetric(row.metric),
        started_at=row.started_at,
        ratio=row.ratio,
        before=row.before,
        after=row.after,
        causes=tuple(OverviewCause(each["kind"], each["name"], each.get("share")) for each in row.attribution),
    )


@dataclass(frozen=True, slots=True)
class Advised:
    """Recommendations that stand.

    Attributes:
        most: Those that are worth most, in order.
        counts: How many of each workflow.
        best: The one of each workflow that is worth most.
    """

    count: int
    most: tuple[AdviceLine, ...]
    counts: Mapping[Named, int]
    best: Mapping[Named, OverviewAdvice]
    brought: Brought


def advised(connection: Connection, app_id: str | None, limit: int, shown: Collection[Named]) -> Advised:
    """What is worth doing; the best only of those workflows that are shown."""
    scope = advice_store.Scope(app_id)
    active = [row for row in advice_store.ranked(connection, scope) if row.status == RecommendationStatus.ACTIVE]
    worth = {row.id: advice_lists.worth_of(row) for row in active}
    of_workflow: dict[Named, list[str]] = defaultdict(list)
    for row in sorted(active, key=lambda each: most_a_month_first(worth[each.id], each.id)):
        of_workflow[row.app_id, row.workflow_id].append(row.id)
    firsts = {named: ids[0] for named, ids in of_workflow.items() if named in shown}
    places = sorted(most_a_month_first(worth[each], each) for each in worth)
    most = [recommendation_id for _, recommendation_id in places[:limit]]
    rows = advice_store.lines(connection, [*most, *firsts.values()])
    return Advised(
        len(active),
        advice_lists.lines(connection, most, worth),
        {named: len(ids) for named, ids in of_workflow.items()},
        {named: _best(rows[each], worth[each]) for named, each in firsts.items()},
        advice_lists.brought_in(connection, scope),
    )


def _best(row: Any, worth: MonthlyWorth) -> OverviewAdvice:
    return OverviewAdvice(row.id, row.title, row.severity, tuple(row.affected_nodes), worth)


def cache_savings(connection: Connection, app_id: str | None, since: int) -> CacheSavings:
    """What the node cache saved since an instant, in seconds since the epoch."""
    found = store.cache_sums(connection, app_id, since)
    asked = found.hits + found.misses
    return CacheSavings(
        found.hits, 100.0 * found.hits / asked if asked else None, seconds(found.saved_ns), found.saved_usd
    )
