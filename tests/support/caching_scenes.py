"""Workflows whose steps are asked the same again: what `observations_of` needs to try rules about caching.

A scene is one step between a start and an end; what comes out of the step is
said by a function of what goes in, of who asks, and of when.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from longpole.advice.observations import Observations
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus
from longpole.domain.units import NS_PER_DAY, NS_PER_SECOND
from observing import observations_of

BEGIN_NS = 1_790_000_000 * NS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Ask:
    """What an output may depend on: the question, who asks, when (in days), which run, and chance."""

    question: int
    user: int
    day: float
    run: int
    version: str
    random: Random


Output = Callable[[Ask], Any]


def always_the_same(ask: Ask) -> Any:
    """What a pure step does."""
    return ask.question


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a scene, and how it is asked.

    Attributes:
        output: What comes out; None: it is not seen.
        questions: So many different ones, drawn by Zipf's law with this exponent.
        took_s: How long it takes at least; half as long again at most.
        is_failing: Whether an ask fails.
    """

    node_type: str = "code"
    output: Output | None = always_the_same
    title: str = "Prepare"
    questions: int = 100
    exponent: float = 1.0
    took_s: float = 2.0
    usd: float | None = None
    is_failing: Callable[[Ask], bool] = lambda _ask: False
    is_cached: Callable[[Ask], bool | None] = lambda _ask: None


def scene(
    step: Step,
    *,
    runs: int = 1_200,
    users: int | None = 12,
    days: float = 7.0,
    versions: Callable[[float], str] = lambda _day: "1",
    seed: int = 1,
    **more: Any,
) -> Observations:
    """What is observed of runs in which a step is asked; `users` None: nobody is recorded, though twelve there are."""
    return observations_of(records(step, runs=runs, users=users, days=days, versions=versions, seed=seed), **more)


def records(
    step: Step,
    *,
    runs: int = 1_200,
    users: int | None = 12,
    days: float = 7.0,
    versions: Callable[[float], str] = lambda _day: "1",
    seed: int = 1,
) -> list[RunRecord]:
    """The runs of a scene."""
    random = Random(seed)
    weights = [1 / rank**step.exponent for rank in range(1, step.questions + 1)]
    questions = random.choices(range(step.questions), weights, k=runs)
    return [
        _run(step, number, Ask(question, random.randrange(users or 12), day, number, versions(day), random), users)
        for number, (question, day) in enumerate(
            zip(questions, sorted(random.uniform(0, days) for _ in range(runs)), strict=True)
        )
    ]


def _run(step: Step, number: int, ask: Ask, users: int | None) -> RunRecord:
    start = BEGIN_NS + round(ask.day * NS_PER_DAY)
    took_s = step.took_s * (1 + ask.random.random() / 2)
    is_cached = step.is_cached(ask)
    begun = start + NS_PER_SECOND // 10
    ended = begun + (1_000_000 if is_cached else round(took_s * NS_PER_SECOND))
    end = ended + NS_PER_SECOND // 2
    cost = None if step.usd is None else Decimal(0 if is_cached else str(step.usd))
    failed = step.is_failing(ask)
    run_id = f"run{number}"
    output = None if failed or step.output is None else _fingerprint("out", step.output(ask))
    nodes = (
        _node(run_id, "begin", "start", start, begun),
        _node(
            run_id, "step", step.node_type, begun, ended, node_title=step.title, waits_for=("begin",), cost_usd=cost,
            input_fingerprint=_fingerprint("in", ask.question), output_fingerprint=output, is_cached=is_cached,
            status=NodeStatus.FAILED if failed else NodeStatus.SUCCEEDED,
        ),
        _node(run_id, "finish", "end", ended, end, waits_for=("step",)),
    )  # fmt: skip
    run = Run(
        run_id, "app", "flow", workflow_version=ask.version, user_id=None if users is None else f"user{ask.user}",
        status=RunStatus.FAILED if failed else RunStatus.SUCCEEDED, is_ended=True, start_ns=start, end_ns=end,
        elapsed_ns=end - start, cost_usd=cost,
    )  # fmt: skip
    return RunRecord(run, nodes)


def _node(run_id: str, node_id: str, node_type: str, start: int, end: int, **more: Any) -> NodeExecution:
    given = {"node_title": node_id, "status": NodeStatus.SUCCEEDED, **more}
    return NodeExecution(
        run_id, f"{run_id}-{node_id}", node_id, node_type, start_ns=start, end_ns=end, elapsed_ns=end - start, **given
    )


def _fingerprint(kind: str, value: Any) -> int:
    """64 bits, the same in every process; never 0."""
    return Random(f"{kind} {value!r}").getrandbits(62) + 1
