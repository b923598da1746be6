"""Nodes that must not be cached, each for a reason of its own, and nodes that may: what the advice says of them.

Workflows of ten nodes each, drawn from all kinds; 3,000 runs of a week. A
suggestion is unsafe if it is called exact, or said to be the same every time,
of a node whose results differ by chance, time, state, or of one whose results
differ by user without the user in the key; or exact of one that writes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.advice.cache_opportunities import cache_opportunities
from longpole.advice.observations import (
    AttemptColumns,
    ExecutionColumns,
    NodeInfo,
    Observations,
    RunColumns,
    SampledRun,
)
from longpole.domain.graphs import Engine, GraphNode, GraphSource, WorkflowGraph
from longpole.domain.runs import NodeExecution, NodeStatus

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_RUNS, _SAMPLE, _USERS, _GROUPS = 3_000, 375, 40, 4
_BEGIN_NS, _DAY_NS = 1_790_000_000 * 10**9, 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Asked:
    """Of each run: the question, the user, when (in days); and chance."""

    question: Ints
    user: Ints
    day: Floats
    rng: np.random.Generator


Output = Callable[[Asked], Sequence[Ints]]
"""What an output depends on, as columns: equal rows are equal outputs."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of node.

    Attributes:
        verdict: `safe`, `by user` (safe with the user in the key), `writes` (never to be called exact), `never`.
    """

    name: str
    node_type: str
    verdict: str
    output: Output
    title: str = "Prepare"
    config: dict[str, str] | None = None


def _same(asked: Asked) -> Sequence[Ints]:
    return [asked.question]


def _drawn(asked: Asked) -> Sequence[Ints]:
    return [asked.rng.integers(0, 1 << 40, asked.question.size)]


def _drawn_rarely(asked: Asked) -> Sequence[Ints]:
    share = asked.rng.uniform(0.01, 0.1)
    return [asked.question, (asked.rng.random(asked.question.size) < share).astype(np.int64)]


def _by_clock(asked: Asked) -> Sequence[Ints]:
    a_day = asked.rng.choice([1, 2, 24])
    return [asked.question, np.floor(asked.day * a_day).astype(np.int64)]


def _by_weekend(asked: Asked) -> Sequence[Ints]:
    return [asked.question, (asked.day > 5).astype(np.int64)]


def _by_world(asked: Asked) -> Sequence[Ints]:
    """Each question's answer changes at any time alike: how often it has, by Poisson's law, so far."""
    every_days = float(np.exp(asked.rng.uniform(np.log(0.1), np.log(10.0))))
    changes = np.zeros(asked.question.size, dtype=np.int64)
    for question in np.unique(asked.question):
        places = asked.question == question
        at = np.cumsum(asked.rng.exponential(every_days, 400))
        changes[places] = np.searchsorted(at, asked.day[places])
    return [asked.question, changes]


def _reindexed(asked: Asked) -> Sequence[Ints]:
    return [asked.question, (asked.day > asked.rng.uniform(1.0, 6.0)).astype(np.int64)]


def _by_user(asked: Asked) -> Sequence[Ints]:
    return [asked.question, asked.user]


def _by_tenant(asked: Asked) -> Sequence[Ints]:
    return [asked.question, asked.user % _GROUPS]


def _by_few_users(asked: Asked) -> Sequence[Ints]:
    return [asked.question, (asked.user < 2).astype(np.int64) * asked.user]


def _counting(asked: Asked) -> Sequence[Ints]:
    return [np.arange(asked.question.size)]


def _remembering(asked: Asked) -> Sequence[Ints]:
    return [asked.question, np.append(0, asked.question[:-1])]


KINDS = (
    Kind("pure", "code", "safe", _same),
    Kind("template", "template_transform", "safe", _same),
    Kind("retrieval of what stays", "knowledge_retrieval", "safe", _same),
    Kind("GET of what stays", "http_request", "safe", _same, config={"method": "get"}),
    Kind("by chance", "code", "never", _drawn),
    Kind("by chance, tool", "tool", "never", _drawn, title="Generate"),
    Kind("seldom by chance", "code", "never", _drawn_rarely),
    Kind("seldom by chance, read", "knowledge_retrieval", "never", _drawn_rarely),
    Kind("by the clock", "code", "never", _by_clock),
    Kind("by the clock, read", "http_request", "never", _by_clock, config={"method": "get"}),
    Kind("by the weekend", "knowledge_retrieval", "never", _by_weekend),
    Kind("by a world that changes", "knowledge_retrieval", "never", _by_world),
    Kind("by a world that changes, tool", "tool", "never", _by_world, title="Exchange rates"),
    Kind("by an index made anew", "knowledge_retrieval", "never", _reindexed),
    Kind("by user", "knowledge_retrieval", "by user", _by_user),
    Kind("by user, code", "code", "by user", _by_user),
    Kind("by tenant", "knowledge_retrieval", "by user", _by_tenant),
    Kind("by two users of forty", "knowledge_retrieval", "by user", _by_few_users),
    Kind("by a counter", "code", "never", _counting),
    Kind("by what it was asked last", "tool", "never", _remembering, title="Chat state"),
    Kind("writes: POST", "http_request", "writes", _same, config={"method": "post"}),
    Kind("writes: tool that says so", "tool", "writes", _same, title="Send mail"),
    Kind("writes: tool that does not", "tool", "writes", _same, title="Office"),
    Kind("a model", "llm", "model", _drawn),
)


@dataclass(frozen=True, slots=True)
class Seeded:
    """A node of a workflow, and what is right to be said of it."""

    kind: Kind
    node_id: str
    knows_users: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row for each run, a column for each node."""

    inputs: Ints
    outputs: Ints
    starts: Ints
    took: Ints


def report(count: int, seed: int = 1) -> tuple[int, float]:
    """Print what is said of so many nodes; how many suggestions are unsafe, and the recall of what is safe."""
    said: Counter[tuple[str, str]] = Counter()
    unsafe, nodes, safe, found_safe = 0, 0, 0, 0
    for workflow, (observed, seeded) in enumerate(_workflows(count, seed)):
        cases = {each.affected_nodes[0]: each for each in cache_opportunities(observed)}
        for node in seeded:
            finding = cases.get(node.node_id)
            case = "–" if finding is None else finding.rule.partition(".")[2]
            is_unsafe = is_wrong(node, case, is_per_user=bool(finding and finding.facts["is_per_user"]))
            if is_unsafe:
                print(f"UNSAFE: workflow {workflow}, {node.kind.name}: {case}")
            said[node.kind.name, case] += 1
            unsafe, nodes = unsafe + is_unsafe, nodes + 1
            if node.kind.verdict == "safe":
                safe, found_safe = safe + 1, found_safe + (case in {"exact", "confirm"})
    print(f"{'node':<34}{'exact':>8}{'confirm':>9}{'sampling':>10}{'silent':>8}")
    for kind in KINDS:
        counts = [said[kind.name, case] for case in ("exact", "confirm", "sampling", "–")]
        print(f"{kind.name:<34}{counts[0]:>8}{counts[1]:>9}{counts[2]:>10}{counts[3]:>8}")
    recall = found_safe / max(safe, 1)
    print(f"{nodes} nodes, {nodes - safe} of them not to be cached as they are: {unsafe} unsafe suggestions; target 0")
    print(f"recall of the {safe} that may be cached: {recall:.1%}\n")
    return unsafe, recall


def is_wrong(node: Seeded, case: str, *, is_per_user: bool) -> bool:
    """Whether following what is said would serve a wrong result, or leave out what a node does to the world."""
    verdict = node.kind.verdict
    if verdict == "writes":
        return case == "exact"
    if verdict == "by user":
        return case in {"exact", "confirm"} and not is_per_user
    return verdict in {"never", "model"} and case in {"exact", "confirm"}


def _workflows(count: int, seed: int) -> Iterator[tuple[Observations, list[Seeded]]]:
    """Kinds in turn, so that there are as many of each."""
    for first in range(0, count, 10):
        rng = np.random.default_rng([seed, first])
        kinds = [KINDS[number % len(KINDS)] for number in range(first, min(first + 10, count))]
        yield workflow(kinds, rng, knows_users=first % 50 != 0)


def workflow(
    kinds: Sequence[Kind], rng: np.random.Generator, *, knows_users: bool = True, runs: int = _RUNS
) -> tuple[Observations, list[Seeded]]:
    """A chain of nodes of these kinds, and its runs of a week; each node has questions of its own."""
    day = np.sort(rng.uniform(0, 7, runs))
    user = rng.integers(0, _USERS, runs)
    start = _BEGIN_NS + (day * _DAY_NS).astype(np.int64)
    seeded = [Seeded(kind, f"n{number}", knows_users) for number, kind in enumerate(kinds)]
    inputs, outputs = np.empty((runs, len(kinds)), np.int64), np.empty((runs, len(kinds)), np.int64)
    for number, kind in enumerate(kinds):
        asked = Asked(_questions(rng, runs), user, day, rng)
        inputs[:, number] = _fingerprints([asked.question], number)
        outputs[:, number] = _fingerprints(kind.output(asked), number)
    took = (rng.uniform(0.5, 3.0, len(kinds)) * rng.lognormal(0, 0.3, (runs, len(kinds))) * 1e9).astype(np.int64)
    starts = start[:, None] + np.cumsum(took, axis=1) - took
    return _observed(seeded, _Seen(inputs, outputs, starts, took), user if knows_users else np.full(runs, -1)), seeded


def _questions(rng: np.random.Generator, runs: int) -> Ints:
    """Between 60 and 500 questions, between nearly alike and very unlike in how often they are asked."""
    keys, exponent = int(rng.integers(60, 500)), rng.uniform(0.4, 1.3)
    weights = 1 / np.arange(1, keys + 1) ** exponent
    return rng.choice(keys, runs, p=weights / weights.sum()).astype(np.int64)


def _fingerprints(columns: Sequence[Ints], node: int) -> Ints:
    """64-bit hashes of rows, as payloads have them; never 0."""
    found = np.full(columns[0].size, node + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in columns:
            found = (found ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            found ^= found >> np.uint64(29)
    return (found >> np.uint64(1)).astype(np.int64) | 1


def _observed(seeded: Sequence[Seeded], seen: "_Seen", user: Ints) -> Observations:
    inputs, outputs, starts, took = seen.inputs, seen.outputs, seen.starts, seen.took
    runs, nodes = inputs.shape
    n = runs * nodes
    run, node = np.repeat(np.arange(runs), nodes), np.tile(np.arange(nodes), runs)
    unknown, none, zeros = np.full(n, np.nan), np.full(n, -1), np.zeros(n, np.int64)
    elapsed = took.sum(axis=1)
    end = starts[:, 0] + elapsed
    ids = tuple(f"r{number}" for number in range(runs))
    infos = tuple(NodeInfo(each.node_id, None, each.kind.node_type, each.kind.title) for each in seeded)
    few = np.empty(0, np.int64)
    executions = ExecutionColumns(
        run, node, starts.ravel(), took.ravel().astype(np.float64), unknown, zeros, zeros + 1, none, none, unknown,
        unknown, unknown, unknown, unknown, none, unknown, unknown, inputs.ravel(), outputs.ravel(), none,
    )  # fmt: skip
    sample = [_whole(place, ids[place], seeded, seen) for place in range(0, runs, runs // _SAMPLE)]
    return Observations(
        "app", "flow", Engine.GENERIC, _BEGIN_NS, int(end[-1]) + 1,
        RunColumns(
            ids, end, elapsed.astype(np.float64), np.zeros(runs, np.int64), np.zeros(runs, np.int64), user,
            np.full(runs, np.nan), np.full(runs, np.nan), np.full(runs, np.nan),
        ),
        infos, executions, AttemptColumns(few, few, few, few, few, few), versions=("1",),
        users=tuple(f"user{number}" for number in range(_USERS)), sample=tuple(sample), graph=_graph(seeded),
    )  # fmt: skip


def _whole(place: int, run_id: str, seeded: Sequence[Seeded], seen: "_Seen") -> SampledRun:
    inputs, starts, took = seen.inputs, seen.starts, seen.took
    made = tuple(
        NodeExecution(
            run_id, f"{run_id}-{each.node_id}", each.node_id, each.kind.node_type, each.kind.title,
            start_ns=int(starts[place, number]), end_ns=int(starts[place, number] + took[place, number]),
            elapsed_ns=int(took[place, number]), status=NodeStatus.SUCCEEDED,
            input_fingerprint=int(inputs[place, number]),
            waits_for=(seeded[number - 1].node_id,) if number else (),
        )
        for number, each in enumerate(seeded)
    )  # fmt: skip
    return SampledRun(place, run_id, made[0].start_ns, made[-1].end_ns, made)


def _graph(seeded: Sequence[Seeded]) -> WorkflowGraph:
    """As telemetry tells it: the configuration of requests only."""
    nodes = tuple(
        GraphNode(each.node_id, each.kind.node_type, each.kind.title, config=each.kind.config or {}) for each in seeded
    )
    return WorkflowGraph(Engine.GENERIC, GraphSource.TELEMETRY, nodes, ())
