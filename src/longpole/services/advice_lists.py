"""Recommendations of all workflows, the most worth first, and what those that were followed have brought.

Every recommendation is ordered and counted by a few of its figures; only those
of the page are read as far as a list shows them.

Upstream: `rest.advice_lists`, `overview_highlights`. Downstream: `advice.monthly`, `store.advice_lists`.
"""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from longpole import runtime
from longpole.advice.monthly import Followed, brought, monthly_worth, most_a_month_first, runs_per_month
from longpole.domain.advice_lists import AdviceFilters, AdviceLine, AdviceList, Brought, MonthlyWorth
from longpole.domain.errors import InvalidInputError
from longpole.domain.recommendations import Category, Recommendation, RecommendationStatus, Severity
from longpole.domain.units import instant
from longpole.store import advice_lists as store
from longpole.store.advice_due import analysed_ns

_Place = tuple[float, str]


def advice(filters: AdviceFilters, limit: int = 50, cursor: str | None = None) -> AdviceList:
    """A page of recommendations, the most worth first.

    Raises:
        InvalidInputError: `cursor` is none that an earlier page gave.
    """
    after = None if cursor is None else _place_of(cursor)
    scope = store.Scope(filters.app_id, filters.workflow_id)
    with runtime.reading() as connection:
        meant = [row for row in store.ranked(connection, scope) if _is_meant(row, filters)]
        worth = {row.id: worth_of(row) for row in meant if row.status == filters.status}
        places = sorted(most_a_month_first(worth[each], each) for each in worth)
        rest = places if after is None else [place for place in places if place > after]
        page = rest[:limit]
        return AdviceList(
            items=lines(connection, [each for _, each in page], worth),
            next_cursor=_cursor(page[-1]) if len(rest) > limit else None,
            counts=_counts(meant),
            brought=brought_in(connection, scope),
            analysed_at=_analysed_at(connection, filters),
        )


def worth_of_one(recommendation: Recommendation) -> MonthlyWorth:
    """What one is worth in a month, as lists are ordered by it."""
    metric = (recommendation.estimate or {}).get("metric")
    return monthly_worth(recommendation.gain, metric, recommendation.severity, runs_per_month(recommendation.baseline))


def _is_meant(row: Any, filters: AdviceFilters) -> bool:
    return filters.severity in {None, row.severity} and filters.category in {None, row.category}


def _counts(rows: Sequence[Any]) -> Mapping[RecommendationStatus, int]:
    found = Counter(row.status for row in rows)
    return {status: found[status] for status in RecommendationStatus}


def worth_of(row: Any) -> MonthlyWorth:
    """What a row of `store.ranked` is worth in a month."""
    gain = {name: getattr(row, name) for name in ("seconds_per_run", "usd_per_month", "failed_run_share")}
    return monthly_worth(gain, row.metric, row.severity, _runs_per_month(row))


def _runs_per_month(row: Any) -> float | None:
    return runs_per_month({"runs": row.runs, "since": row.since, "until": row.until})


def lines(connection: Connection, ids: Sequence[str], worth: Mapping[str, MonthlyWorth]) -> tuple[AdviceLine, ...]:
    """Recommendations as a list shows them, in the order of their ids."""
    found = store.lines(connection, ids)
    return tuple(_line(found[each], worth[each]) for each in ids if each in found)


def _line(row: Any, worth: MonthlyWorth) -> AdviceLine:
    return AdviceLine(
        **{
            **row._asdict(),
            "category": Category(row.category),
            "severity": Severity(row.severity),
            "status": RecommendationStatus(row.status),
            "affected_nodes": tuple(row.affected_nodes),
            "worth": worth,
        }
    )


def brought_in(connection: Connection, scope: store.Scope) -> Brought:
    """What those that were followed have brought."""
    return brought(
        Followed(row.app_id, row.workflow_id, row.implemented_at.date(), row.verification, runs_per_month(row.baseline))
        for row in store.verified(connection, scope)
        if row.implemented_at is not None and row.verification
    )


def _analysed_at(connection: Connection, filters: AdviceFilters) -> datetime | None:
    if filters.app_id is None or filters.workflow_id is None:
        return None
    at_ns = analysed_ns(connection, filters.app_id, filters.workflow_id)
    return None if at_ns is None else instant(at_ns)


def _cursor(place: _Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _place_of(cursor: str) -> _Place:
    """The place that a page ended with."""
    try:
        score, recommendation_id = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        return float(score), str(recommendation_id)
    except (binascii.Error, ValueError, TypeError):
        raise InvalidInputError("cursor", "must be the next_cursor of an earlier page", cursor) from None
