"""An event as it is stored, for tests of what shows it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from longpole.domain.degradations import (
    Cause,
    CauseKind,
    Degradation,
    DegradationState,
    DegradedMetric,
    DetectionMethod,
)

SINCE = datetime(2026, 11, 8, 6, tzinfo=UTC)
SLOWER = Degradation(
    id="d-1",
    app_id="shop",
    workflow_id="trip",
    workflow_version=None,
    metric=DegradedMetric.RUN_TIME_P95,
    state=DegradationState.OPEN,
    started_at=SINCE,
    found_at=SINCE + timedelta(hours=9),
    last_seen_at=SINCE + timedelta(hours=12),
    ratio=1.5,
    low=1.4,
    high=1.6,
    before=2.0,
    after=3.0,
    p_value=1e-9,
    method=DetectionMethod.CHANGE_POINT,
    fingerprint="f",
    created_at=SINCE + timedelta(hours=9),
    updated_at=SINCE + timedelta(hours=12),
    resolution_seconds=3_600,
    causes=(
        Cause(CauseKind.MODEL, "answer: small → large", 0.91, {"share_before": 0.1, "share_after": 1.0}),
        Cause(CauseKind.NODE, "answer", 0.97, {"before": 1.2, "after": 2.2, "run_ids": ["r-1"]}),
    ),
)


def over(number: int, **more: Any) -> Degradation:
    """One that is over, with an id of its own."""
    days = timedelta(days=number)
    return replace(
        SLOWER,
        id=f"d-over-{number}",
        fingerprint=f"f-{number}",
        state=DegradationState.CLOSED,
        started_at=SINCE - days,
        closed_at=SINCE - days + timedelta(hours=20),
        **more,
    )
