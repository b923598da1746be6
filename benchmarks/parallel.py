"""Parallel steps: is what is called safe safe, is what is safe found, and is what is predicted what then happens?

    uv run python benchmarks/parallel.py [--dags 1000] [--runs 40] [--real 20] [--seed 7]

Random Dify workflows with hidden dependencies (steps that write and steps that
see it, computed references: a tenth of the steps) are read as files, judged,
rewritten, and executed in virtual time, before and after, with the same inputs
and durations. Some are really executed, as tasks of asyncio that sleep. Two
peers judge the same edges: mining the order of events from runs, and
fingerprints of values alone, of which a fifth are transformed on their way.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from parallel_dags import OVERHEAD_S, Dag, Execution, durations, executed, random_dag

from longpole.advice.observations import SampledRun
from longpole.analysis.happens_before import inferred_edges
from longpole.analysis.what_if import what_if
from longpole.domain.graphs import GraphEdge
from longpole.domain.runs import NodeExecution, NodeStatus
from longpole.domain.what_if import Change, Slots, WithoutEdges
from longpole.graphs.removable_edges import Removable, Rewiring, Verdict, removable_edges, rewirings, with_rewiring

_S = 1_000_000_000
_RESAMPLES = 50
_WORKERS = 2


@dataclass
class Score:
    """Edges that were called removable, and whether they were."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, called: set[GraphEdge], removable: set[GraphEdge], wanted: set[GraphEdge]) -> None:
        """Count one workflow; `wanted` are those of the removable ones that could be found."""
        self.right += len(called & removable)
        self.wrong += len(called - removable)
        self.missed += len(wanted - called)

    def words(self, found_of: int) -> str:
        """Precision and recall."""
        called = self.right + self.wrong
        precision = f"{self.right / called:.4f}" if called else "–"
        recall = f"{(found_of - self.missed) / found_of:.4f}" if found_of else "–"
        return f"{precision:>10} {recall:>8} {called:>7} {self.wrong:>7}"


@dataclass
class Result:
    """All that is printed."""

    dags: int = 0
    edges: int = 0
    wanted: int = 0
    unsafe_runs: int = 0
    runs: int = 0
    scores: dict[str, Score] = field(
        default_factory=lambda: {"ours": Score(), "happens-before mining": Score(), "fingerprints alone": Score()}
    )
    errors: list[float] = field(default_factory=list)
    slot_errors: list[float] = field(default_factory=list)
    speed_ups: list[float] = field(default_factory=list)
    real_errors: list[float] = field(default_factory=list)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dags", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=40, help="of each workflow, for the prediction")
    parser.add_argument("--real", type=int, default=20, help="of the workflows, how many are really executed")
    parser.add_argument("--mined", type=int, default=100, help="of the workflows, of how many the order is mined")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    begun = time.process_time()
    show(measured(given.dags, given.runs, given.real, given.mined, given.seed))
    print(f"\nprocessor time {time.process_time() - begun:.0f} s")


def measured(dags: int, runs: int, real: int, mined: int, seed: int) -> Result:
    """Judge, rewrite and execute so many workflows."""
    source, result = random.Random(seed), Result()
    for number in range(dags):
        dag = random_dag(source)
        judge(dag, result, source, runs, is_mined=number < mined)
        if number < real:
            result.real_errors += really(dag, source)
    return result


def judge(dag: Dag, result: Result, source: random.Random, runs: int, *, is_mined: bool) -> None:
    """One workflow, in virtual time."""
    verdicts = removable_edges(dag.graph)
    between = {found.edge for found in verdicts if {found.edge.source, found.edge.target} <= set(dag.kinds)}
    between = {edge for edge in between if dag.segment[edge.source] == dag.segment[edge.target]}
    removable = {edge for edge in between if (edge.source, edge.target) not in dag.needs}
    wanted = {edge for edge in removable if _is_known_all_the_way(dag, edge)}
    result.dags += 1
    result.edges += len(between)
    result.wanted += len(wanted)
    result.scores["ours"].add(_safe(verdicts), removable, wanted)
    result.scores["fingerprints alone"].add(_without_matches(dag, between), removable, wanted)
    drawn = [durations(dag, source) for _ in range(runs)]
    before = [executed(dag, dag.graph.edges, lasting) for lasting in drawn]
    if is_mined:
        records = [_record(dag, number, run) for number, run in enumerate(before)]
        follow: dict[str, list[str]] = {}
        for one, other in inferred_edges(records):
            follow.setdefault(one, []).append(other)
        ordered = {edge for edge in between if edge.target in _reached(edge.source, follow)}
        result.scores["happens-before mining"].add(between - ordered, removable, wanted)
    found = rewirings(dag.graph)
    if not found:
        return
    edges = with_rewiring(dag.graph, *found)
    after = [executed(dag, edges, lasting) for lasting in drawn]
    result.runs += runs
    result.unsafe_runs += sum(one.saw != other.saw for one, other in zip(before, after, strict=True))
    predicted = _predicted(dag, found, edges, before)
    if predicted is not None:
        base, new = (float(np.median([run.makespan for run in each])) for each in (before, after))
        result.errors.append(abs(new / predicted - 1))
        result.speed_ups.append(base / new)
    with_few = _predicted(dag, found, edges, before, Slots(_WORKERS))
    if with_few is not None:
        after = [executed(dag, edges, lasting, workers=_WORKERS) for lasting in drawn]
        result.slot_errors.append(abs(float(np.median([run.makespan for run in after])) / with_few - 1))


def _is_known_all_the_way(dag: Dag, edge: GraphEdge) -> bool:
    """Neither of its ends, nor a step between them, is of those that nobody can judge."""
    follow: dict[str, list[str]] = {}
    for each in dag.graph.edges:
        follow.setdefault(each.source, []).append(each.target)

    back: dict[str, list[str]] = {}
    for each in dag.graph.edges:
        back.setdefault(each.target, []).append(each.source)
    inside = _reached(edge.source, follow) & _reached(edge.target, back)
    return all(i in dag.kinds and dag.is_known(i) for i in inside)


def _reached(start: str, forward: Mapping[str, list[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for target in forward.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def _safe(verdicts: Sequence[Removable]) -> set[GraphEdge]:
    return {found.edge for found in verdicts if found.verdict is Verdict.SAFE}


def _without_matches(dag: Dag, between: set[GraphEdge]) -> set[GraphEdge]:
    """Whoever looks at values alone sees a tie where a step's input has another's output in it, as it was."""
    return {edge for edge in between if (edge.source, edge.target) not in dag.direct or edge.target in dag.transformed}


def _record(dag: Dag, number: int, run: Execution) -> SampledRun:
    run_id = f"run-{number}"
    begin = 1_760_000_000 * _S + number * 3600 * _S
    nodes = tuple(
        NodeExecution(
            run_id, f"{run_id}/{i}", i, dag.kinds.get(i, "frame"), i,
            start_ns=begin + round(run.start[i] * _S), end_ns=begin + round(run.end[i] * _S),
            status=NodeStatus.SUCCEEDED,
        )
        for i in run.start
    )  # fmt: skip
    return SampledRun(number, run_id, begin, begin + round(run.makespan * _S), nodes)


def _predicted(
    dag: Dag, found: Sequence[Rewiring], edges: Sequence[GraphEdge], before: Sequence[Execution], *more: Change
) -> float | None:
    """The median that the runs as they were lead to expect, in seconds."""
    dropped = tuple(pair for rewiring in found for pair in rewiring.dropped)
    waiting = replace(dag.graph, edges=tuple(dict.fromkeys((*dag.graph.edges, *edges))))
    sample = tuple(_record(dag, number, run) for number, run in enumerate(before))
    answer = what_if(sample, [WithoutEdges(dropped), *more], graph=waiting, resamples=_RESAMPLES)
    return None if answer.p50 is None else answer.p50.expected


def really(dag: Dag, source: random.Random, runs: int = 20, scale: float = 0.3) -> list[float]:
    """By how much the median of really executed runs misses what was predicted from others that really ran."""
    found = rewirings(dag.graph)
    if not found:
        return []
    edges = with_rewiring(dag.graph, *found)
    drawn = [{i: s * scale for i, s in durations(dag, source).items()} for _ in range(runs)]

    async def all_of(which: Sequence[GraphEdge]) -> list[Execution]:
        return await asyncio.gather(*(slept(dag, which, lasting) for lasting in drawn))

    before, after = asyncio.run(all_of(dag.graph.edges)), asyncio.run(all_of(edges))
    predicted = _predicted(dag, found, edges, before)
    if predicted is None:
        return []
    return [abs(float(np.median([run.makespan for run in after])) / predicted - 1)]


async def slept(dag: Dag, edges: Sequence[GraphEdge], lasting: Mapping[str, float]) -> Execution:
    """One run as tasks that sleep; which steps run, and on which branch, as in virtual time."""
    plan = executed(dag, edges, lasting)
    done = {i: asyncio.Event() for i in plan.start}
    run, begun = Execution(), time.perf_counter()

    async def step(i: str) -> None:
        for edge in edges:
            if edge.target == i and edge.source in done:
                await done[edge.source].wait()
        await asyncio.sleep(OVERHEAD_S)
        run.start[i] = time.perf_counter() - begun
        await asyncio.sleep(lasting[i])
        run.end[i] = time.perf_counter() - begun
        done[i].set()

    await asyncio.gather(*(step(i) for i in plan.start))
    return run


def show(result: Result) -> None:
    """Figures beside their targets."""
    print(f"{result.dags} workflows, {result.edges} edges between steps, {result.wanted} of them removable and known")
    print(f"\n{'judge':<24} {'precision':>10} {'recall':>8} {'called':>7} {'wrong':>7}")
    for name, score in result.scores.items():
        note = "  (of the first workflows only)" if "mining" in name else ""
        print(f"{name:<24} {score.words(result.wanted if not note else score.missed + score.right)}{note}")
    print("target for ours              1.0000   0.9500")
    print(f"\nruns rewritten and executed: {result.runs}; that saw something else than before: {result.unsafe_runs}")
    rows = (
        ("in virtual time", result.errors),
        (f"with {_WORKERS} workers only", result.slot_errors),
        ("really, by asyncio", result.real_errors),
    )
    print(f"\n{'median run, predicted against executed':<40} {'n':>5} {'median':>8} {'p90':>8}   target 3 %")
    for name, errors in rows:
        if errors:
            median, high = np.percentile(errors, [50, 90]) * 100
            print(f"{name:<40} {len(errors):>5} {median:>7.2f}% {high:>7.2f}%")
    if result.speed_ups:
        low, median, high = np.percentile(result.speed_ups, [10, 50, 90])
        print(f"speed-up of those with something safe: median {median:.2f}, p10 {low:.2f}, p90 {high:.2f}")


if __name__ == "__main__":
    main()
