"""How often a time was how long: bins of equal ratio, of a workflow's runs or of a node's executions.

Upstream: `services.distribution`. Downstream: `rest.distribution`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from longpole.domain.comparisons import Basis


class DistributedMetric(StrEnum):
    """What may be asked for."""

    RUN_TIME = "run_time"
    NODE_TIME = "node_time"


@dataclass(frozen=True, slots=True)
class DistributionBin:
    """Values above `low`, up to `high`, in seconds; the first bin may be 0 to 0, for those that took no time.

    Attributes:
        count: How many.
        share: Of all, 0 to 1.
    """

    low: float
    high: float
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class TimeDistribution:
    """How times were spread.

    Attributes:
        node_id: Of this node's executions; None: of runs, or of all executions.
        version: Of this version only; None: of all.
        period_start, period_end: What is covered: full hours, or days where hours are not kept any more.
        basis: Histograms of everything in that time, or runs one by one.
        n: Over how many runs or executions.
        run_count: Runs that are meant; of `runs` at most 20,000 are read, spread evenly.
        read_runs: Those that were read; all of them where histograms were.
        bins_per_doubling: How fine bins are; those of any two distributions fit into those of the coarser one.
        bins: Side by side, those without values too; their counts sum to `n`.
    """

    app_id: str
    workflow_id: str
    metric: DistributedMetric
    node_id: str | None
    version: str | None
    period_start: datetime
    period_end: datetime
    basis: Basis
    n: int
    run_count: int
    read_runs: int
    min: float | None
    max: float | None
    avg: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    bins_per_doubling: float
    bins: tuple[DistributionBin, ...]
