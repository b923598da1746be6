"""What hits would have been worth: in seconds of a run by replaying runs, in dollars of a month by what they cost.

Upstream: `cache_opportunities`. Downstream: `analysis.what_if`, `trials`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from longpole.advice.cache.trials import Trial
from longpole.advice.estimates import cost_estimate, improvement, time_estimate
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import DAYS_OF_A_MONTH, Observations, SampledRun
from longpole.advice.what_if_worth import best_shift, gain_of
from longpole.analysis.intervals import Interval
from longpole.analysis.what_if import what_if
from longpole.domain import amounts
from longpole.domain.findings import Estimate, Gain
from longpole.domain.units import NS_PER_DAY
from longpole.domain.what_if import Cached, Shift, WhatIf


@dataclass(frozen=True, slots=True)
class CacheGain:
    """What the hits of the second half come to.

    Attributes:
        ratio: Hits by executions (0-1).
        usd_per_month: None where no cost is known.
        answer: What the sampled runs would have taken.
        statistic: `p50`, `p95` or `mean`: the one that surely becomes shorter by most; None where none does by enough.
        shift: That one.
    """

    ratio: Interval
    usd_per_month: Interval | None
    costs_per_month: float | None
    answer: WhatIf
    statistic: str | None
    shift: Shift | None
    executions: int

    @property
    def is_quicker(self) -> bool:
        """Whether runs become shorter by enough to be told."""
        return self.shift is not None

    @property
    def pays(self) -> bool:
        """Whether it is worth a user's time."""
        return self.is_quicker or (
            self.usd_per_month is not None and self.usd_per_month.low >= LEAST_GAIN.usd_per_month
        )

    @property
    def gain(self) -> Gain:
        """For ranking."""
        quicker = Gain() if self.shift is None else gain_of(self.shift)
        return replace(quicker, usd_per_month=None if self.usd_per_month is None else self.usd_per_month.low)

    @property
    def improvement(self) -> str:
        """In words: `p95 run 9.10 s → 6.40 s (5.90–6.80), saves $310.00 a month (290.00–330.00)`."""
        told = [] if self.shift is None or self.estimate is None else [improvement(self.estimate)]
        saved = self.usd_per_month
        if saved is not None and saved.low > 0:
            told.append(f"saves {amounts.money(saved.value)} a month ({amounts.bounds(*saved, 'usd')})")
        return ", ".join(told)

    @property
    def estimate(self) -> Estimate | None:
        """The figure that verification compares with."""
        if self.shift is not None and self.statistic is not None:
            method = f"exact replay of {self.executions} executions, then of {self.answer.n} runs, paired bootstrap"
            return time_estimate(self.statistic, self.shift, method, self.answer.n)
        if self.usd_per_month is None or self.costs_per_month is None:
            return None
        method = f"exact replay of {self.executions} executions, bootstrap by stretches of time"
        return cost_estimate(self.costs_per_month, self.usd_per_month, method, self.executions)


def sample_of_second_half(observed: Observations) -> tuple[SampledRun, ...]:
    """The sampled runs that began after half of them had: made once, so that their schedules are as well."""
    starts = sorted(run.start_ns for run in observed.sample if run.start_ns is not None)
    if not starts:
        return ()
    middle = starts[len(starts) // 2]
    return tuple(run for run in observed.sample if run.start_ns is not None and run.start_ns >= middle)


def cache_gain(observed: Observations, trial: Trial, sample: tuple[SampledRun, ...]) -> CacheGain:
    """What the second half of a trial comes to; `sample` as `sample_of_second_half` has it."""
    ledger, cut = trial.ledger, trial.cut
    per_month = DAYS_OF_A_MONTH / _days(trial) * (len(ledger) - cut + ledger.unseen / 2)
    usd = trial.interval(ledger.cost_usd).times(per_month) if np.isfinite(ledger.cost_usd).any() else None
    hits = _hits_of(observed, sample, trial)
    answer = what_if(sample, [Cached(ledger.node.node_id, hits)], graph=observed.graph)
    statistic, shift = best_shift(answer) or (None, None)
    return CacheGain(
        ratio=trial.interval(np.ones(len(ledger))),
        usd_per_month=usd,
        costs_per_month=_costs(observed),
        answer=answer,
        statistic=statistic,
        shift=shift,
        executions=len(ledger) + ledger.unseen,
    )


def _days(trial: Trial) -> float:
    """The length of the second half, an hour at least."""
    start = trial.ledger.start_ns
    return max(float(start[-1] - start[trial.cut]) / NS_PER_DAY, 1 / 24)


def _costs(observed: Observations) -> float | None:
    """What the workflow costs in a month; None where nothing is known."""
    costs = observed.runs.cost_usd
    return observed.per_month(float(np.nansum(costs))) if np.isfinite(costs).any() else None


def _hits_of(observed: Observations, sample: tuple[SampledRun, ...], trial: Trial) -> Mapping[str, frozenset[str]]:
    """Of each sampled run the executions that would have been hits, known by when they began and what they read."""
    ledger, inputs = trial.ledger, observed.executions.input_fingerprint
    found: dict[int, set[tuple[int, int]]] = defaultdict(set)
    is_sampled = np.zeros(len(observed.runs), np.bool_)
    is_sampled[[run.place for run in sample]] = True
    for place in np.flatnonzero(trial.second_hits & is_sampled[ledger.run]).tolist():
        found[int(ledger.run[place])].add((int(ledger.start_ns[place]), int(inputs[ledger.places[place]])))
    return {
        run.workflow_run_id: frozenset(
            node.node_execution_id
            for node in run.nodes
            if node.node_id == ledger.node.node_id and (node.start_ns, node.input_fingerprint) in found[run.place]
        )
        for run in sample
        if run.place in found
    }
