"""Which two sides are compared, and what is answered."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from longpole.domain.comparisons import Basis, Effect, Side, Verdict
from longpole.domain.runs import RunStatus
from longpole.rest.parameters import Id, Instant, Text
from longpole.rest.schemas.answer import Answer

Days = Annotated[float, Field(gt=0, le=365, allow_inf_nan=False)]


class CompareQuery(BaseModel):
    """Two sides: `a_…` is what is compared with, `b_…` what is judged. All that is given of a side must hold."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="ignore")

    a_version: Text | None = None
    """Runs of this version."""
    a_days: Days | None = None
    """Runs of so many days up to now; 0.5 is twelve hours."""
    a_since: Instant | None = Field(None, examples=["2026-11-01T00:00:00Z"])
    """Runs that ended at this instant or after it."""
    a_until: Instant | None = Field(None, examples=["2026-11-08T00:00:00Z"])
    """With `a_since`: only runs that ended before this instant."""
    a_user: Id | None = None
    """This user's runs."""
    a_session: Id | None = None
    """This session's runs."""
    a_tag: Text | None = None
    """Runs with this tag."""
    a_environment: Text | None = None
    """Runs of this environment."""
    a_status: RunStatus | None = None
    """Runs that ended so."""
    b_version: Text | None = None
    """As `a_version`."""
    b_days: Days | None = None
    """As `a_days`."""
    b_since: Instant | None = None
    """As `a_since`."""
    b_until: Instant | None = None
    """As `a_until`."""
    b_user: Id | None = None
    """As `a_user`."""
    b_session: Id | None = None
    """As `a_session`."""
    b_tag: Text | None = None
    """As `a_tag`."""
    b_environment: Text | None = None
    """As `a_environment`."""
    b_status: RunStatus | None = None
    """As `a_status`."""
    repeated: bool = False
    """Bounds and verdicts hold however often you look; they are wider."""
    expected_share: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = None
    """Of the runs of both sides, how many were meant to be a's; where others came, no verdict is given."""

    def side_a(self) -> Side:
        """What is compared with."""
        return Side(
            self.a_version, self.a_days, self.a_since, self.a_until, self.a_user, self.a_session, self.a_tag,
            self.a_environment, self.a_status,
        )  # fmt: skip

    def side_b(self) -> Side:
        """What is judged."""
        return Side(
            self.b_version, self.b_days, self.b_since, self.b_until, self.b_user, self.b_session, self.b_tag,
            self.b_environment, self.b_status,
        )  # fmt: skip


class ComparedSide(Answer):
    """A side: its runs, and how many of them were compared."""

    label: str
    since: datetime
    until: datetime
    run_count: int
    compared: int
    """All, or at most 20,000 of them, spread evenly over the time."""


class DifferenceFigures(Answer):
    """A figure on both sides, and how far b lies from a."""

    a: float
    b: float
    change: float | None
    """`b / a` of a `ratio`, `b − a` of a `difference`; null where a is 0 and b is not."""
    low: float | None
    """The lower 95 % bound of `change`; null where runs are too few for one."""
    high: float | None
    """The upper one."""
    p_value: float
    """How likely so much is where nothing differs, for this figure alone."""


class ComparedFigure(Answer):
    """One figure."""

    figure: str
    unit: str
    """`s`, `usd`, `tokens`, `ratio` (0–1), `percent` (0–100), `count`."""
    effect: Effect
    more_is_worse: bool
    verdict: Verdict
    """Of b beside a, with all figures allowed for."""
    n_a: int
    """Runs of a of which the figure is known."""
    n_b: int
    raw: DifferenceFigures | None
    """As the runs are; null where a side has none."""
    adjusted: DifferenceFigures | None
    """For the same traffic on both sides, which the verdict is about; null where that is not known."""
    p_adjusted: float | None
    """The p-value with all figures allowed for."""


class ComparedNode(Answer):
    """A node: its seconds in the runs in which it ran."""

    node_id: str
    node_title: str
    node_type: str
    enclosing_node_id: str | None
    verdict: Verdict
    n_a: int
    n_b: int
    share_a: float | None
    """0–1: in how many of a's runs it ran."""
    share_b: float | None
    p50: DifferenceFigures | None
    p95: DifferenceFigures | None
    mean_shift: float | None
    """By how many seconds it makes a run of b longer than one of a."""


class SampleRatioFigures(Answer):
    """a's share of the runs, as it was meant and as it is."""

    expected: float
    observed: float
    p_value: float
    is_mismatch: bool
    """It is not what was meant: no verdict is given."""


class ComparisonAnswer(Answer):
    """Two sides, figure by figure and node by node."""

    app_id: str
    workflow_id: str
    a: ComparedSide
    b: ComparedSide
    basis: Basis
    """`runs`, or `histograms` where some of the runs are gone."""
    is_concurrent: bool
    """Both ran at the same time; else it is before and after, and no experiment."""
    is_repeated: bool
    figures: tuple[ComparedFigure, ...]
    nodes: tuple[ComparedNode, ...]
    """Those first that make runs longer or shorter by most."""
    coverage: float | None
    """0–1: the share of runs that have like ones on the other side."""
    sample_ratio: SampleRatioFigures | None
    problem: str | None
    """Why no verdict is given; null where nothing is against it."""
    caveats: tuple[str, ...]
