"""What hits would have been worth: in seconds of a run by replaying runs, in dollars of a month by what they cost.

Upstream: `cache_opportunities`. Downstream: `analysis.what_if`, `trials`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from longpole.advice.cache.trials import Trial
from longpole.advice.observations import Observations, SampledRun
from longpole.advice.what_if_worth import best_shift, gain_of
from longpole.analysis.cache_replay_intervals import Interval
from longpole.analysis.what_if import what_if
from longpole.domain import amounts
from longpole.domain.findings import Estimate, Gain
from longpole.domain.units import NS_PER_DAY
from longpole.domain.what_if import Cached, Shift, WhatIf

_DAYS = 30
_LEAST_USD = 1.0
"""What is worth a user's time, in a month."""


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
        return self.is_quicker or (self.usd_per_month is not None and self.usd_per_month.low >= _LEAST_USD)

    @property
    def gain(self) -> Gain:
        """For ranking."""
        quicker = Gain() if self.shift is None else gain_of(self.shift)
        return replace(quicker, usd_per_month=None if self.usd_per_month is None else self.usd_per_month.low)

    @property
    def improvement(self) -> str:
        """In words: `p95 9.1 s → 6.4 s (5.9–6.8), $310 a month (290–330)`."""
        told = []
        if self.shift is not None:
            low, high = amounts.duration(self.shift.low), amounts.duration(self.shift.high)
            was, now = amounts.duration(self.shift.baseline), amounts.duration(self.shift.expected)
            told.append(f"{self.statistic} {was} → {now} ({low}–{high})")
        if self.usd_per_month is not None and self.usd_per_month.low > 0:
            low, high = _money(self.usd_per_month.low), _money(self.usd_per_month.high)
            told.append(f"{_money(self.usd_per_month.value)} a month ({low}–{high})")
        return ", ".join(told)

    @property
    def estimate(self) -> Estimate | None:
        """The figure that verification compares with."""
        if self.shift is not None:
            method = f"exact replay of {self.executions} executions, then of {self.answer.n} runs, paired bootstrap"
            values = (self.shift.baseline, self.shift.expected, self.shift.low, self.shift.high)
            return Estimate(f"execution_time_{self.statistic}", *values, "s", method, self.answer.n)
        if self.usd_per_month is None or self.costs_per_month is None:
            return None
        was, saved = self.costs_per_month, self.usd_per_month
        method = f"exact replay of {self.executions} executions, bootstrap by stretches of time"
        values = (was, was - saved.value, was - saved.high, was - saved.low)
        return Estimate("cost_per_month", *values, "usd", method, self.executions)


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
    per_month = _DAYS / _days(trial) * (len(ledger) - cut + ledger.unseen / 2)
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
    return float(np.nansum(costs)) / observed.days * _DAYS if np.isfinite(costs).any() else None


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


def _money(usd: float) -> str:
    return amounts.money(Decimal(str(round(usd, 6))))
