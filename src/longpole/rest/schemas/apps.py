"""The lists of applications and of their workflows."""

from datetime import datetime

from longpole.rest.schemas.answer import Answer, Usd
from longpole.rest.schemas.figures import TimeFigures


class App(Answer):
    """An application that something is known of."""

    app_id: str
    workflow_count: int
    run_count: int
    last_run_at: datetime | None


class Apps(Answer):
    """Applications, by their ids."""

    items: tuple[App, ...]


class SparklinePoint(Answer):
    """A UTC day of a workflow; an hour, where no more than two days are asked for."""

    start: datetime
    run_count: int
    p95: float | None
    """Seconds."""
    error_rate: float | None
    """0 to 1."""
    cost: Usd | None
    """US dollars, of what is known."""


class Workflow(Answer):
    """A workflow of an application."""

    app_id: str
    workflow_id: str
    workflow_name: str | None
    run_count: int
    failed: int
    last_run_at: datetime | None
    execution_time: TimeFigures
    total_cost: Usd | None
    """US dollars, of what is known."""
    sparkline: tuple[SparklinePoint, ...]
    """A point for each day or hour that has runs, in order."""


class Workflows(Answer):
    """Workflows, the one that ran last first."""

    items: tuple[Workflow, ...]
