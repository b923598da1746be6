"""What attempts cost that could not succeed: seconds, tokens and dollars.

    attempt 1 ██✗··██✗····██✗          wasted after 1: all behind the first ✗
              └ kept ┘└── wasted ──┘

Invariant: no more is wasted of an execution than it took.

Upstream: `observations`. Downstream: `outcomes`.
"""

import math
from dataclasses import dataclass

import numpy as np

from longpole.advice.observations import Floats, Ints, Observations
from longpole.analysis.intervals import Interval
from longpole.domain.findings import Estimate
from longpole.domain.units import NS_PER_SECOND

_Z95 = 1.96


@dataclass(frozen=True, slots=True, eq=False)
class Waste:
    """What is spent after a number of attempts.

    Attributes:
        by_run_s: Seconds per run, of all runs of which the time is known.
        run_s: What these runs took.
        tokens: Input tokens in all, as far as they are known.
        usd_per_month: At the period's traffic; None where no cost is known.
        executions: How many executions had further attempts.
    """

    by_run_s: Floats
    run_s: Floats
    tokens: float
    usd_per_month: float | None
    executions: int

    @property
    def seconds_per_run(self) -> Interval:
        """On average."""
        n = self.by_run_s.size
        if not n:
            return Interval(0.0, 0.0, 0.0)
        mean = float(self.by_run_s.mean())
        half = _Z95 * float(self.by_run_s.std()) / math.sqrt(n)
        return Interval(mean, max(mean - half, 0.0), mean + half)

    @property
    def cautious_share(self) -> float:
        """The lower end as a share of an average run."""
        mean = float(self.run_s.mean()) if self.run_s.size else 0.0
        return self.seconds_per_run.low / mean if mean > 0 else 0.0


def waste_after(observed: Observations, places: Ints, keep: int) -> Waste:
    """What the executions at `places` spent behind their attempt number `keep`."""
    columns = observed.executions
    places = places[columns.attempts[places] > keep]
    part = 1 - keep / np.maximum(columns.attempts[places], 1)
    elapsed = np.nan_to_num(columns.elapsed_ns[places])
    behind = elapsed - _until_ns(observed, places, keep)
    wasted = np.where(np.isnan(behind), elapsed * part, np.clip(behind, 0, elapsed))
    by_run = np.bincount(columns.run[places], weights=wasted, minlength=len(observed.runs))
    known = np.isfinite(observed.runs.elapsed_ns)
    costs = columns.cost_usd[places] * part
    return Waste(
        by_run_s=np.minimum(by_run, observed.runs.elapsed_ns)[known] / NS_PER_SECOND,
        run_s=observed.runs.elapsed_ns[known] / NS_PER_SECOND,
        tokens=float(np.nansum(columns.input_tokens[places] * part)),
        usd_per_month=observed.per_month(float(np.nansum(costs))) if np.isfinite(costs).any() else None,
        executions=int(places.size),
    )


def _until_ns(observed: Observations, places: Ints, keep: int) -> Floats:
    """From the start of each execution to the end of its attempt `keep`; NaN where that is not known."""
    attempts, starts = observed.attempts, observed.executions.start_ns
    is_it = (attempts.number == keep) & (attempts.end_ns >= 0)
    ends = np.full(len(observed.executions), np.nan)
    at = attempts.execution[is_it]
    ends[at] = np.where(starts[at] >= 0, (attempts.end_ns[is_it] - starts[at]).astype(np.float64), np.nan)
    return ends[places]


def waste_estimate(waste: Waste) -> Estimate:
    """The time of a run on average, without it."""
    baseline = float(waste.run_s.mean()) if waste.run_s.size else 0.0
    expected, least, most = waste.seconds_per_run.off(baseline)
    method = "time behind the last useful attempt, counted in all runs"
    return Estimate("execution_time_mean", baseline, expected, least, most, "s", method, int(waste.run_s.size))
