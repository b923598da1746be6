"""Does attribution name the cause that was planted? 200 generated incidents, six kinds of causes.

    python benchmarks/attribution.py [--incidents 200] [--runs 250] [--seed 1]

A workflow is one of `seeded_workflows.py` with a way that only some runs take, a step that a cache serves now and then,
inputs that make model calls longer, two models, and retries; in half of the incidents an innocent version came up in
the time before. Then one thing changes: a step is slower, a new version makes a step slower, another model answers,
inputs are larger, more runs take the long way, or the cache serves less. Incidents that change the mean by less than
8 % are made anew, as they would not be found.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from seeded_workflows import SECOND, Step, healthy

from longpole.analysis.attribution import attribution
from longpole.domain.degradations import CauseKind, DegradedMetric
from longpole.domain.runs import NodeExecution, NodeStatus, TokenUsage

KINDS = (
    CauseKind.NODE,
    CauseKind.WORKFLOW_VERSION,
    CauseKind.MODEL,
    CauseKind.INPUT_SIZE,
    CauseKind.TRAFFIC_MIX,
    CauseKind.CACHE_HIT_RATE,
)
LEAST_CHANGE, ELASTICITY, BIG_MODEL = 1.08, 0.7, 2.2


@dataclass(frozen=True)
class World:
    """How runs are at a time."""

    steps: tuple[Step, ...]
    cached: str
    modelled: str
    long_way: str
    hit_rate: float = 0.6
    big_share: float = 0.1
    size: float = 1.0
    long_share: float = 0.25
    slower: str = ""
    factor: float = 1.0
    new_share: float = 0.0
    is_of_version: bool = False


@dataclass(frozen=True)
class MadeRun:
    """A run, as attribution wants it."""

    workflow_run_id: str
    workflow_version: str | None
    start_ns: int
    end_ns: int
    nodes: tuple[NodeExecution, ...]
    cost_usd: Decimal | None = None
    has_failed: bool = False

    @property
    def elapsed_ns(self) -> int:
        """Nanoseconds."""
        return self.end_ns - self.start_ns


def world(number: int, seed: int) -> World:
    """A workflow before anything happens."""
    made = healthy(number, seed)
    long_way = Step("research", "tool", made.steps[-1].waits_for, 1.0, 0.4, 0.0)
    whole = sum(step.median_s for step in made.steps)
    long_way.median_s = 0.4 * whole
    last = replace(made.steps[-1], waits_for=("research",))
    steps = (*made.steps[:-1], long_way, last)
    slowest = sorted(made.steps, key=lambda step: -step.median_s)
    models = [step for step in slowest if step.model is not None]
    return World(steps, slowest[0].node_id, (models or slowest)[0].node_id, "research")


def changed(before: World, kind: CauseKind, random: np.random.Generator) -> tuple[World, str]:
    """The same after one thing happened, and its name."""
    slow = sorted(before.steps[:-2], key=lambda step: -step.median_s)[: int(random.integers(1, 3))][-1].node_id
    factor = float(random.uniform(1.5, 3.5))
    if kind is CauseKind.NODE:
        return replace(before, slower=slow, factor=factor), slow
    if kind is CauseKind.WORKFLOW_VERSION:
        share = float(random.choice([0.5, 1.0]))
        return replace(before, slower=slow, factor=factor, new_share=share, is_of_version=True), "v3"
    if kind is CauseKind.MODEL:
        return replace(before, big_share=float(random.uniform(0.6, 1.0))), before.modelled
    if kind is CauseKind.INPUT_SIZE:
        return replace(before, size=float(random.uniform(1.4, 3.0))), ""
    if kind is CauseKind.TRAFFIC_MIX:
        return replace(before, long_share=float(random.uniform(0.6, 0.9))), before.long_way
    return replace(before, hit_rate=float(random.uniform(0.0, 0.3))), before.cached


def runs(here: World, side: str, count: int, has_innocent: bool, random: np.random.Generator) -> list[MadeRun]:  # noqa: FBT001 - a fact
    """Runs of a time, in order."""
    made = []
    for place in range(count):
        is_new = random.random() < here.new_share
        innocent = has_innocent and (side == "after" or place > count // 2)
        version = "v3" if is_new else "v2" if innocent else "v1"
        made.append(_run(here, f"{side}-{place}", version, is_new, random))
    return made


def _run(here: World, run_id: str, version: str, is_new: bool, random: np.random.Generator) -> MadeRun:  # noqa: FBT001 - a fact
    size = here.size * float(np.exp(random.normal(0, 0.5)))
    is_long = random.random() < here.long_share
    wander = float(np.exp(random.normal(0, 0.1)))
    ended: dict[str, int] = {}
    nodes = []
    for step in here.steps:
        waits = [name for name in step.waits_for if name in ended]
        if step.node_id == here.long_way and not is_long:
            continue
        if step.waits_for == (here.long_way,) and not is_long:
            waits = list(ended)
        begin = max((ended[name] for name in waits), default=0) + int(random.uniform(1, 4) * 1e6)
        nodes.append(_executed(here, step, run_id, begin, (size, wander, is_new), random))
        ended[step.node_id] = nodes[-1].end_ns or begin
    return MadeRun(run_id, version, 0, max(ended.values()) + 2_000_000, tuple(nodes))


def _executed(  # noqa: PLR0917 - one execution
    here: World, step: Step, run_id: str, begin: int, of_run: tuple[float, float, bool], random: np.random.Generator
) -> NodeExecution:
    size, wander, is_new = of_run
    seconds = step.median_s * wander * float(np.exp(random.normal(0, step.sigma)))
    tokens, model, cached, attempts = None, step.model, None, 1
    if step.model is not None:
        tokens = max(round(step.input_tokens * size * float(np.exp(random.normal(0, 0.1)))), 1)
        seconds *= size**ELASTICITY
    if step.node_id == here.modelled and random.random() < here.big_share:
        model, seconds = "gpt-4o", seconds * BIG_MODEL
    elif step.node_id == here.modelled:
        model = "gpt-4o-mini"
    if step.node_id == here.slower and (is_new or not here.is_of_version):
        seconds *= here.factor
    if random.random() < 0.02:
        attempts, seconds = 2, seconds * 1.6
    if step.node_id == here.cached:
        cached = bool(random.random() < here.hit_rate)
        seconds = 0.01 if cached else seconds
    return NodeExecution(
        run_id,
        f"{run_id}/{step.node_id}",
        step.node_id,
        step.node_type,
        step.node_id,
        start_ns=begin,
        end_ns=begin + round(seconds * SECOND),
        elapsed_ns=round(seconds * SECOND),
        status=NodeStatus.SUCCEEDED,
        attempts=attempts,
        model=model,
        tokens=TokenUsage(tokens, None),
        is_cached=cached,
        input_bytes=round(2_000 * size),
    )


def incident(number: int, count: int, seed: int) -> tuple[CauseKind, str, list[MadeRun], list[MadeRun]]:
    """What was planted, its name, and the runs before and after."""
    kind = KINDS[number % len(KINDS)]
    for attempt in range(200):
        random = np.random.default_rng((seed, number, attempt))
        here = world(int(random.integers(0, 10_000)), seed)
        if kind is CauseKind.INPUT_SIZE and not any(step.model for step in here.steps):
            continue
        after, name = changed(here, kind, random)
        has_innocent = bool(random.random() < 0.5)
        old = runs(here, "before", count, has_innocent, random)
        new = runs(after, "after", count, has_innocent, random)
        means = [np.mean([run.elapsed_ns for run in side]) for side in (old, new)]
        if means[1] / means[0] >= LEAST_CHANGE:
            return kind, name, old, new
    raise ValueError(f"no incident of {kind} makes a difference")


def main() -> None:
    """Make, attribute, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incidents", type=int, default=200)
    parser.add_argument("--runs", type=int, default=250, help="runs before and as many after")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="show what was named instead")
    given = parser.parse_args()
    right, of, first_three, spent = Counter[str](), Counter[str](), Counter[str](), 0.0
    for number in range(given.incidents):
        kind, name, before, after = incident(number, given.runs, given.seed)
        begun = time.process_time()
        causes = attribution(before, after, DegradedMetric.RUN_TIME_P50)
        spent += time.process_time() - begun
        hits = [cause.kind is kind and name in cause.name for cause in causes]
        of[kind] += 1
        right[kind] += bool(hits[:1] == [True])
        first_three[kind] += any(hits[:3])
        if given.misses and hits[:1] != [True]:
            print(kind, name, [(each.kind.value, each.name, round(each.share or 0, 2)) for each in causes[:4]])
    print(f"{'planted':20}{'incidents':>10}{'named first':>14}{'among three':>14}")
    for kind in KINDS:
        if of[kind]:
            print(f"{kind:20}{of[kind]:10}{right[kind] / of[kind]:14.0%}{first_three[kind] / of[kind]:14.0%}")
    whole = of.total()
    print(f"{'all':20}{whole:10}{right.total() / whole:14.1%}{first_three.total() / whole:14.1%}")
    print(f"{'target':20}{'':10}{'90.0%':>14}\n{spent / whole * 1e3:.0f} ms an incident of {2 * given.runs} runs")


if __name__ == "__main__":
    main()
