"""How one run's end follows one node's time: the run carried out again on paper, for as many times as it takes.

    factor 1     fetch ██████████┐        factor 0.5   fetch █████┐
                 parse ████┐     │                     parse ████┐│
                 answer          └█████                answer     └█████

What waits for what is learnt from the run and from some others of its
workflow: of one run alone, all that happened to come before would count.

Invariant: at factor 1 the run ends when it ended; what no task explains stays as it was.

Upstream: `services.run_what_if`. Downstream: `schedule`, `replay`, `piecewise`.
Source: as `what_if`; of a single run there is nothing to resample, so there are no intervals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from longpole.analysis.accounted import unaccounted_ns
from longpole.analysis.piecewise import Sample, sampled
from longpole.analysis.replay import Times, replayed
from longpole.analysis.schedule import ObservedRun, Plan, Schedule, schedules
from longpole.analysis.tasks import NOBODY, WHOLE
from longpole.analysis.what_if_changes import scale
from longpole.domain.graphs import WorkflowGraph

WORST_FIDELITY: Final = 0.05
LEAST_COVERAGE: Final = 0.5
_FIRST: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
_PRECISION: Final = 0.0005  # of the run's time
_MOST_REPLAYED: Final = 400_000  # tasks over all replays, but for `_FEWEST` of them
_FEWEST, _MOST = 16, 60
_MOST_PLACES: Final = 60_000  # intervals over all factors, but for three of these
_MOVED_NS: Final = 1_000

Interval = tuple[int, int]
"""Start and end, in nanoseconds since the run's start."""


@dataclass(frozen=True, slots=True)
class RunWhatIf:
    """One run under other times of a node.

    Attributes:
        executions: How many of the node are changed.
        coverage: 0 to 1: the share of the run's time that nodes and known waits account for.
        fidelity: 0 to 1: by how much of its time the replay misses the unchanged run.
        declined: Why there is no answer; None where there is one.
        slack_ns: How much longer the one execution could take without the run getting longer; None of several.
        points: Factor, and the run's time; between them it follows straight lines.
        factors: Those of which `moved` is told.
        moved: Of each execution that is not always where it was, its interval at each of `factors`.
    """

    executions: int
    observed_ns: int | None = None
    coverage: float | None = None
    fidelity: float | None = None
    declined: str | None = None
    slack_ns: int | None = None
    points: tuple[Sample, ...] = ()
    factors: tuple[float, ...] = ()
    moved: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)


def run_what_if(
    run: ObservedRun,
    others: Sequence[ObservedRun],
    node_execution_ids: frozenset[str],
    graph: WorkflowGraph | None = None,
) -> RunWhatIf:
    """The run's time as a function of the time of some of its node executions, as a factor of 0 to 2.

    Args:
        run: The run.
        others: Runs of the same workflow, from which is learnt what waits for what.
        node_execution_ids: What is changed.
        graph: The declared graph, where there is one.
    """
    count = len(node_execution_ids)
    if run.start_ns is None or run.end_ns is None:
        return RunWhatIf(count, declined="The run has no known start and end.")
    if run.end_ns <= run.start_ns:
        return RunWhatIf(count, declined="The run took no time.")
    plan = schedules([run, *others], graph)
    schedule = plan.schedules[0]
    tasks = _outermost(schedule, node_execution_ids)
    if not tasks:
        return RunWhatIf(
            count, run.end_ns - run.start_ns, declined="It is not known when it ran, or the run did not wait for it."
        )
    return _Question(plan, schedule, tasks).answer()


def _outermost(schedule: Schedule, node_execution_ids: frozenset[str]) -> list[int]:
    """The tasks of executions, but for those that are inside another of them."""
    found: list[int] = []
    is_inside = [False] * len(schedule)
    for task, node in enumerate(schedule.tasks.node):  # a container comes before what is inside it
        parent = schedule.parent[task]
        is_inside[task] = parent != NOBODY and is_inside[parent]
        if node is not None and node.node_execution_id in node_execution_ids and not is_inside[task]:
            found.append(task)
            is_inside[task] = True
    return found


class _Question:
    """A run's schedule, and those of its tasks that are changed."""

    def __init__(self, plan: Plan, schedule: Schedule, tasks: Sequence[int]) -> None:
        self.plan, self.schedule, self.tasks = plan, schedule, tasks
        self.unchanged = replayed(schedule, plan.limits)
        self.times: dict[float, Times] = {1.0: self.unchanged}

    def answer(self) -> RunWhatIf:
        took = self.schedule.makespan_ns
        fidelity = abs(self.unchanged[1][WHOLE] - took) / took
        coverage = 1 - unaccounted_ns(self.schedule) / took
        count = len(self.tasks)
        known = RunWhatIf(count, took, coverage, fidelity)
        if fidelity > WORST_FIDELITY:
            reason = f"Replayed with nothing changed the run misses its own time by {fidelity:.0%}: "
            return replace(known, declined=f"{reason}what it waited for is not understood.")
        if coverage < LEAST_COVERAGE:
            reason = f"Nodes and known waits account for {coverage:.0%} of the run's time: "
            return replace(known, declined=f"{reason}spans are missing.")
        most = max(_FEWEST, min(_MOST, _MOST_REPLAYED // len(self.schedule)))
        points = sampled(self.end, _FIRST, took * _PRECISION, most)
        factors = self._factors(points)
        slack_ns = self._slack() if count == 1 else None
        return replace(known, slack_ns=slack_ns, points=points, factors=factors, moved=self._moved(factors))

    def end(self, factor: float) -> int:
        """The run's time."""
        return max(0, self.schedule.makespan_ns + self._at(factor)[1][WHOLE] - self.unchanged[1][WHOLE])

    def _at(self, factor: float) -> Times:
        if factor not in self.times:
            copy = self.schedule.copy()
            for task in self.tasks:
                scale(copy, task, factor)
            self.times[factor] = replayed(copy, self.plan.limits)
        return self.times[factor]

    def _slack(self) -> int | None:
        """Made much longer, the run gets longer by all but the slack; None where that does not hold of the slack."""
        task, much = self.tasks[0], 4 * self.schedule.makespan_ns
        slack = max(0, much - (self._longer(task, much) - self.unchanged[1][WHOLE]))
        allowed = self.schedule.makespan_ns * _PRECISION
        is_true = self._longer(task, slack) - self.unchanged[1][WHOLE] <= allowed
        return slack if is_true else None

    def _longer(self, task: int, by_ns: int) -> int:
        copy = self.schedule.copy()
        into = copy.tail if copy.children[task] else copy.work
        into[task] += by_ns
        return replayed(copy, self.plan.limits)[1][WHOLE]

    def _factors(self, points: Sequence[Sample]) -> tuple[float, ...]:
        """Both ends, corners of the run's time, and as many between them as are not too much to tell."""
        room = max(3, _MOST_PLACES // len(self.schedule))
        wanted = [0.0, 1.0, 2.0, *(factor for factor, _ in points), *_FIRST]
        return tuple(sorted(list(dict.fromkeys(wanted))[:room]))

    def _moved(self, factors: Sequence[float]) -> dict[str, tuple[Interval, ...]]:
        observed, (was_start, was_end) = self.schedule.tasks, self.unchanged
        all_times = [self._at(factor) for factor in factors]
        moved = {}
        for task, node in enumerate(observed.node):
            if node is None:
                continue
            start, end = was_start[task], was_end[task]
            shifts = [(starts[task] - start, ends[task] - end) for starts, ends in all_times]
            if max(map(max, shifts)) >= _MOVED_NS or min(map(min, shifts)) <= -_MOVED_NS:
                moved[node.node_execution_id] = tuple(
                    (observed.start[task] + one, observed.end[task] + other) for one, other in shifts
                )
        return moved
