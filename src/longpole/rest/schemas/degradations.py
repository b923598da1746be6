"""Levels that changed, and what was behind it."""

from datetime import datetime
from typing import Any

from longpole.domain.degradations import CauseKind, DegradationState, DegradedMetric, DetectionMethod
from longpole.rest.schemas.answer import Answer


class Cause(Answer):
    """Something that changed when the level did."""

    kind: CauseKind
    name: str
    share: float | None
    """Of the change, 0 to 1: how much of it this explains."""
    evidence: dict[str, Any]
    """Figures before and after, `explains` in the metric's unit, and `run_ids` that show it."""


class Degradation(Answer):
    """A level that changed."""

    id: str
    app_id: str
    workflow_id: str
    workflow_version: str | None
    """Where one version is to blame; null: the workflow as a whole."""
    metric: DegradedMetric
    state: DegradationState
    is_improvement: bool
    started_at: datetime
    """When the new level began."""
    found_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None
    ratio: float
    """New level over old."""
    low: float
    high: float
    before: float
    """Seconds, a ratio, or dollars a run."""
    after: float
    p_value: float
    method: DetectionMethod
    resolution_seconds: int | None
    """How wide the points were in which it was found; null: run by run."""
    causes: tuple[Cause, ...]
    """The most likely first."""


class Degradations(Answer):
    """Events, the newest first."""

    items: tuple[Degradation, ...]
