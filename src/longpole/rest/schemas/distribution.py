"""Of which times a distribution is asked for, and what is answered."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from longpole.domain.comparisons import Basis, Side
from longpole.domain.distributions import DistributedMetric
from longpole.domain.runs import RunStatus
from longpole.rest.parameters import Id, Instant, Text
from longpole.rest.schemas.answer import Answer

LEAST_BINS, MOST_BINS = 8, 120


class DistributionQuery(BaseModel):
    """Which times, of which runs: all that is given must hold."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="ignore")

    metric: DistributedMetric = DistributedMetric.RUN_TIME
    """Of runs, or of node executions."""
    node_id: Id | None = None
    """With `node_time`: only executions of this node."""
    version: Text | None = None
    """Runs of this version."""
    days: Annotated[float, Field(gt=0, le=365, allow_inf_nan=False)] | None = None
    """Runs of so many days up to now; without a period the last 7."""
    since: Instant | None = Field(None, examples=["2026-11-01T00:00:00Z"])
    """Runs that ended at this instant or after it, from its full hour on."""
    until: Instant | None = Field(None, examples=["2026-11-08T00:00:00Z"])
    """With `since`: only runs that ended before this instant, up to the end of its hour."""
    user: Id | None = None
    """This user's runs."""
    session: Id | None = None
    """This session's runs."""
    tag: Text | None = None
    """Runs with this tag."""
    environment: Text | None = None
    """Runs of this environment."""
    status: RunStatus | None = None
    """Runs that ended so."""
    bins: Annotated[int, Field(ge=LEAST_BINS, le=MOST_BINS)] = 60
    """At most so many bins."""

    def side(self) -> Side:
        """The runs that are meant."""
        return Side(
            self.version, self.days, self.since, self.until, self.user, self.session, self.tag, self.environment,
            self.status,
        )  # fmt: skip


class DistributionBin(Answer):
    """Times above `low`, up to `high`, in seconds."""

    low: float
    high: float
    """0 in the first bin where some took no time at all."""
    count: int
    share: float
    """Of all, 0 to 1."""


class Distribution(Answer):
    """How times are spread, in bins of equal ratio."""

    app_id: str
    workflow_id: str
    metric: DistributedMetric
    node_id: str | None
    version: str | None
    period_start: datetime
    """What is covered: full hours, or days where hours are not kept any more."""
    period_end: datetime
    basis: Basis
    """`histograms` of all runs; with filters `runs`, one by one."""
    n: int
    """Over how many runs or executions."""
    run_count: int
    """Runs that are meant."""
    read_runs: int
    """Those that were read: all, or with filters at most 20,000, spread evenly over the time."""
    min: float | None
    max: float | None
    avg: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    bins_per_doubling: float
    """A power of two; bins of two answers fit into those of the coarser one."""
    bins: tuple[DistributionBin, ...]
    """Side by side, in order; their counts sum to `n`."""
