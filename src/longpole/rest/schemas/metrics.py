"""Metrics of users' own: what is said of one, and what is known of it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from longpole.analysis.expressions import MAX_LENGTH
from longpole.domain.metrics import Level
from longpole.rest.parameters import Id, Text
from longpole.rest.schemas.answer import Answer

_MAX_NAME, _MAX_UNIT = 64, 32


class MetricDefinition(BaseModel):
    """A metric to be defined."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: Annotated[Text, Field(min_length=1, max_length=_MAX_NAME)]
    """Lower-case letters, digits, dots and underscores, a letter first; no name that means something already."""
    expression: Annotated[Text, Field(min_length=1, max_length=MAX_LENGTH)] | None = None
    """What it is made of, such as `output_tokens / execution_time`; null: it is sent."""
    workflow_id: Id | None = None
    """Of which workflow; null: of all of the application."""
    level: Level = Level.RUN
    """What carries it."""
    unit: Annotated[Text, Field(min_length=1, max_length=_MAX_UNIT)] | None = None
    """What figures are shown in, such as `tokens/s`."""
    backfill: bool = False
    """Count runs that are kept already as well, in the background; else those that count from now on."""


class CustomMetric(Answer):
    """A metric that was defined, or that is sent without that."""

    app_id: str
    workflow_id: str | None
    """null: of all workflows of the application."""
    name: str
    level: Level | None
    """null: it is sent, and nobody defined it."""
    expression: str | None
    """null: it is sent."""
    unit: str | None
    counts_from: datetime | None
    """Runs that count for an earlier time are not in the formula's figures; null: all that are kept are."""
    created_at: datetime | None
    """null: nobody defined it."""
    updated_at: datetime | None


class CustomMetrics(Answer):
    """By name."""

    items: tuple[CustomMetric, ...]


class RemovedMetric(Answer):
    """How many definitions were removed."""

    removed: int
