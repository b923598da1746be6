"""Runs of small workflows that tests make: a shape, durations, and what a test plants into them.

A workflow is a list of stages, each of which is a list of steps that run side
by side; a stage starts when the one before it has ended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from longpole.domain.runs import Attempt, NodeExecution, NodeStatus, Run, RunRecord, RunStatus

START_NS = 1_760_000_000_000_000_000
MS = 1_000_000
S = 1_000_000_000
HOUR = 3_600 * S
DAY = 24 * HOUR


@dataclass
class Step:
    """One step, its median duration and its spread (the deviation of the logarithm)."""

    name: str
    median_s: float = 0.5
    sigma: float = 0.4


Stages = Sequence[Sequence[Step]]
Plant = Callable[[int, np.random.Generator, NodeExecution], NodeExecution]
"""What a test makes of a node execution; gets the number of the run. Its end decides when the next stage starts."""


def runs(
    stages: Stages,
    count: int,
    *,
    seed: int = 0,
    plant: Plant | None = None,
    every_ns: int = 60 * S,
    gap_ns: int = 1 * MS,
    run_more: Callable[[int], dict[str, Any]] | None = None,
) -> list[RunRecord]:
    """`count` runs, one every `every_ns` on average. A step that fails ends its run, unless `metrics` say `handled`."""
    source = np.random.default_rng(seed)
    starts = START_NS + np.sort(source.uniform(0, count * every_ns, count)).astype(np.int64)
    made = []
    for place, start in enumerate(starts.tolist()):
        nodes, failed = _nodes(place, start, stages, _Drawing(source, plant, gap_ns))
        has_failures = any(node.status is NodeStatus.FAILED for node in nodes)
        status = RunStatus.FAILED if failed else RunStatus.PARTIAL if has_failures else RunStatus.SUCCEEDED
        end = max(node.end_ns or start for node in nodes)
        more = run_more(place) if run_more else {}
        run = Run(f"run-{place}", "app", "flow", status=status, is_ended=True, start_ns=start, end_ns=end, **more)
        made.append(RunRecord(run, tuple(nodes)))
    return made


@dataclass
class _Drawing:
    source: np.random.Generator
    plant: Plant | None
    gap_ns: int


def _nodes(place: int, start: int, stages: Stages, drawing: _Drawing) -> tuple[list[NodeExecution], bool]:
    at, nodes = start, []
    before: tuple[str, ...] = ()
    for stage in stages:
        here = [_node(place, at, step, before, drawing) for step in stage]
        nodes += here
        if any(node.status is NodeStatus.FAILED and not node.metrics.get("handled") for node in here):
            return nodes, True
        at = max(node.end_ns or at for node in here) + drawing.gap_ns
        before = tuple(step.name for step in stage)
    return nodes, False


def _node(place: int, at: int, step: Step, before: tuple[str, ...], drawing: _Drawing) -> NodeExecution:
    took = max(round(step.median_s * S * float(np.exp(drawing.source.normal(0, step.sigma)))), 1)
    node = NodeExecution(
        workflow_run_id=f"run-{place}",
        node_execution_id=f"run-{place}/{step.name}",
        node_id=step.name,
        node_type="llm",
        node_title=step.name.title(),
        start_ns=at,
        end_ns=at + took,
        status=NodeStatus.SUCCEEDED,
        waits_for=before,
    )
    return drawing.plant(place, drawing.source, node) if drawing.plant else node


def lasting(node: NodeExecution, took_ns: float) -> NodeExecution:
    """The execution, as long as that."""
    return replace(node, end_ns=(node.start_ns or 0) + max(round(took_ns), 1))


def failing(node: NodeExecution, error_type: str | None, message: str | None, **more: Any) -> NodeExecution:
    """The execution, failed."""
    return replace(node, status=NodeStatus.FAILED, error_type=error_type, error_message=message, **more)


def attempted(
    node: NodeExecution, times_s: Sequence[float], waits_s: Sequence[float], error: tuple[str, str], *, well: bool
) -> NodeExecution:
    """The execution with attempts of `times_s` seconds and waits between them; all fail, but the last if `well`."""
    at, log = node.start_ns or 0, []
    for number, took in enumerate(times_s, start=1):
        is_good = well and number == len(times_s)
        status = NodeStatus.SUCCEEDED if is_good else NodeStatus.FAILED
        end = at + round(took * S)
        log.append(Attempt(number, at, end, status, *((None, None) if is_good else error)))
        at = end + (round(waits_s[number - 1] * S) if number < len(times_s) else 0)
    made = replace(node, end_ns=log[-1].end_ns, attempts=len(log), attempt_log=tuple(log) if len(log) > 1 else ())
    return made if well else failing(made, *error)


SHAPES: tuple[Callable[[np.random.Generator], Stages], ...] = (
    lambda source: [[_any_step(source, f"step{n}")] for n in range(int(source.integers(1, 9)))],
    lambda source: [
        [_any_step(source, f"step{n}_{m}") for m in range(int(source.integers(1, 4)))]
        for n in range(int(source.integers(2, 6)))
    ],
    lambda source: [[_any_step(source, "only")]],
    lambda source: [
        [_any_step(source, "plan")],
        [_any_step(source, f"search{m}") for m in range(4)],
        [_any_step(source, "answer", 8.0)],
    ],
)


def _any_step(source: np.random.Generator, name: str, times: float = 1.0) -> Step:
    return Step(name, times * float(np.exp(source.uniform(-4, 1.5))), float(source.uniform(0.2, 0.8)))


def healthy(seed: int) -> list[RunRecord]:
    """A workflow with nothing wrong with it: some shape, some durations, several users, models and versions."""
    source = np.random.default_rng(seed)
    stages = SHAPES[seed % len(SHAPES)](source)
    count = int(source.choice([3, 40, 150, 400]))
    error_rate = float(source.choice([0, 0, 0.002]))
    users, changes_at = int(source.integers(1, 8)), int(source.integers(1, count + 1))
    sizes = np.exp(source.normal(6, 0.5, 20 * count))

    def plant(place: int, draw: np.random.Generator, node: NodeExecution) -> NodeExecution:
        size = float(draw.choice(sizes))
        took = (node.end_ns or 0) - (node.start_ns or 0)
        node = lasting(node, took * (size / 400) ** 0.2) if seed % 3 == 0 else node
        model = ("large", "small")[int(draw.integers(2))] if seed % 2 else "large"
        node = replace(node, input_bytes=round(size), model=model, input_fingerprint=int(draw.integers(1, 500)))
        if draw.uniform() < error_rate:
            return failing(node, "ReadTimeout", f"timed out after {took / S:.1f} s")
        return node

    return runs(
        stages,
        count,
        seed=seed,
        plant=plant,
        every_ns=int(source.choice([20 * S, HOUR // 4, HOUR])),
        gap_ns=int(source.choice([0, MS, 5 * MS])),
        run_more=lambda place: {
            "user_id": f"user-{place % users}",
            "workflow_version": "2" if place >= changes_at else "1",
        },
    )
