"""Time in which a run stands still: steps that are ready and wait for room, and the engine between them.

    fetch  ████                queueing: `parse` was ready, and did not start
    parse      ···███
    mail              ██       the engine: nothing was ready, nothing ran

Speaks where that is a considerable part of the runs, surely. What fewer waits
would bring is replayed without limits of room; what the engine spends between
steps is compared with the runs in which it spent least.

Upstream: `analysis.critical_path`. Downstream: `slow_nodes`.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from longpole.advice.estimates import improvement, time_estimate
from longpole.advice.evidence import shown_by, titled
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import Floats, Ints, NodeInfo, Observations, SampledRun
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.what_if_worth import best_shift, gain_of
from longpole.analysis.bootstrap import mean_interval, paired_shift
from longpole.analysis.critical_path import critical_path
from longpole.analysis.segments import Kind
from longpole.analysis.what_if import what_if
from longpole.domain import amounts
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category
from longpole.domain.runs import NodeStatus
from longpole.domain.what_if import Shift, Slots

_LEAST_QUEUE = 0.10
_LEAST_OVERHEAD = 0.15
"""Engines take some time between steps, and not every step is recorded: less than a seventh is no news."""
_LEAST_SECONDS = 0.1
_LEAST_RUNS = 20
_SAME_CLOCK_NS = 100_000_000
_BEST = 0.1
_MOST_OF_IT = 0.8


def critical_waiting(observed: Observations) -> Iterator[Finding]:
    """At most one finding of each kind."""
    runs = [run for run in observed.sample if not run.has_failed and _shows_all_steps(run)]
    if len(runs) < _LEAST_RUNS:
        return
    waits = _Waits(runs)
    if waits.is_much(Kind.QUEUE, _LEAST_QUEUE):
        yield from _queue(observed, waits)
    if waits.is_much(Kind.ENGINE_OVERHEAD, _LEAST_OVERHEAD):
        yield _overhead(observed, waits)


def _shows_all_steps(run: SampledRun) -> bool:
    """Whether it is known when steps ran: not where none were recorded, or clocks do not agree."""
    begin, end = run.start_ns, run.end_ns
    if begin is None or end is None:
        return False
    ran = [node for node in run.nodes if node.status is not NodeStatus.SKIPPED]
    return bool(ran) and all(
        node.start_ns is not None
        and node.end_ns is not None
        and begin - _SAME_CLOCK_NS <= node.start_ns <= node.end_ns <= end + _SAME_CLOCK_NS
        for node in ran
    )


class _Waits:
    """What runs wait for on their critical paths, in seconds per run; and before which steps, in all."""

    def __init__(self, runs: list[SampledRun]) -> None:
        self.runs = runs
        self.seconds = {kind: np.zeros(len(runs)) for kind in (Kind.QUEUE, Kind.ENGINE_OVERHEAD)}
        self.before: dict[Kind, dict[str, float]] = {kind: defaultdict(float) for kind in self.seconds}
        self.run_s = np.array([((run.end_ns or 0) - (run.start_ns or 0)) / 1e9 for run in runs])
        self.weights = np.array([run.weight for run in runs])
        for at, run in enumerate(runs):
            self._add(at, run)

    def _add(self, at: int, run: SampledRun) -> None:
        node_of = {node.node_execution_id: node.node_id for node in run.nodes}
        segments = critical_path(run.nodes, run.start_ns, run.end_ns)
        for place, segment in enumerate(segments):
            if segment.kind not in self.seconds:
                continue
            length = segment.length_ns / 1e9
            self.seconds[segment.kind][at] += length
            after = next((each for each in segments[place:] if each.kind is Kind.WORK), None)
            waiting = segment.node_execution_id if segment.kind is Kind.QUEUE else after and after.node_execution_id
            if waiting is not None and waiting in node_of:
                self.before[segment.kind][node_of[waiting]] += length

    def is_much(self, kind: Kind, least_share: float) -> bool:
        """The lower end of the mean is a considerable part of a run."""
        total = float(self.run_s.mean())
        if total <= 0 or float(self.seconds[kind].mean()) < max(least_share * total, _LEAST_SECONDS):
            return False
        _, low, _ = mean_interval(self.seconds[kind])
        return low >= least_share * total and low >= _LEAST_SECONDS

    def share(self, kind: Kind) -> float:
        """Of the time of the runs (0–1)."""
        return float(self.seconds[kind].sum() / self.run_s.sum())

    def as_the_best(self, kind: Kind) -> Shift:
        """The mean run, if none waited longer than the tenth that waits least."""
        least = float(np.quantile(self.seconds[kind], _BEST))
        return paired_shift(self.run_s, self.run_s - np.maximum(self.seconds[kind] - least, 0), "mean", self.weights)

    def blamed(self, kind: Kind) -> tuple[str, ...]:
        """The steps before which most of it passes, four fifths of it together, three at most."""
        ordered = sorted(self.before[kind].items(), key=lambda each: (-each[1], each[0]))
        total = sum(self.before[kind].values())
        found: list[str] = []
        covered = 0.0
        for node_id, length in ordered[:3]:
            if covered < _MOST_OF_IT * total:
                found.append(node_id)
            covered += length
        return tuple(found)

    def places(self, kind: Kind) -> Ints:
        """The runs in which there is more of it than in half of them."""
        long = self.seconds[kind] >= np.median(self.seconds[kind])
        return np.array([run.place for run, is_long in zip(self.runs, long, strict=True) if is_long], np.int64)


def _queue(observed: Observations, waits: _Waits) -> Iterator[Finding]:
    nodes = _infos(observed, waits.blamed(Kind.QUEUE))
    if not nodes:
        return
    answer = what_if(observed.sample, [Slots(None)], graph=observed.graph)
    statistic, shift = best_shift(answer) or ("mean", waits.as_the_best(Kind.QUEUE))
    if shift.baseline - shift.high < LEAST_GAIN.share_of_run * shift.baseline:
        return
    method = (
        "as in the tenth of runs that wait least, paired" if statistic == "mean" else "replay without limits of room"
    )
    estimate = time_estimate(statistic, shift, method, answer.n)
    now = _most_at_once(observed, nodes[0])
    advice = remedy(observed.engine, Action.MORE_SLOTS, nodes[0], slots=2 * now, now_slots=now)
    seconds = waits.seconds[Kind.QUEUE]
    a_run = mean_interval(seconds)
    names = ", ".join(titled(node) for node in nodes)
    yield Finding(
        rule="slow_nodes.queue",
        category=Category.PERFORMANCE,
        title=f"Runs wait in a queue before {titled(nodes[0])}",
        description=(
            f"{amounts.share(waits.share(Kind.QUEUE))} of the runs' time passes in queues, "
            f"{amounts.duration(a_run.value)} a run ({amounts.bounds(*a_run, 's')}, n = {len(seconds)}) before {names}."
            f" They are ready and wait for room; never more than {now} of {titled(nodes[0])} ran at once."
        ),
        improvement=improvement(estimate),
        affected_nodes=tuple(node.node_id for node in nodes),
        gain=gain_of(shift),
        estimate=estimate,
        steps=advice.steps,
        code_example=advice.code_example,
        facts={"queue_share": waits.share(Kind.QUEUE), "queue_seconds_per_run": a_run.value, "most_at_once": now},
        evidence=(shown_by(observed, "queueing_runs", waits.places(Kind.QUEUE), nodes, seconds_per_run=a_run.value),),
    )


def _overhead(observed: Observations, waits: _Waits) -> Finding:
    seconds = waits.seconds[Kind.ENGINE_OVERHEAD]
    a_run = mean_interval(seconds)
    nodes = _infos(observed, waits.blamed(Kind.ENGINE_OVERHEAD))
    least = float(np.quantile(seconds, _BEST))
    shift = waits.as_the_best(Kind.ENGINE_OVERHEAD)
    is_worth = shift.baseline - shift.high >= LEAST_GAIN.share_of_run * shift.baseline
    estimate = time_estimate("mean", shift, "as in the tenth of runs with the least, paired", len(seconds))
    return Finding(
        rule="slow_nodes.engine_overhead",
        category=Category.PERFORMANCE,
        title="Much of the runs' time passes between the steps",
        description=(
            f"{amounts.share(waits.share(Kind.ENGINE_OVERHEAD))} of the time of the runs passes while no step runs: "
            f"{amounts.duration(a_run.value)} a run ({amounts.bounds(*a_run, 's')}, n = {len(seconds)})"
            f"{_where(nodes)}. In a tenth of the runs it is {amounts.duration(least)} or less. It is the engine's own "
            "time, or work that is not recorded as a step."
        ),
        improvement=improvement(estimate) if is_worth else None,
        affected_nodes=tuple(node.node_id for node in nodes),
        gain=gain_of(shift) if is_worth else Gain(),
        estimate=estimate if is_worth else None,
        steps=(
            "Open the runs of the evidence, and see between which steps nothing is drawn.",
            "Record what happens there as a step of its own, if it is work: then it is known what it is.",
            "Else look at what the engine does between steps: saving state, fetching files, starting workers, logging.",
        ),
        facts={
            "overhead_share": waits.share(Kind.ENGINE_OVERHEAD),
            "overhead_seconds_per_run": a_run.value,
            "least_overhead_seconds": least,
        },
        evidence=(
            shown_by(observed, "idle_runs", waits.places(Kind.ENGINE_OVERHEAD), nodes, seconds_per_run=a_run.value),
        ),
        floor="low",
    )


def _where(nodes: tuple[NodeInfo, ...]) -> str:
    return f", most of it before {', '.join(titled(node) for node in nodes)}" if nodes else ""


def _infos(observed: Observations, node_ids: tuple[str, ...]) -> tuple[NodeInfo, ...]:
    by_id = {node.node_id: node for node in observed.nodes}
    return tuple(by_id[node_id] for node_id in node_ids if node_id in by_id)


def _most_at_once(observed: Observations, node: NodeInfo) -> int:
    """The most executions of a step that ran at one time."""
    columns = observed.executions
    own = np.array([each.node_id == node.node_id for each in observed.nodes])[columns.node]
    known = own & (columns.start_ns >= 0) & np.isfinite(columns.elapsed_ns)
    starts = columns.start_ns[known]
    ends = starts + columns.elapsed_ns[known].astype(np.int64)
    instants = np.concatenate([starts, ends])
    steps: Floats = np.concatenate([np.ones(starts.size), -np.ones(ends.size)])
    order = np.lexsort((steps, instants))
    return int(np.cumsum(steps[order]).max(initial=1))
