"""A change to a workflow that is asked about, and what its runs would have taken.

Upstream: `rest`, `cli`, rules. Downstream: `analysis.what_if` answers by replaying the runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Faster:
    """Each attempt of the node takes less: `share` 0.3 is 30 % off, 1 takes no time at all, below 0 is slower."""

    node_id: str
    share: float


@dataclass(frozen=True, slots=True)
class Removed:
    """The node and all inside it are not there; what waited for it waits for what it waited for."""

    node_id: str


@dataclass(frozen=True, slots=True)
class Cached:
    """Executions of the node that would have been hits take `hit_ns`; `hits` are their node execution ids by run."""

    node_id: str
    hits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hit_ns: int = 1_000_000


@dataclass(frozen=True, slots=True)
class WithoutEdges:
    """These steps do not wait for one another any more: pairs of node ids, source and target.

    With `is_joined`, what comes after a target waits for its source still: it may use that result.
    """

    edges: tuple[tuple[str, str], ...]
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class ParallelIteration:
    """The loop or iteration works on `slots` items at a time; None: on all at once."""

    node_id: str
    slots: int | None


@dataclass(frozen=True, slots=True)
class Retries:
    """Other retries: no more than `max_attempts` (1: none), `wait_share` of the waits between them (0: none)."""

    node_id: str
    max_attempts: int | None = None
    wait_share: float = 1.0


@dataclass(frozen=True, slots=True)
class OtherDurations:
    """Each execution takes what is drawn from `durations_ns`: what another model, or another version, really took."""

    node_id: str
    durations_ns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slots:
    """As many executions at once as `slots` allows, of all nodes that share the slot class `slot`; None: any number."""

    slots: int | None
    slot: str | None = None


Change = Faster | Removed | Cached | WithoutEdges | ParallelIteration | Retries | OtherDurations | Slots


@dataclass(frozen=True, slots=True)
class Shift:
    """A figure of the runs in seconds: as it was, as it would have been, and 95 % bounds of the latter."""

    baseline: float
    expected: float
    low: float
    high: float

    @property
    def change_ratio(self) -> float | None:
        """How much more (or, below 0, less) of the baseline it would be."""
        return None if self.baseline == 0 else self.expected / self.baseline - 1


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What runs would have taken, or why that cannot be said.

    Attributes:
        n: Runs that were replayed.
        coverage: The share (0–1) of their time that nodes and known waits account for.
        fidelity: By how much of their time (0–1, median) the unchanged replay misses the runs as they were.
        declined: Why there is no answer, in words; None where there is one.
        mean, p50, p95: Of the runs' time, in seconds; None where declined.
        limit_p50, limit_p95: The same with the changed node taking no time at all: no change of it can bring more.
        by_run: Run id to seconds, as it would have been: for pictures and for checks.
        failed_runs: Runs that were left out because they failed: they end early, and are no measure of time.
    """

    n: int
    coverage: float | None
    fidelity: float | None
    declined: str | None = None
    mean: Shift | None = None
    p50: Shift | None = None
    p95: Shift | None = None
    limit_p50: float | None = None
    limit_p95: float | None = None
    by_run: Mapping[str, float] = field(default_factory=dict)
    failed_runs: int = 0
