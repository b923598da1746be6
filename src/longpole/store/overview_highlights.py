"""What the overview says beside figures: levels that got worse and still are, and what the cache saved.

Upstream: `services.overview_highlights`. Downstream: `tables.degradations`, `tables.cache_statistics`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from longpole.domain.degradations import DegradationState
from longpole.store.dirty_marks import HOUR_SECONDS
from longpole.store.tables import cache_statistics, degradations
from longpole.store.values import text

_done = cache_statistics.c


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """A level that got worse and still is, as far as events are counted and ordered by it."""

    id: str
    app_id: str
    workflow_id: str
    ratio: float
    started_at: datetime


def open_events(connection: Connection, app_id: str | None) -> list[OpenEvent]:
    """Of an application, or of all; in no order."""
    of = degradations.c
    query = select(of.id, of.app_id, of.workflow_id, of.ratio, of.started_at)
    query = query.where(of.state == DegradationState.OPEN, of.ratio >= 1)
    if app_id is not None:
        query = query.where(of.app_id == text(app_id))
    return [OpenEvent(*row) for row in connection.execute(query)]


def event_rows(connection: Connection, ids: Collection[str]) -> dict[str, Any]:
    """Some events whole, by id."""
    query = select(degradations).where(degradations.c.id.in_(sorted(ids)))
    return {row.id: row for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class CacheSums:
    """What the node cache did."""

    hits: int
    misses: int
    saved_ns: int
    saved_usd: Decimal


def cache_sums(connection: Connection, app_id: str | None, since: int) -> CacheSums:
    """Of an application, or of all, from the hour on that `since` (seconds since the epoch) is in."""
    sums = [func.coalesce(func.sum(column), 0) for column in (_done.hits, _done.misses, _done.saved_ns)]
    query = select(*sums, func.sum(_done.saved_usd)).where(_done.hour_start >= since // HOUR_SECONDS * HOUR_SECONDS)
    if app_id is not None:
        query = query.where(_done.app_id == text(app_id))
    row: Sequence[Any] = connection.execute(query).one()
    return CacheSums(int(row[0]), int(row[1]), int(row[2]), row[3] or Decimal(0))
