"""Runs of made-up workflows: steps with their times, tokens and faults, which may be other ones on other days."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from longpole.domain.runs import Attempt, NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage
from longpole.pricing.book import PriceBook
from longpole.pricing.runs import priced

SECOND, DAY = 1_000_000_000, 86_400_000_000_000
BOOK = PriceBook.load()


@dataclass
class Step:
    """A step: its median time in seconds, and what else it uses. `after` are the steps that it waits for."""

    name: str
    kind: str
    seconds: float
    after: tuple[str, ...] = ()
    model: str | None = None
    tokens: tuple[int, int] = (0, 0)
    inside: str | None = None
    turns: tuple[int, int] = (0, 0)
    """Of a loop: the fewest and the most turns."""
    spread: float = 0.25
    fails: float = 0.0
    retries: float = 0.0
    cached: float = 0.0
    """The share of executions that a cache serves."""
    repeats: int = 0
    """So many different inputs there are; 0: each is new."""
    more: dict[str, Any] = field(default_factory=dict)


Change = Callable[[Step, float], Step]
"""What a step is like so many days before now."""


@dataclass
class Workflow:
    """A workflow: so many runs a day for so many days."""

    app_id: str
    workflow_id: str
    steps: tuple[Step, ...]
    days: int
    runs_a_day: int
    change: Change = lambda step, _: step
    version: Callable[[float], str | None] = lambda _: None
    tags: tuple[str, ...] = ()


def records_of(workflow: Workflow, now_ns: int) -> Iterable[RunRecord]:
    """Its runs, the oldest first; more of them by day than by night."""
    random = np.random.default_rng([ord(letter) for letter in workflow.workflow_id])
    count = workflow.days * workflow.runs_a_day
    ago = np.sort(random.uniform(0.004, workflow.days, count))[::-1]
    for number, days_ago in enumerate(ago.tolist()):
        yield _record(workflow, number, now_ns - round(days_ago * DAY), days_ago, random)


def _record(workflow: Workflow, number: int, start_ns: int, days_ago: float, random: np.random.Generator) -> RunRecord:
    run_id = f"{workflow.workflow_id}-{number:05d}"
    nodes: list[NodeExecution] = []
    ends: dict[str, int] = {}
    failed: NodeExecution | None = None
    for step in workflow.steps:
        if step.inside is not None:
            continue
        begin = max((ends[name] for name in step.after), default=start_ns) + int(random.integers(1, 6)) * 1_000_000
        if failed is None:
            made = _executions(workflow, replace(workflow.change(step, days_ago)), run_id, begin, days_ago, random)
            nodes += made
            ends[step.name] = made[0].end_ns or begin
            failed = next((node for node in made if node.status is NodeStatus.FAILED), None)
        else:
            ends[step.name] = begin
    end_ns = max(node.end_ns or start_ns for node in nodes) + 3_000_000
    tokens = sum((node.tokens for node in nodes), TokenUsage())
    run = Run(
        run_id,
        workflow.app_id,
        workflow.workflow_id,
        workflow_version=workflow.version(days_ago),
        status=RunStatus.FAILED if failed else RunStatus.SUCCEEDED,
        error_type=failed.error_type if failed else None,
        error_message=failed.error_message if failed else None,
        is_ended=True,
        user_id=f"customer-{int(random.integers(1, 40))}",
        session_id=f"session-{number // 4}",
        environment="production",
        tags=workflow.tags,
        start_ns=start_ns,
        end_ns=end_ns,
        elapsed_ns=end_ns - start_ns,
        last_received_ns=end_ns,
        node_count=len(nodes),
        successful_nodes=sum(node.status is NodeStatus.SUCCEEDED for node in nodes),
        failed_nodes=sum(node.status is NodeStatus.FAILED for node in nodes),
        tokens=tokens,
        total_tokens_used=tokens.total,
    )
    return priced(RunRecord(run, tuple(nodes)), BOOK)


def _executions(  # noqa: PLR0917 - a step's whole
    workflow: Workflow, step: Step, run_id: str, begin: int, days_ago: float, random: np.random.Generator
) -> list[NodeExecution]:
    """The step's execution, of a loop first itself and then its turns, one after the other."""
    if not step.turns[1]:
        return [_execution(step, run_id, f"{run_id}/{step.name}", begin, random)]
    inner = [workflow.change(each, days_ago) for each in workflow.steps if each.inside == step.name]
    around, at, turns = f"{run_id}/{step.name}", begin, []
    for turn in range(int(random.integers(step.turns[0], step.turns[1] + 1))):
        for each in inner:
            made = _execution(each, run_id, f"{around}/{turn}/{each.name}", at, random)
            within = {"iteration_index": turn, "parent_node_execution_id": around, "enclosing_node_id": step.name}
            turns.append(replace(made, **within))
            at = (made.end_ns or at) + 2_000_000
    return [replace(_execution(step, run_id, around, begin, random), end_ns=at, elapsed_ns=at - begin), *turns]


def _execution(step: Step, run_id: str, execution_id: str, begin: int, random: np.random.Generator) -> NodeExecution:
    took = round(step.seconds * float(random.lognormal(0, step.spread)) * SECOND)
    is_hit = step.cached > 0 and random.random() < step.cached
    took = 4_000_000 if is_hit else took
    is_failed, is_retried = random.random() < step.fails, random.random() < step.retries
    log: tuple[Attempt, ...] = ()
    end = begin + took
    if is_retried:
        first, wait = begin + took, 1_500_000_000
        end = first + wait + took
        log = (
            Attempt(1, begin, first, NodeStatus.FAILED, "HTTPStatusError", "503 Service Unavailable"),
            Attempt(2, first + wait, end, NodeStatus.SUCCEEDED),
        )
    choice = int(random.integers(step.repeats)) if step.repeats else int(random.integers(1 << 60))
    return NodeExecution(
        run_id,
        execution_id,
        step.name,
        step.kind,
        step.name.capitalize(),
        start_ns=begin,
        end_ns=end,
        elapsed_ns=end - begin,
        ready_ns=begin - 1_000_000,
        status=NodeStatus.FAILED if is_failed else NodeStatus.SUCCEEDED,
        attempts=2 if is_retried else 1,
        attempt_log=log,
        error_type="ConnectTimeout" if is_failed else "HTTPStatusError" if is_retried else None,
        error_message="crm.internal:443 did not answer within 10 s" if is_failed else None,
        model=step.model,
        provider=None if step.model is None else "anthropic" if "claude" in step.model else "openai",
        tokens=_tokens(step, random),
        first_token_ns=round(took * 0.2) if step.kind == "llm" else None,
        is_cached=is_hit if step.cached else None,
        input_bytes=2_400,
        output_bytes=1_100,
        input_fingerprint=choice * 2_654_435_761 % (1 << 60),
        output_fingerprint=choice * 40_503 % (1 << 60),
        waits_for=step.after,
        **step.more,
    )


def _tokens(step: Step, random: np.random.Generator) -> TokenUsage:
    if step.model is None:
        return TokenUsage()
    share = float(random.uniform(0.8, 1.2))
    return TokenUsage(round(step.tokens[0] * share), round(step.tokens[1] * share))
