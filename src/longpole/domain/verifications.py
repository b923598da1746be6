"""What a followed recommendation really brought, beside what had been estimated.

Upstream: `services.verification`. Downstream: `store.recommendations` keeps it as JSON, `rest` and `cli` show it.
"""

from dataclasses import dataclass, field

from longpole.domain.recommendations import Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure before and after a change, for the same traffic.

    Attributes:
        metric: As in an estimate: `execution_time_p95`, `cost_per_run`, …
        before: As the runs before it would have been with the traffic since.
        low, high: Bounds of `after`, with the uncertainty of both sides.
        unit: `s`, `usd`, `ratio`, `tokens`.
        verdict: What can be said.
    """

    metric: str
    before: float
    after: float
    low: float
    high: float
    unit: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Verification:
    """The figure that the advice was about, and whether its estimate came true.

    Attributes:
        before, after, low, high: As in `Comparison`; None where there are too few runs.
        n_before, n_after: Runs that were compared.
        estimate_expected: What the advice had promised.
        share_of_estimate: Of the promised difference, how much came; 1 is all of it, below 0 is worse than before.
        checked_at: An ISO 8601 instant.
        runs_per_month: At the rate since the change.
        is_final: Runs of two weeks were seen; it is not looked at again.
        others: Figures that the advice was not about.
    """

    metric: str
    unit: str
    verdict: Verdict
    n_before: int
    n_after: int
    checked_at: str
    method: str
    before: float | None = None
    after: float | None = None
    low: float | None = None
    high: float | None = None
    estimate_expected: float | None = None
    share_of_estimate: float | None = None
    runs_per_month: float | None = None
    is_final: bool = False
    caveats: tuple[str, ...] = ()
    others: tuple[Comparison, ...] = field(default_factory=tuple)
