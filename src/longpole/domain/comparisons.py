"""Two sets of a workflow's runs side by side: what is compared, and what can be said of the difference.

A side is runs of a version, of a period, of a user, … `b` is the one that is
judged: `worse` says that b is worse than a.

Upstream: `services.compare`. Downstream: `rest.compare`, `cli.compare`, `cli.gate`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from longpole.domain.runs import RunStatus


class Verdict(StrEnum):
    """What can be said of b, beside a."""

    BETTER = "better"
    WORSE = "worse"
    NO_EVIDENCE = "no_evidence"
    TOO_FEW_RUNS = "too_few_runs"


class Effect(StrEnum):
    """How a difference is told: as a ratio (`b / a`), or as a difference (`b − a`)."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


class Basis(StrEnum):
    """What was compared: runs one by one, or the histograms that are kept of periods."""

    RUNS = "runs"
    HISTOGRAMS = "histograms"


@dataclass(frozen=True, slots=True)
class Side:
    """Which runs are meant; all that is given must hold.

    Without a period: the last 30 days of a version, else the last 7. Of the two sides that differ in nothing else,
    `a` is then the time before `b`.

    Attributes:
        version: Runs of this version.
        days: Those of so many days up to now.
        since, until: Those that ended from an instant on, and before one.
        status: Of this status.
    """

    version: str | None = None
    days: float | None = None
    since: datetime | None = None
    until: datetime | None = None
    user_id: str | None = None
    session_id: str | None = None
    tag: str | None = None
    environment: str | None = None
    status: RunStatus | None = None

    @property
    def has_period(self) -> bool:
        """Whether a period is given."""
        return (self.days, self.since, self.until) != (None, None, None)

    @property
    def has_filters(self) -> bool:
        """Whether runs are chosen by what only they themselves know: not by version or time."""
        return (self.user_id, self.session_id, self.tag, self.environment, self.status) != (None,) * 5

    def without_period(self) -> "Side":
        """The same runs of any time."""
        return replace(self, days=None, since=None, until=None)


@dataclass(frozen=True, slots=True)
class SideRuns:
    """What a side came to.

    Attributes:
        run_count: Runs of the side, counted.
        compared: Those that were compared: all, or some of them spread evenly over the time.
    """

    label: str
    since: datetime
    until: datetime
    run_count: int
    compared: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of both sides, and how far b lies from a.

    Attributes:
        change: `b / a` or `b − a`, as the figure's effect says; None where a is 0 and there is no ratio.
        low, high: 95 % bounds of `change`; None where runs are too few for one.
        p_value: How likely so much is where nothing differs, for this figure alone.
    """

    a: float
    b: float
    change: float | None
    low: float | None
    high: float | None
    p_value: float


@dataclass(frozen=True, slots=True)
class FigureComparison:
    """One figure.

    Attributes:
        figure: `run_time_p95`, `error_rate`, …
        unit: `s`, `usd`, `tokens`, `ratio` (0–1), `percent`, or a plain `count`.
        more_is_worse: False of the cache hit rate.
        n_a, n_b: Runs of which it is known.
        raw: As the runs are; None where one side has none.
        adjusted: As they would be with the same traffic on both sides; None where that is not known.
        p_adjusted: `p_value` of what is judged, with all figures of the comparison allowed for.
    """

    figure: str
    unit: str
    effect: Effect
    more_is_worse: bool
    verdict: Verdict
    n_a: int
    n_b: int
    raw: Difference | None = None
    adjusted: Difference | None = None
    p_adjusted: float | None = None

    @property
    def judged(self) -> Difference | None:
        """The difference that the verdict is about."""
        return self.adjusted or self.raw

    def harm(self) -> float | None:
        """By how much b is worse, of ratios as a share of a: 0.1 is a tenth; below 0 better. None: not known."""
        found = self.judged
        if found is None:
            return None
        if found.change is None:
            return math.inf if (found.b > found.a) == self.more_is_worse else -math.inf
        change = found.change - 1 if self.effect is Effect.RATIO else found.change
        return change if self.more_is_worse else -change


@dataclass(frozen=True, slots=True)
class NodeComparison:
    """A node: how long it took a run, and how often it ran.

    Attributes:
        verdict: Of its median and 95th percentile: worse if one of them is and the other is not better.
        share_a, share_b: Of the runs, in how many it ran; None of histograms.
        mean_shift: By how many seconds it makes a run of b longer than one of a; None of histograms.
    """

    node_id: str
    node_title: str
    node_type: str
    enclosing_node_id: str | None
    verdict: Verdict
    n_a: int
    n_b: int
    share_a: float | None
    share_b: float | None
    p50: Difference | None
    p95: Difference | None
    mean_shift: float | None


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Whether the sides have as many runs as was meant.

    Attributes:
        expected, observed: a's share of the runs, 0 to 1.
        is_mismatch: Chance alone does that once in a thousand times: the sides were not chosen as was meant.
    """

    expected: float
    observed: float
    p_value: float
    is_mismatch: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides, figure by figure and node by node.

    Attributes:
        is_concurrent: Both sides ran at the same time; else it is before and after.
        coverage: The share (0–1) of runs that have like ones on the other side; None where traffic is not known.
        problem: Why no verdict is given, in words.
        caveats: What else must be known to read it.
        is_repeated: Bounds and verdicts hold however often one looks.
    """

    app_id: str
    workflow_id: str
    a: SideRuns
    b: SideRuns
    basis: Basis
    is_concurrent: bool
    is_repeated: bool
    figures: tuple[FigureComparison, ...]
    nodes: tuple[NodeComparison, ...] = ()
    coverage: float | None = None
    sample_ratio: SampleRatio | None = None
    problem: str | None = None
    caveats: Sequence[str] = field(default_factory=tuple)

    def figure(self, name: str) -> FigureComparison:
        """A figure by its name."""
        return next(each for each in self.figures if each.figure == name)

    def without_verdicts_of_mismatch(self) -> "Comparison":
        """The same; where the sides have other shares of the runs than was meant, no verdict stands."""
        if self.sample_ratio is None or not self.sample_ratio.is_mismatch:
            return self
        observed, expected = self.sample_ratio.observed, self.sample_ratio.expected
        return replace(
            self,
            figures=tuple(replace(each, verdict=_unsure(each.verdict)) for each in self.figures),
            nodes=tuple(replace(each, verdict=_unsure(each.verdict)) for each in self.nodes),
            problem=f"a has {observed:.1%} of the runs where {expected:.1%} were meant: "
            "whatever chose the runs may be what differs",
        )


def _unsure(verdict: Verdict) -> Verdict:
    return verdict if verdict is Verdict.TOO_FEW_RUNS else Verdict.NO_EVIDENCE
