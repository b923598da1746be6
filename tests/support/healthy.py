"""Workflows with nothing wrong with them, as different from one another as people's are, for rules to be silent on.

Each seed is another workflow: another engine, other steps, models, sizes, loads and times; with or without a declared
graph, tokens, prompts, payload sizes, memory. Failures are rare and of no pattern.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from longpole.advice.observations import Observations
from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, Purity, WorkflowGraph
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage
from longpole.pricing.book import PriceBook
from observing import observations_of

SECOND = 1_000_000_000
MONDAY = 1_790_000_000 * SECOND
BOOK = PriceBook.load()
MODELS = (("gpt-4o-mini", "openai"), ("gpt-4.1", "openai"), ("claude-sonnet-4-5", "anthropic"), ("llama3:8b", "ollama"))
_LETTERS = random.Random(0)
_WORDS = tuple("".join(_LETTERS.choices("abcdefghijklmnopqrstuvwxyz", k=2 + n % 8)) for n in range(5_000))
_KINDS = ("llm", "http_request", "code", "knowledge_retrieval", "template_transform", "tool")
_GUARDED: dict[Engine, dict[str, Any]] = {
    Engine.DIFY: {"error_strategy": "fail-branch"},
    Engine.N8N: {"retryOnFail": True},
}


@dataclass
class Step:
    """A step and how it behaves."""

    node_id: str
    kind: str
    seconds: float
    spread: float
    model: tuple[str, str] | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    output_bytes: int = 2_000
    reads_cache: float | None = None
    peak_bytes: float | None = None
    more: dict[str, Any] = field(default_factory=dict)


def steps_of(random_: random.Random) -> list[Step]:
    """Three to eight steps, some of them models of their own sizes."""
    made = []
    for number in range(random_.randint(3, 8)):
        kind = random_.choice(_KINDS)
        step = Step(f"n{number}", kind, 10 ** random_.uniform(-2.3, 0.6), random_.uniform(0.1, 0.6))
        if kind == "llm":
            step.model = random_.choice(MODELS)
            step.input_tokens = round(10 ** random_.uniform(2, 3.8))
            step.output_tokens = round(10 ** random_.uniform(1.9, 3))
            step.reads_cache = random_.choice([None, None, 0.6, 0.8])
        step.output_bytes = round(10 ** random_.uniform(2, 5.6))
        step.peak_bytes = random_.choice([None, 10 ** random_.uniform(7.5, 9)])
        made.append(step)
    return made


def graph_of(engine: Engine, steps: list[Step], *, is_guarded: bool = True) -> WorkflowGraph:
    """A chain in which each step reads the one before, the last one an end."""
    nodes, edges, before = [], [], "start"
    nodes.append(GraphNode("start", "start", "Start"))
    for step in steps:
        config = {**(_GUARDED.get(engine, {}) if is_guarded else {}), **step.more}
        nodes.append(
            GraphNode(step.node_id, step.kind, step.node_id, None, (before,), purity=Purity.UNKNOWN, config=config)
        )
        edges.append(GraphEdge(before, step.node_id))
        before = step.node_id
    nodes.append(GraphNode("end", "end", "End", None, (before,)))
    edges.append(GraphEdge(before, "end"))
    return WorkflowGraph(engine, GraphSource.IMPORTED, tuple(nodes), tuple(edges))


def execution(random_: random.Random, run: str, number: int, step: Step, start: int, **more: Any) -> NodeExecution:
    """One execution of a step, as long as it usually takes."""
    took = round(step.seconds * random_.lognormvariate(0, step.spread) * SECOND)
    tokens = TokenUsage()
    cost = None
    if step.model is not None:
        size = max(1, round(step.input_tokens * random_.lognormvariate(0, 0.2)))
        wrote = max(1, round(step.output_tokens * random_.lognormvariate(0, 0.3)))
        tokens = TokenUsage(size, wrote, None if step.reads_cache is None else round(size * step.reads_cache))
    tokens = more.pop("tokens", tokens)
    if step.model is not None:
        cost = BOOK.cost_usd(*step.model, tokens, MONDAY)
    size_bytes = more.pop("output_bytes", round(step.output_bytes * random_.lognormvariate(0, 0.3)))
    return NodeExecution(
        workflow_run_id=run, node_execution_id=f"{run}-{number}", node_id=step.node_id, node_type=step.kind,
        node_title=step.node_id, start_ns=start, end_ns=start + took, status=NodeStatus.SUCCEEDED,
        ready_ns=start - round(random_.expovariate(1 / 0.002) * SECOND), model=step.model[0] if step.model else None,
        provider=step.model[1] if step.model else None, tokens=tokens, cost_usd=cost, input_bytes=size_bytes // 2,
        memory_peak_bytes=None if step.peak_bytes is None else round(step.peak_bytes * random_.lognormvariate(0, 0.2)),
        output_bytes=size_bytes, input_fingerprint=random_.getrandbits(63) or 1,
        output_fingerprint=random_.getrandbits(63) or 1,
        **more,
    )  # fmt: skip


def run_of(run: str, begin: int, nodes: list[NodeExecution], status: RunStatus = RunStatus.SUCCEEDED) -> RunRecord:
    """The run of these node executions."""
    end = max([node.end_ns or begin for node in nodes], default=begin) + 1_000_000
    return RunRecord(
        Run(run, "app", "flow", status=status, is_ended=True, start_ns=begin, end_ns=end, elapsed_ns=end - begin),
        tuple(nodes),
    )


def arrivals(random_: random.Random, count: int) -> Iterator[int]:
    """Instants of a few days, more by day than by night."""
    days = random_.uniform(2, 7)
    drawn = sorted(random_.uniform(0, days) for _ in range(count))
    yield from (MONDAY + round(day * 86_400 * SECOND) for day in drawn)


def prompts_of(random_: random.Random, observed: Observations) -> dict[int, str]:
    """Prompts as they should be: instructions first, then what is asked."""
    made: dict[int, str] = {}
    columns = observed.executions
    rules = {}
    for place in range(len(columns)):
        node = observed.nodes[columns.node[place]]
        if columns.model[place] >= 0:
            if node.node_id not in rules:
                rules[node.node_id] = words(random.Random(node.node_id), random_.randint(20, 400))
            size = int(columns.input_tokens[place]) * 4
            text = f"{rules[node.node_id]}\n\n{words(random_, max(size // 6, 5))}"
            made[place] = text[: max(size, 40)]
    return made


def words(random_: random.Random, count: int) -> str:
    """Some words."""
    return " ".join(random_.choices(_WORDS, k=count))


def healthy(seed: int, runs: int = 150) -> Observations:
    """A workflow of its own for each seed."""
    random_ = random.Random(seed)
    engine = random_.choice(list(Engine))
    steps = steps_of(random_)
    looped = random_.choice([None, None, "iteration", "loop", "agent"])
    is_wide = random_.random() < 0.3
    records = []
    for number, begin in enumerate(arrivals(random_, runs)):
        run, at, nodes = f"r{number}", begin, []
        for place, step in enumerate(steps):
            node = execution(random_, run, place, step, at + 3_000_000)
            nodes.append(node)
            at = at if is_wide and place % 2 else max(node.end_ns or at, at)
        if looped:
            at = _looped(random_, run, looped, steps[-1], nodes, at)
        records.append(_failing(random_, run, begin, nodes))
    more: dict[str, Any] = {"price_book": BOOK}
    if engine in _GUARDED and random_.random() < 0.7:
        more["graph"] = graph_of(engine, steps)
    observed = observations_of(records, engine, **more)
    if random_.random() < 0.4:
        observed = observations_of(records, engine, **more, prompts=prompts_of(random_, observed))
    return observed


def _looped(  # noqa: PLR0917 - all of one run
    random_: random.Random, run: str, kind: str, step: Step, nodes: list[NodeExecution], at: int
) -> int:
    """A container with some rounds behind the last step."""
    rounds = 1 + int(random_.expovariate(random_.choice([0.4, 0.9])))
    inner = Step("inner", step.kind, step.seconds / 3, 0.2, step.model, step.input_tokens, step.output_tokens)
    begin, children = at, []
    for index in range(rounds):
        child = execution(
            random_, run, 100 + index, inner, at, iteration_index=index, enclosing_node_id="around",
            parent_node_execution_id=f"{run}-99",
        )  # fmt: skip
        children.append(child)
        at = child.end_ns or at
    around = Step("around", kind, 0.0, 0.0)
    box = execution(random_, run, 99, around, begin, output_bytes=500)
    nodes.append(NodeExecution(**{**_fields(box), "end_ns": at}))
    nodes.extend(children)
    return at


def _fields(node: NodeExecution) -> dict[str, Any]:
    return {name: getattr(node, name) for name in NodeExecution.__dataclass_fields__}


def _failing(random_: random.Random, run: str, begin: int, nodes: list[NodeExecution]) -> RunRecord:
    """One run in five hundred fails at its end."""
    if random_.random() > 0.002:
        return run_of(run, begin, nodes)
    failed = NodeExecution(
        **{
            **_fields(nodes[-1]),
            "status": NodeStatus.FAILED,
            "error_type": "ConnectionError",
            "error_message": "reset by peer",
        }
    )
    return run_of(run, begin, [*nodes[:-1], failed], RunStatus.FAILED)
