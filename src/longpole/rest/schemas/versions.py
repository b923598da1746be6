"""What is answered of a workflow's versions."""

from datetime import datetime

from longpole.rest.schemas.answer import Answer


class WorkflowVersion(Answer):
    """A version that ran in the period."""

    version: str | None
    """Null: runs that name none."""
    first_run_at: datetime
    """Up to an hour before its first run ever ended; a day, where that was before the period."""
    last_run_at: datetime
    """Up to an hour before its last run ended."""
    run_count: int
    """Its runs of the period."""
    failed: int


class WorkflowVersions(Answer):
    """The versions that ran in the period, the one that came up last first."""

    app_id: str
    workflow_id: str
    period_start: datetime
    period_end: datetime
    items: tuple[WorkflowVersion, ...]
