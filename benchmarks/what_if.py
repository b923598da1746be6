"""What-if against reality: changes are predicted from recorded spans, then really made, on the same inputs.

    uv run python benchmarks/what_if.py [--workflows 15] [--runs 200] [--scale 1] [--concurrency 100] [--quick]

Random workflows of asyncio tasks are executed. Their spans go through OTLP to
a real server on loopback and are read back from its database; of each change
the p50 and p95 are predicted, and compared with the workflow that really has
the change, executed with the same inputs. Two peers are asked the same of the
changes that they can be asked about: the node's share of the critical path,
which is how others say it, and its share of all nodes' time. The workflow
itself is executed a second time: what that differs is the floor, noise of the
machine's timers that no prediction can avoid. How late timers were is printed.

Everything sleeps, so many runs go on at a time; on a busy machine timers are
late and everything looks worse: raise --scale, lower --concurrency.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from what_if_execution import RunSeen, Stalls, executed
from what_if_telemetry import read_back, send
from what_if_workflows import POOL, Workflow, changes_of, random_workflow

from longpole.advice.observations import SampledRun
from longpole.analysis.bottlenecks import critical_times
from longpole.analysis.what_if import Prepared, prepared, what_if
from longpole.cli.demo.serving import serving
from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, WorkflowGraph
from longpole.domain.what_if import Change, Faster, Removed, Slots

PERCENTS = (50, 95)
Errors = dict[str, list[tuple[str, float, float]]]
"""By method: the kind of change, and by how much p50 and p95 were missed, in per cent."""


@dataclass(frozen=True)
class Asked:
    """A change, what really came of it, and what the workflow took without it."""

    workflow: Workflow
    kind: str
    change: Change
    before: Sequence[RunSeen]
    really: Sequence[RunSeen]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workflows", type=int, default=15)
    parser.add_argument("--runs", type=int, default=200, help="of each workflow, and of each changed one")
    parser.add_argument("--scale", type=float, default=1.0, help="longer or shorter sleeps")
    parser.add_argument("--concurrency", type=int, default=100, help="runs that go on at a time")
    parser.add_argument(
        "--stall-ms", type=float, default=20, help="runs in which the machine stalls for so long are executed again"
    )
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="4 workflows, 40 runs, half the sleeps: a minute")
    parser.add_argument("--all", action="store_true", help="print every change")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.workflows, arguments.runs, arguments.scale = 4, 40, arguments.scale / 2
    source = random.Random(arguments.seed)
    workflows = [random_workflow(number, source) for number in range(arguments.workflows)]
    asked = [(workflow, *change) for workflow in workflows for change in changes_of(workflow, source)]
    begun = time.monotonic()
    everything = [*workflows, *workflows, *(changed for *_, changed in asked)]
    stalls = Stalls(arguments.stall_ms / 1e3)
    results = asyncio.run(executed(everything, arguments.runs, arguments.scale, arguments.concurrency, stalls))
    count = len(workflows)
    first, second, really = results[:count], results[count : 2 * count], results[2 * count :]
    by_name = {workflow.name: runs for workflow, runs in zip(workflows, first, strict=True)}
    print(
        f"{count} workflows of {min(len(w.nodes) for w in workflows)} to {max(len(w.nodes) for w in workflows)} steps, "
        f"{arguments.runs} runs each; {len(asked)} changes; executed in {time.monotonic() - begun:.0f} s"
    )
    late = np.percentile(stalls.lateness_s, (50, 99, 100)) * 1e3
    print(
        f"timers were late by {late[0]:.1f} ms (median), {late[1]:.1f} ms (p99), {late[2]:.0f} ms (most); "
        f"{stalls.repeated} of {len(everything) * arguments.runs} runs were executed again for a stall"
    )
    questions = [
        Asked(workflow, kind, change, by_name[workflow.name], runs)
        for (workflow, kind, change, _), runs in zip(asked, really, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        for app, is_told in (("told", True), ("bare", False)):
            send(server.address, app, list(by_name.items()), is_told=is_told)
            runs = {name: read_back(app, name, arguments.runs) for name in by_name}
            methods = {f"replay, {app}": {name: prepared(of_one) for name, of_one in runs.items()}}
            if not is_told:
                methods["replay, bare, with the graph"] = {
                    workflow.name: prepared(runs[workflow.name], graph_of(workflow)) for workflow in workflows
                }
            for method, ready in methods.items():
                report(method, questions, ready, show_all=arguments.all)
    peers(questions, runs)
    floor = [
        (workflow.name, *missed(seconds(one), seconds(other)))
        for workflow, one, other in zip(workflows, first, second, strict=True)
    ]
    print(f"\n{'floor: executed again, unchanged':44} {figures(floor)}")
    print(f"\n{'(median / p90 / largest) wanted of a replay':44} p50 ≤ 1 / ≤ 3 %   p95 ≤ 1 / ≤ 5 %   unchanged ≤ 0.5 %")


def report(method: str, questions: Sequence[Asked], ready: dict[str, Prepared], *, show_all: bool) -> None:
    """The errors of the replay, all and by kind of change."""
    errors: list[tuple[str, float, float]] = []
    declined: list[str] = []
    inside = 0
    begun = time.process_time()
    for asked in questions:
        change = asked.change
        if isinstance(change, Slots) and ("slot", POOL) not in ready[asked.workflow.name].plan.limits:
            change = Slots(change.slots)
        answer = what_if(ready[asked.workflow.name], [change])
        if answer.p50 is None or answer.p95 is None:
            declined.append(f"{asked.workflow.name} {asked.kind}: {answer.declined}")
            continue
        actual = np.percentile(seconds(asked.really), PERCENTS)
        error = missed_by(actual, (answer.p50.expected, answer.p95.expected))
        errors.append((asked.kind, *error))
        inside += answer.p50.low * 0.995 <= actual[0] <= answer.p50.high * 1.005
        if show_all:
            print(
                f"    {asked.workflow.name} {asked.workflow.slots} {asked.kind:14} {change!s:60} "
                f"{answer.p50.baseline:7.3f} s → {answer.p50.expected:7.3f}, really {actual[0]:7.3f} s "
                f"({error[0]:5.2f} % / {error[1]:5.2f} %)"
            )
    fidelity = [one.fidelity for one in ready.values() if one.fidelity is not None]
    spent = (time.process_time() - begun) / max(len(questions), 1)
    print(f"\n{method:44} {figures(errors)}")
    for kind in dict.fromkeys(kind for kind, *_ in errors):
        print(f"    {kind:40} {figures([error for error in errors if error[0] == kind])}")
    print(
        f"    unchanged replay: {100 * float(np.median(fidelity)):.3f} % median, {100 * max(fidelity):.3f} % worst "
        f"workflow; {spent * 1e3:.0f} ms a question; real p50 within the interval (±0.5 %): {inside} of {len(errors)}"
    )
    for line in declined:
        print(f"    declined: {line}")


def peers(questions: Iterable[Asked], runs: dict[str, tuple[SampledRun, ...]]) -> None:
    """The static shares, for changes of a node's time."""
    comparable = [asked for asked in questions if isinstance(asked.change, Faster | Removed)]
    for name, share_of in (("static critical-path share", critical_share), ("share of all nodes' time", time_share)):
        errors = []
        for asked in comparable:
            change = asked.change
            share = change.share if isinstance(change, Faster) else 1.0
            left = 1 - share * share_of(runs[asked.workflow.name], change.node_id)
            predicted = np.percentile(seconds(asked.before), PERCENTS) * left
            errors.append((asked.kind, *missed_by(np.percentile(seconds(asked.really), PERCENTS), predicted)))
        print(f"\n{name + ' (faster, removed)':44} {figures(errors)}")


def critical_share(runs: Sequence[SampledRun], node_id: str) -> float:
    times = critical_times((run.nodes, run.start_ns, run.end_ns) for run in runs)
    return sum(sum(of_one) for (_, name), of_one in times.by_node.items() if name == node_id) / times.total


def time_share(runs: Sequence[SampledRun], node_id: str) -> float:
    leaves = [node for run in runs for node in run.nodes if node.node_id != node.enclosing_node_id]
    inside = {node.parent_node_execution_id for node in leaves}
    spent = [(node.node_id, node.elapsed_ns or 0) for node in leaves if node.node_execution_id not in inside]
    return sum(ns for name, ns in spent if name == node_id) / sum(ns for _, ns in spent)


def graph_of(workflow: Workflow) -> WorkflowGraph:
    """The declared graph, as an engine's file would tell it."""
    nodes = [GraphNode(node.name, node.kind, node.name) for node in workflow.nodes]
    edges = [GraphEdge(source, node.name) for node in workflow.nodes for source in node.after]
    for loop in workflow.nodes:
        nodes += [GraphNode(step.name, step.kind, step.name, container_id=loop.name) for step in loop.body]
        edges += [GraphEdge(one.name, other.name) for one, other in zip(loop.body, loop.body[1:], strict=False)]
    return WorkflowGraph(Engine.GENERIC, GraphSource.IMPORTED, tuple(nodes), tuple(edges))


def seconds(runs: Sequence[RunSeen]) -> list[float]:
    return [run.seconds for run in runs]


def missed(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    return missed_by(np.percentile(one, PERCENTS), np.percentile(other, PERCENTS))


def missed_by(actual: Iterable[float], predicted: Iterable[float]) -> tuple[float, float]:
    p50, p95 = (100 * abs(there / here - 1) for here, there in zip(actual, predicted, strict=True))
    return p50, p95


def figures(errors: Sequence[tuple[str, float, float]]) -> str:
    """Median, p90 and largest of the p50's errors, and of the p95's."""
    if not errors:
        return "–"
    parts = []
    for place, name in ((1, "p50"), (2, "p95")):
        values = [error[place] for error in errors]
        of: Callable[[float], float] = lambda percent, values=values: float(np.percentile(values, percent))  # noqa: E731 - said once
        parts.append(f"{name} {of(50):5.2f} / {of(90):5.2f} / {max(values):5.2f} %")
    return f"n {len(errors):3}   " + "   ".join(parts)


if __name__ == "__main__":
    main()
