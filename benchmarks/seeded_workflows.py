"""Generated workflows with one known problem planted in each, and healthy ones: what `seeded_incidents.py` looks for.

A workflow is a graph of 5 to 11 steps on three to five levels, run some hundred times over a week. Steps take
lognormal times about a median of their own, inputs are those of the run, so outputs follow from them; a healthy one
fails now and then, is retried, and repeats an input rarely. A problem changes how one step behaves, and nothing else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b

import numpy as np

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, Purity, WorkflowGraph
from longpole.domain.runs import Attempt, NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage

SECOND, DAY = 1_000_000_000, 86_400_000_000_000
BEGUN = 1_760_000_000 * SECOND
WEEK = 7 * DAY
MASK = (1 << 62) - 1
TYPES = ("llm", "http_request", "knowledge_retrieval", "code", "template_transform", "tool")
PURITY = {
    "llm": Purity.READ_ONLY,
    "http_request": Purity.READ_ONLY,
    "knowledge_retrieval": Purity.READ_ONLY,
    "code": Purity.PURE,
    "template_transform": Purity.PURE,
    "tool": Purity.UNKNOWN,
}
MEDIANS = {
    "llm": (0.8, 4.0),
    "http_request": (0.1, 0.8),
    "knowledge_retrieval": (0.1, 0.6),
    "code": (0.02, 0.2),
    "template_transform": (0.001, 0.01),
    "tool": (0.2, 1.0),
}
CONFIGS: dict[str, dict[str, object]] = {
    "http_request": {"method": "get", "body": {"type": "none"}},
    "code": {"code_language": "python3", "code": "def main(text: str) -> dict:\n    return {'result': text.upper()}\n"},
    "template_transform": {"template": "{{ text }}"},
}
HEALTHY_RETRIES = {"retry_config": {"retry_enabled": True, "max_retries": 3, "retry_interval": 500}}


@dataclass
class Step:
    """How one step behaves. Times in seconds."""

    node_id: str
    node_type: str
    waits_for: tuple[str, ...]
    median_s: float
    sigma: float
    error_rate: float
    input_tokens: float = 0.0
    output_tokens: float = 0.0
    model: str | None = None
    reads: tuple[str, ...] = ()
    items: int = 0
    item_s: float = 0.0


@dataclass
class Outcome:
    """What happened in one execution of a step, before it is placed in time."""

    attempts: list[tuple[float, NodeStatus, str | None, str | None]]
    waits: list[float] = field(default_factory=list)
    queued: float = 0.0
    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None
    input_bytes: int = 2_000
    output_bytes: int = 3_000
    input_fp: int = 0
    output_fp: int = 0
    is_cached: bool | None = None
    is_slow: bool = False


@dataclass
class Context:
    """One run, as far as a step knows it."""

    number: int
    started_ns: int
    share: float
    seed: int
    user: int
    random: np.random.Generator


Behaviour = Callable[[Step, Context, Outcome], Outcome]


@dataclass
class Workflow:
    """A workflow and its runs; `problem` is None where it is healthy, `node` where the problem is."""

    name: str
    steps: list[Step]
    engine: Engine
    is_declared: bool
    problem: str | None = None
    node: str | None = None
    behaviour: Behaviour | None = None
    has_versions: bool = False
    graph_edges: list[tuple[str, str]] = field(default_factory=list)
    config: dict[str, dict[str, object]] = field(default_factory=dict)
    node_types: dict[str, str] = field(default_factory=dict)

    def graph(self) -> WorkflowGraph | None:
        """The declared graph, where there is one."""
        if not self.is_declared:
            return None
        nodes = [GraphNode("start", "start", "start", purity=Purity.PURE)]
        edges = [GraphEdge("start", step.node_id) for step in self.steps if not step.waits_for]
        for step in self.steps:
            config = {**CONFIGS.get(step.node_type, {}), **self.config.get(step.node_id, HEALTHY_RETRIES)}
            kind = "iteration" if step.items else step.node_type
            purity = PURITY.get(step.node_type, Purity.UNKNOWN)
            nodes.append(GraphNode(step.node_id, kind, step.node_id, reads=step.reads, purity=purity, config=config))
            edges += [GraphEdge(before, step.node_id) for before in step.waits_for]
            if step.items:
                nodes.append(
                    GraphNode(
                        f"{step.node_id}_item",
                        "code",
                        f"{step.node_id}_item",
                        container_id=step.node_id,
                        reads=(step.node_id,),
                        purity=Purity.PURE,
                        config={**CONFIGS["code"], "variables": [{"value_selector": [step.node_id, "item"]}]},
                    )
                )
        return WorkflowGraph(self.engine, GraphSource.IMPORTED, tuple(nodes), tuple(edges))


def healthy(number: int, seed: int) -> Workflow:
    """A workflow without a problem."""
    random = np.random.default_rng((seed, number))
    levels = [int(random.integers(1, 4)) for _ in range(int(random.integers(3, 6)))]
    steps: list[Step] = []
    above: list[str] = []
    for level, width in enumerate(levels):
        here = []
        for place in range(width):
            kind = str(random.choice(TYPES, p=(0.35, 0.2, 0.15, 0.15, 0.05, 0.1)))
            low, high = MEDIANS[kind]
            waits = tuple(above) if level else ()
            step = Step(
                f"{kind}_{level}{place}",
                kind,
                waits,
                float(np.exp(random.uniform(np.log(low), np.log(high)))),
                float(random.uniform(0.15, 0.5)),
                float(random.choice([0.0, 0.0, 0.001])),
                reads=waits or ("start",),
            )
            if kind == "llm":
                step.input_tokens, step.output_tokens = (
                    float(random.uniform(300, 1_500)),
                    float(random.uniform(80, 400)),
                )
                step.model = "gpt-4o-mini"
            here.append(step)
        steps += here
        above = [step.node_id for step in here]
    last = [step for step in steps if step.node_id in above]
    closing = Step("answer", "template_transform", tuple(above), 0.002, 0.3, 0.0, reads=tuple(above))
    assert last
    engine = Engine.DIFY if number % 2 else Engine.GENERIC
    return Workflow(f"workflow {number}", [*steps, closing], engine, is_declared=number % 2 == 1)


def mixed(*parts: object) -> int:
    """A fingerprint, the same in every process."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest()) & MASK or 1


def usual(step: Step, context: Context) -> Outcome:
    """A healthy execution."""
    random = context.random
    elapsed = step.median_s * float(np.exp(random.normal(0, step.sigma)))
    input_fp = mixed(step.node_id, context.seed)
    outcome = Outcome([], input_fp=input_fp, output_fp=mixed("out", input_fp))
    if random.random() < step.error_rate:
        outcome.attempts.append((elapsed * 0.5, NodeStatus.FAILED, "HTTPStatusError", "503 Service Unavailable"))
        outcome.waits.append(0.5)
    outcome.attempts.append((elapsed, NodeStatus.SUCCEEDED, None, None))
    if step.node_type == "llm":
        outcome.input_tokens = round(step.input_tokens * float(np.exp(random.normal(0, 0.2))))
        outcome.output_tokens = round(step.output_tokens * float(np.exp(random.normal(0, 0.2))))
        outcome.model = step.model
        outcome.output_fp = int(random.integers(1, MASK))  # a model does not say the same twice
    outcome.input_bytes = round(2_000 * float(np.exp(random.normal(0, 0.4))))
    outcome.output_bytes = round(3_000 * float(np.exp(random.normal(0, 0.4))))
    return outcome


def runs(workflow: Workflow, count: int, seed: int) -> list[RunRecord]:
    """The runs of a week, in the order of their start."""
    random = np.random.default_rng((seed, 7, count))
    starts = np.sort(random.integers(0, WEEK, count))
    return [_run(workflow, number, int(start), random) for number, start in enumerate(starts)]


def _run(workflow: Workflow, number: int, offset: int, random: np.random.Generator) -> RunRecord:
    started = BEGUN + offset
    context = Context(
        number, started, offset / WEEK, int(random.integers(1, MASK)), int(random.integers(0, 40)), random
    )
    run_id = f"{workflow.name}-{number}"
    ended: dict[str, int] = {}
    nodes: list[NodeExecution] = []
    failed: NodeExecution | None = None
    for step in workflow.steps:
        ready = max((ended[before] for before in step.waits_for), default=started) + int(random.uniform(1, 4) * 1e6)
        outcome = usual(step, context)
        if workflow.behaviour is not None and step.node_id == workflow.node:
            outcome = workflow.behaviour(step, context, outcome)
        made = list(_executed(run_id, step, workflow, outcome, ready, context))
        nodes += made
        ended[step.node_id] = made[0].end_ns or ready
        if made[0].status is NodeStatus.FAILED:
            failed = made[0]
            break
    end = max(node.end_ns or 0 for node in nodes) + 2_000_000
    costs = [node.cost_usd for node in nodes if node.cost_usd is not None]
    known = [node for node in nodes if node.tokens.input is not None]
    version = None
    if workflow.has_versions:
        version = "v2" if context.share >= 0.5 else "v1"
    run = Run(
        run_id,
        "app",
        workflow.name,
        workflow_version=version,
        status=RunStatus.SUCCEEDED if failed is None else RunStatus.FAILED,
        is_ended=True,
        error_type=None if failed is None else failed.error_type,
        user_id=f"user-{context.user}",
        start_ns=started,
        end_ns=end,
        elapsed_ns=end - started,
        recorded_ns=end,
        last_received_ns=end,
        node_count=len(nodes),
        successful_nodes=sum(node.status is NodeStatus.SUCCEEDED for node in nodes),
        failed_nodes=sum(node.status is NodeStatus.FAILED for node in nodes),
        tokens=TokenUsage(sum(n.tokens.input or 0 for n in known), sum(n.tokens.output or 0 for n in known)),
        cost_usd=sum(costs, Decimal(0)),
    )
    return RunRecord(run, tuple(nodes))


def _executed(  # noqa: PLR0917 - one call
    run_id: str, step: Step, workflow: Workflow, outcome: Outcome, ready: int, context: Context
) -> Iterator[NodeExecution]:
    start = ready + round(outcome.queued * SECOND)
    log, cursor = [], start
    for number, (elapsed, status, kind, message) in enumerate(outcome.attempts, 1):
        end = cursor + round(elapsed * SECOND)
        log.append(Attempt(number, cursor, end, status, kind, message))
        cursor = end + round((outcome.waits[number - 1] if number <= len(outcome.waits) else 0) * SECOND)
    end = log[-1].end_ns or start
    execution_id = f"{run_id}/{step.node_id}"
    items = list(_items(run_id, execution_id, step, start, context))
    if items:
        end = max(end, items[-1].end_ns or end)
    worst = next((attempt for attempt in reversed(log) if attempt.status is NodeStatus.FAILED), None)
    yield NodeExecution(
        run_id,
        execution_id,
        step.node_id,
        "iteration" if step.items else workflow.node_types.get(step.node_id, step.node_type),
        step.node_id,
        start_ns=start,
        end_ns=end,
        elapsed_ns=end - start,
        ready_ns=ready if outcome.queued else None,
        status=log[-1].status,
        attempts=len(log),
        error_type=None if worst is None else worst.error_type,
        error_message=None if worst is None else worst.error_message,
        model=outcome.model,
        provider=None if outcome.model is None else "openai",
        tokens=TokenUsage(outcome.input_tokens, outcome.output_tokens),
        cost_usd=_cost(outcome),
        is_cached=outcome.is_cached,
        input_bytes=outcome.input_bytes,
        output_bytes=outcome.output_bytes,
        input_fingerprint=outcome.input_fp,
        output_fingerprint=outcome.output_fp,
        attempt_log=tuple(log) if len(log) > 1 else (),
    )
    yield from items


def _items(run_id: str, execution_id: str, step: Step, start: int, context: Context) -> Iterator[NodeExecution]:
    cursor = start
    for index in range(step.items):
        end = cursor + round(step.item_s * float(np.exp(context.random.normal(0, 0.3))) * SECOND)
        input_fp = mixed(step.node_id, context.seed, index)
        yield NodeExecution(
            run_id,
            f"{execution_id}/{index}",
            f"{step.node_id}_item",
            "code",
            f"{step.node_id}_item",
            enclosing_node_id=step.node_id,
            parent_node_execution_id=execution_id,
            start_ns=cursor,
            end_ns=end,
            elapsed_ns=end - cursor,
            status=NodeStatus.SUCCEEDED,
            iteration_index=index,
            input_fingerprint=input_fp,
            output_fingerprint=mixed("item", input_fp),
        )
        cursor = end + 1_000_000


PRICES = {"gpt-4o-mini": (0.15e-6, 0.6e-6), "gpt-4o": (2.5e-6, 10e-6)}


def _cost(outcome: Outcome) -> Decimal | None:
    if outcome.model is None or outcome.input_tokens is None:
        return None
    if outcome.is_cached:
        return Decimal(0)
    in_price, out_price = PRICES[outcome.model]
    return Decimal(repr(round(outcome.input_tokens * in_price + (outcome.output_tokens or 0) * out_price, 9)))
