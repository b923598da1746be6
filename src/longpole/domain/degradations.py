"""When a workflow became slower, dearer or less reliable (or the opposite), by how much, and what was behind it.

An event is about one metric of one workflow. While it is found again it is the
same event; it closes when the level is back where it was.

Upstream: `services.degradations` finds them. Downstream: `store.degradations` keeps them, `rest` and `cli` show them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class DegradedMetric(StrEnum):
    """What is watched."""

    RUN_TIME_P50 = "run_time_p50"
    RUN_TIME_P95 = "run_time_p95"
    ERROR_RATE = "error_rate"
    COST = "cost"


class DegradationState(StrEnum):
    """Whether the level still stands."""

    OPEN = "open"
    CLOSED = "closed"


class DetectionMethod(StrEnum):
    """How it was found: a step in a series of figures, or run by run after a new version."""

    CHANGE_POINT = "change_point"
    SEQUENTIAL = "sequential"


class CauseKind(StrEnum):
    """What can be behind a change."""

    NODE = "node"
    WORKFLOW_VERSION = "workflow_version"
    MODEL = "model"
    INPUT_SIZE = "input_size"
    TRAFFIC_MIX = "traffic_mix"
    CACHE_HIT_RATE = "cache_hit_rate"
    ERROR_RATE = "error_rate"


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that changed when the level did, and how much of the change it explains.

    Attributes:
        name: The node, version, model or kind of traffic.
        share: Of the change, 0 to 1; None where it could not be said.
        evidence: Figures before and after, and examples of runs.
    """

    kind: CauseKind
    name: str
    share: float | None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Degradation:
    """A level that changed and what is known of it.

    Attributes:
        workflow_version: Where only one version changed, or the new one is to blame.
        started_at: When the first figure or run of the new level ended.
        ratio: New level over old; an event below 1 is an improvement.
        low, high: Bounds of the ratio, 95 %.
        before, after: The levels: seconds, a ratio, or dollars a run.
        p_value: Of the step, before many series were allowed for.
        resolution_seconds: How wide the points were; None: found run by run.
        causes: The most likely first.
        fingerprint: What makes it the same event when found again.
    """

    id: str
    app_id: str
    workflow_id: str
    workflow_version: str | None
    metric: DegradedMetric
    state: DegradationState
    started_at: datetime
    found_at: datetime
    last_seen_at: datetime
    ratio: float
    low: float
    high: float
    before: float
    after: float
    p_value: float
    method: DetectionMethod
    fingerprint: str
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    resolution_seconds: int | None = None
    causes: tuple[Cause, ...] = ()

    @property
    def is_improvement(self) -> bool:
        """Whether it became better."""
        return self.ratio < 1
