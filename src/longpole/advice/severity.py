"""How much a finding matters: by what its change is worth, in seconds, dollars and runs that fail.

Upstream: `services.advisor`. Downstream: `domain.findings`.
"""

from dataclasses import dataclass

from longpole.advice.least_gain import LEAST_GAIN
from longpole.domain.findings import Finding
from longpole.domain.recommendations import Severity

Steps = tuple[float, float, float, float]
"""From which value on something is low, medium, high, critical."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a gain is low, medium, high, critical. What reaches none is `info`.

    Attributes:
        share_of_run: Of the run's time. People notice a fifth.
        seconds_per_run: So that a big share of a run of milliseconds is not called critical.
        usd_per_month: A dollar pays for reading the advice, ten for a changed setting, a hundred for an hour's work,
            a thousand for a day's.
        failed_run_share: One run in a hundred is a usual error budget, one in twenty is felt by every user.
    """

    share_of_run: Steps = (LEAST_GAIN.share_of_run, 0.08, 0.20, 0.40)
    seconds_per_run: Steps = (LEAST_GAIN.seconds_per_run, 0.1, 0.5, 2.0)
    usd_per_month: Steps = (LEAST_GAIN.usd_per_month, 10.0, 100.0, 1_000.0)
    failed_run_share: Steps = (0.001, 0.01, 0.05, 0.20)


THRESHOLDS = Thresholds()
_RANKS = tuple(Severity)


def severity_of(finding: Finding, thresholds: Thresholds = THRESHOLDS) -> Severity:
    """The highest of what its seconds, its dollars and its failures come to; never below the finding's own floor."""
    gain = finding.gain
    of_time = min(
        _rank(gain.share_of_run, thresholds.share_of_run), _rank(gain.seconds_per_run, thresholds.seconds_per_run)
    )
    rank = max(
        of_time,
        _rank(gain.usd_per_month, thresholds.usd_per_month),
        _rank(gain.failed_run_share, thresholds.failed_run_share),
        0 if finding.floor is None else _RANKS.index(Severity(finding.floor)),
    )
    return _RANKS[rank]


def _rank(value: float | None, steps: Steps) -> int:
    return 0 if value is None else sum(value >= step for step in steps)
