"""What a rule has found: what is wrong, what a change would bring, and what shows it.

A finding is numbers with names; words are made of them. An estimate without
an interval, or of runs that were not seen, is none.

Upstream: `advice`. Downstream: `services.advisor` makes recommendations of findings; `narration` words them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from longpole.domain.recommendations import Category

Facts = Mapping[str, float | int | str | None]
"""Figures, and names that words may use, by what they are: `hit_ratio`, `wait_seconds`; None: not known."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one figure is, and what it would be.

    Attributes:
        metric: `execution_time_p50`, `execution_time_p95`, `cost_per_month`, `failed_run_share`, `tokens_per_run`, …
        baseline: As it was in the runs that were looked at.
        expected: As it would have been.
        low, high: Bounds of `expected`, 95 %.
        unit: `s`, `usd`, `ratio`, `tokens`, `bytes`.
        method: How it was computed, in a few words: `replay of 400 runs, paired bootstrap`.
        n: How many runs (or calls) it was computed from.
    """

    metric: str
    baseline: float
    expected: float
    low: float
    high: float
    unit: str
    method: str
    n: int


@dataclass(frozen=True, slots=True)
class Gain:
    """What a change is worth, for ranking; None where it does not apply. The cautious end of the interval counts.

    Attributes:
        seconds_per_run: Off the median (or the p95) run.
        share_of_run: The same as a share (0–1) of that run.
        usd_per_month: At the period's traffic.
        failed_run_share: The share (0–1) of runs that would not fail any more.
    """

    seconds_per_run: float | None = None
    share_of_run: float | None = None
    usd_per_month: float | None = None
    failed_run_share: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule has found in a workflow's runs.

    Attributes:
        rule: The rule and its case: `cache_opportunities.exact`, `retry_patterns.deterministic`.
        subject: What tells findings of one rule on the same nodes apart, stable over time; often empty.
        title: One line, without figures that change from day to day.
        description: What was seen, and what follows, in some sentences with figures.
        improvement: The estimate in words: `p95 9.1 s → 6.4 s (5.9–6.8), 310 dollars a month`.
        affected_nodes: Node ids, the one to blame first.
        facts: Figures by name that words may use: numbers, with their units in their names.
        evidence: Objects, each with a `kind`, some with `run_ids`, `node_ids`: what opens the runs that show it.
        floor: The finding is of this severity at least (a word of `Severity`), whatever it is worth in seconds.
    """

    rule: str
    category: Category
    title: str
    description: str
    improvement: str | None
    affected_nodes: tuple[str, ...]
    gain: Gain
    estimate: Estimate | None = None
    subject: str = ""
    steps: tuple[str, ...] = ()
    code_example: str | None = None
    facts: Facts = field(default_factory=dict)
    evidence: tuple[Mapping[str, Any], ...] = ()
    floor: str | None = None
