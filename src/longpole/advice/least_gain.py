"""From where on a gain is worth a user's time, whatever rule it is of: advice that saves nothing costs trust.

Invariant: what is held against it is the end of an interval that promises less.

Upstream: rules, `severity`. Downstream: none.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeastGain:
    """What is less is not told.

    Attributes:
        share_of_run: A fiftieth: below it no A/B test of a usual size sees it.
        seconds_per_run: Whatever share it is of a run of milliseconds, nobody notices less.
        usd_per_month: A dollar pays for reading the advice.
    """

    share_of_run: float = 0.02
    seconds_per_run: float = 0.02
    usd_per_month: float = 1.0


LEAST_GAIN = LeastGain()
