"""What runs would have taken if something were different: replayed, one by one, with the change.

A node's share of the critical path says what it costs, not what it gives back:
make it faster and another chain becomes the longest. So each run is carried
out again on paper, with its own inputs, durations, branches, retries and waits
for slots, and compared with itself.

    p95 9.1 s → 6.4 s (5.9–6.8), 400 runs

There is no answer where one would be a guess: of too few runs, of runs whose
time is not accounted for, of nodes that were not seen. Runs that failed are
left out: they end early, and would make everything look quick.

Invariant: nothing changed gives the baseline, with no interval; the order of
the runs' nodes makes no difference.

Upstream: `services.what_if`, rules. Downstream: `schedule`, `what_if_changes`,
`replay`, `bootstrap`. Source: the design's analysis §1; virtual speed-up as in
Curtsinger and Berger, "Coz", SOSP 2015, by simulation instead of experiment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.accounted import unaccounted_ns
from longpole.analysis.bootstrap import RESAMPLES, figure, paired_shift
from longpole.analysis.replay import replay
from longpole.analysis.schedule import ObservedRun, Plan, schedules
from longpole.analysis.tasks import WHOLE
from longpole.analysis.what_if_changes import changed, places_of
from longpole.domain.graphs import WorkflowGraph
from longpole.domain.units import NS_PER_SECOND
from longpole.domain.what_if import (
    Change,
    Faster,
    ParallelIteration,
    Retries,
    Slots,
    WhatIf,
    WithoutEdges,
)

FEWEST_RUNS: Final = 5
LEAST_COVERAGE: Final = 0.95
WORST_FIDELITY: Final = 0.05
_SECONDS: Final = float(NS_PER_SECOND)


@dataclass(frozen=True)
class Prepared:
    """Runs made ready for any number of questions.

    Attributes:
        runs: Those that are replayed: their start and end are known, and they did not fail.
        failed: How many were left out because they failed.
    """

    runs: tuple[ObservedRun, ...]
    plan: Plan
    failed: int

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """How many runs each stands for."""
        return np.array([run.weight for run in self.runs], dtype=np.float64)

    @cached_property
    def observed_s(self) -> NDArray[np.float64]:
        """What each run took."""
        return np.array([schedule.makespan_ns for schedule in self.plan.schedules], dtype=np.float64) / _SECONDS

    @cached_property
    def replayed_ns(self) -> tuple[int, ...]:
        """What each takes in the replay, with nothing changed."""
        return tuple(replay(schedule, self.plan.limits) for schedule in self.plan.schedules)

    @cached_property
    def fidelity(self) -> float | None:
        """By how much of its time the replay misses a run, the median."""
        known = self.observed_s > 0
        if not known.any():
            return None
        missed = np.abs(np.array(self.replayed_ns) / _SECONDS - self.observed_s)[known] / self.observed_s[known]
        return float(np.median(missed))

    @cached_property
    def coverage(self) -> float | None:
        """The share of the runs' time that nodes, retry delays and waits for slots account for; None of no time."""
        total = float(self.observed_s @ self.weights)
        if total == 0:
            return None
        unknown = np.array([unaccounted_ns(schedule) for schedule in self.plan.schedules]) / _SECONDS
        return 1 - float(unknown @ self.weights) / total

    @cached_property
    def node_ids(self) -> frozenset[str]:
        """The nodes that were seen."""
        return frozenset(node_id for schedule in self.plan.schedules for node_id in schedule.tasks.places)


def prepared(runs: Iterable[ObservedRun], graph: WorkflowGraph | None = None, failed: int = 0) -> Prepared:
    """Make the schedules of runs. O(runs · n log n) for n node executions a run.

    Args:
        runs: Runs of one workflow; those without a start or an end, and those that say they failed, are left out.
        graph: The declared graph, where there is one.
        failed: So many failed runs are not among `runs`, and are only told.
    """
    timed = [run for run in runs if run.start_ns is not None and run.end_ns is not None and run.end_ns >= run.start_ns]
    kept = tuple(run for run in timed if not getattr(run, "has_failed", False))
    return Prepared(kept, schedules(kept, graph), failed + len(timed) - len(kept))


def what_if(
    runs: Sequence[ObservedRun] | Prepared,
    changes: Sequence[Change],
    *,
    graph: WorkflowGraph | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> WhatIf:
    """What `runs` would have taken with all of `changes`.

    Asked again of the same tuple of runs, their schedules are not made anew.

    Args:
        runs: Some hundred runs of one workflow, or what `prepared` made of them.
        changes: Made one after the other.
        graph: The declared graph, where there is one; else waits are those that runs name or teach.
        seed: Of the bootstrap.
        resamples: Of the bootstrap.

    Returns:
        Mean, p50 and p95 with 95 % intervals, or why there is no answer.
    """
    ready = _ready(runs, graph)
    reason = _reason(ready, changes)
    n = len(ready.runs)
    if reason is not None:
        return WhatIf(n, ready.coverage if n else None, ready.fidelity if n else None, reason, failed_runs=ready.failed)
    expected = _expected(ready, changes)
    ideal = [_ideal(change) for change in changes]
    limit = _expected(ready, ideal) if changes and ideal != list(changes) else expected
    mean, p50, p95 = (
        paired_shift(ready.observed_s, expected, statistic, ready.weights, seed, resamples=resamples)
        for statistic in ("mean", "p50", "p95")
    )
    return WhatIf(
        n=n,
        coverage=ready.coverage,
        fidelity=ready.fidelity,
        mean=mean,
        p50=p50,
        p95=p95,
        limit_p50=figure(limit, "p50", ready.weights),
        limit_p95=figure(limit, "p95", ready.weights),
        by_run={run.workflow_run_id: float(took) for run, took in zip(ready.runs, expected, strict=True)},
        failed_runs=ready.failed,
    )


def _ready(runs: Sequence[ObservedRun] | Prepared, graph: WorkflowGraph | None) -> Prepared:
    if isinstance(runs, Prepared):
        return runs
    return _prepared_once(_Same(runs, graph)) if isinstance(runs, tuple) else prepared(runs, graph)


class _Same:
    """Runs and a graph that are the same objects: what was made of them need not be made again."""

    def __init__(self, runs: tuple[ObservedRun, ...], graph: WorkflowGraph | None) -> None:
        self.runs, self.graph = runs, graph

    def __hash__(self) -> int:
        return hash((id(self.runs), id(self.graph), len(self.runs)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.runs is other.runs and self.graph is other.graph


@lru_cache(maxsize=2)
def _prepared_once(asked: _Same) -> Prepared:
    return prepared(asked.runs, asked.graph)


def _expected(ready: Prepared, changes: Sequence[Change]) -> NDArray[np.float64]:
    """Seconds of each run with the changes: what it took, and by how much the replay moves it."""
    plan = changed(ready.plan, changes)
    same_limits = plan.limits == ready.plan.limits
    took = []
    for old, new, unchanged in zip(ready.plan.schedules, plan.schedules, ready.replayed_ns, strict=True):
        if new is old and same_limits:
            took.append(old.makespan_ns)
            continue
        took.append(max(0, old.makespan_ns + replay(new, plan.limits) - unchanged))
    return np.array(took, dtype=np.float64) / _SECONDS


def _ideal(change: Change) -> Change:
    """The same change at its best: the node takes no time at all, the slots are never short."""
    match change:
        case Slots(slot=slot):
            return Slots(None, slot)
        case ParallelIteration(node_id=node_id):
            return ParallelIteration(node_id, None)
        case WithoutEdges():
            return change
        case Retries(node_id=node_id):
            return Retries(node_id, 1, 0.0)
        case _:
            return Faster(change.node_id, 1.0)


def _reason(ready: Prepared, changes: Sequence[Change]) -> str | None:
    """Why there is no answer, in words; None where there is one."""
    n = len(ready.runs)
    if n < FEWEST_RUNS:
        seen = f"{n or 'No'} run{'' if n == 1 else 's'} with a known start and end"
        failed = f", beside {ready.failed} that failed" if ready.failed else ""
        return f"{seen}{failed}: {FEWEST_RUNS} are the least that says anything."
    for change in changes:
        reason = _unknown(ready, change)
        if reason is not None:
            return reason
    coverage = ready.coverage
    if coverage is None:
        return "The runs took no time."
    if coverage < LEAST_COVERAGE:
        return (
            f"Nodes and known waits account for {coverage:.0%} of the runs' time, {LEAST_COVERAGE:.0%} are needed: "
            "spans are missing, the engine is busy between the nodes, or the workflow was changed in the period."
        )
    fidelity = ready.fidelity or 0.0
    if fidelity > WORST_FIDELITY:
        return (
            f"Replayed with nothing changed the runs miss their own times by {fidelity:.0%}: "
            "what they waited for is not understood."
        )
    return None


def _unknown(ready: Prepared, change: Change) -> str | None:
    """What is asked about, and no run has."""
    if isinstance(change, Slots):
        return _unknown_slot(ready, change.slot)
    if isinstance(change, WithoutEdges):
        named = {node_id for edge in change.edges for node_id in edge}
    else:
        named = {change.node_id}
    missing = sorted(named - ready.node_ids)
    if missing:
        return f"No run has a node {missing[0]!r}."
    if isinstance(change, ParallelIteration) and not any(_has_turns(ready, change.node_id)):
        return f"No run has a second turn of {change.node_id!r}: nothing can be done at a time."
    if isinstance(change, Retries) and _retries_untold(ready, change.node_id):
        return f"It is not known when the attempts of {change.node_id!r} were made."
    return None


def _unknown_slot(ready: Prepared, slot: str | None) -> str | None:
    if ("slot", slot) in ready.plan.limits:
        return None
    if slot is not None:
        return f"No run has a node that needs a slot of {slot!r}."
    named = sorted(str(name) for kind, name in ready.plan.limits if kind == "slot")
    return f"Every node's slot has a name; say which: {', '.join(named)}." if named else "No run has a node."


def _has_turns(ready: Prepared, node_id: str) -> Iterable[bool]:
    for schedule in ready.plan.schedules:
        for task in places_of(schedule, node_id):
            yield sum(schedule.holder[child] != WHOLE for child in schedule.children[task]) > 1


def _retries_untold(ready: Prepared, node_id: str) -> bool:
    """It was retried, and of no retry the times are known."""
    retried = [node for run in ready.runs for node in run.nodes if node.node_id == node_id and node.attempts > 1]
    return bool(retried) and not any(len(node.attempt_log) > 1 for node in retried)
