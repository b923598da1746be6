"""The versions of a workflow: since when each runs, and how often.

A version that was there before the period keeps the day on which it came up,
so that nothing that is older looks new.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WorkflowVersion:
    """A version that ran in the period.

    Attributes:
        version: Its name; None: runs that name none.
        first_run_at: Up to an hour before its first run ended, a day where hours are no longer kept.
        last_run_at: Likewise of its last one.
        run_count: Its runs of the period.
        failed: Those of them that failed.
    """

    version: str | None
    first_run_at: datetime
    last_run_at: datetime
    run_count: int
    failed: int


@dataclass(frozen=True, slots=True)
class WorkflowVersions:
    """The versions that ran in a period, the one that came up last first."""

    app_id: str
    workflow_id: str
    period_start: datetime
    period_end: datetime
    items: tuple[WorkflowVersion, ...] = ()
