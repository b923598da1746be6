"""Dify workflows with dependencies that nothing declares, and an engine that runs them in virtual time.

    declared     what a step's texts name: `{{#n3.text#}}`
    hidden       a step that writes (HTTP POST, code that opens a file, an assigner, a tool) and one that sees it;
                 a reference that is computed
    order        a chain, or a graph with more edges than are needed; some with a decision in the middle

The truth is known, as the generator made it. What a step saw when it started
is kept with each execution: a rewritten workflow must let it see the same.

Upstream: `parallel`.
"""

import heapq
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from longpole.domain.graphs import GraphEdge, WorkflowGraph
from longpole.graphs.dify import read_dify

Pair = tuple[str, str]
KNOWN = ("llm", "llm", "llm", "get", "get", "retrieval", "code", "template", "template")
HIDDEN = ("post", "file", "tool", "computed", "assigner")
SEEING = frozenset({"get", "retrieval", "file", "tool", "post"})
MEDIAN_S = {"llm": 1.5, "computed": 1.5, "get": 0.5, "post": 0.5, "tool": 0.8, "retrieval": 0.4, "code": 0.15,
            "file": 0.15, "template": 0.1, "assigner": 0.01}  # fmt: skip
OVERHEAD_S = 0.003


@dataclass(frozen=True)
class Dag:
    """A workflow, as declared, and the truth about it.

    Attributes:
        needs: Pairs of steps of which the second must come after the first, by whatever cause, all that follows too.
        direct: Pairs of which the second uses the first's result directly.
        sees: By step, those whose results or traces it notices.
        transformed: Steps that take a value apart before they use it: no fingerprint of it is in their input.
    """

    graph: WorkflowGraph
    kinds: Mapping[str, str]
    segment: Mapping[str, int]
    needs: frozenset[Pair]
    direct: frozenset[Pair]
    sees: Mapping[str, frozenset[str]]
    transformed: frozenset[str]

    def is_known(self, node_id: str) -> bool:
        """Its type and configuration say that it only computes or reads."""
        return self.kinds[node_id] in KNOWN


@dataclass
class Execution:
    """When each step started and ended, in seconds, and what it had seen."""

    start: dict[str, float] = field(default_factory=dict)
    end: dict[str, float] = field(default_factory=dict)
    saw: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)

    @property
    def makespan(self) -> float:
        """Seconds from the start to the last end."""
        return max(self.end.values())


def random_dag(source: random.Random, hidden_share: float = 0.1, transformed_share: float = 0.2) -> Dag:
    """A workflow of 8 to 13 steps besides its start, decision and end."""
    count = source.randint(8, 13)
    ids = [f"n{number}" for number in range(count)]
    kinds = {i: source.choice(HIDDEN) if source.random() < hidden_share else source.choice(KNOWN) for i in ids}
    fork = source.randint(3, count - 3) if source.random() < 0.25 else None
    segment = {i: int(fork is not None and place >= fork) for place, i in enumerate(ids)}
    reads: dict[str, list[str]] = {}
    for place, i in enumerate(ids):
        reads[i] = source.sample(ids[:place], min(place, source.choice([0, 1, 1, 2])))
    sees = {i: set(reads[i]) for i in ids}
    for place, i in enumerate(ids):
        if kinds[i] in HIDDEN and kinds[i] != "computed":
            for other in ids:  # before it: they must not see what it does; after it: they must
                if other != i and kinds[other] in SEEING and source.random() < 0.5:
                    sees[other].add(i)
        if kinds[i] == "computed" and place:
            sees[i].add(source.choice(ids[:place]))
            sees[i].update(other for other in ids[place + 1 :] if source.random() < 0.2)
    needs = _needs(ids, sees)
    edges = _edges(source, ids, needs, fork)
    document = _document(ids, kinds, reads, edges, fork)
    direct = frozenset((u, v) for v in ids for u in reads[v])
    transformed = frozenset(i for i in ids if source.random() < transformed_share)
    seen = {i: frozenset(values) for i, values in sees.items()}
    return Dag(read_dify(document), kinds, segment, needs, direct, seen, transformed)


def _needs(ids: Sequence[str], sees: Mapping[str, set[str]]) -> frozenset[Pair]:
    """In the order of the chain, whoever notices another must stay on its side of it; and all that follows."""
    place = {i: number for number, i in enumerate(ids)}
    after: dict[str, set[str]] = {i: set() for i in ids}
    for v, noticed in sees.items():
        for u in noticed:
            first, second = (u, v) if place[u] < place[v] else (v, u)
            after[first].add(second)
    for i in reversed(ids):
        for later in list(after[i]):
            after[i] |= after[later]
    return frozenset((i, later) for i in ids for later in after[i])


def _edges(source: random.Random, ids: Sequence[str], needs: frozenset[Pair], fork: int | None) -> list[GraphEdge]:
    """A chain, or all that is needed and more; around a decision, chains."""
    if fork is not None:
        before, behind = ids[:fork], ids[fork:]
        return [
            *_chain(["start", *before, "if"]),
            GraphEdge("if", behind[0], "true"),
            GraphEdge("if", "otherwise", "false"),
            *_chain([*behind, "join", "end"]),
            GraphEdge("otherwise", "join"),
        ]
    if source.random() < 0.6:
        return _chain(["start", *ids, "end"])
    place = {i: number for number, i in enumerate(ids)}
    edges = {(u, v) for u, v in needs if not any((u, w) in needs and (w, v) in needs for w in ids)}
    for i in ids[1:]:
        edges.update((other, i) for other in source.sample(ids[: place[i]], min(place[i], source.choice([0, 1, 1]))))
    edges |= {("start", i) for i in ids if not any(v == i for _, v in edges)}
    edges |= {(i, "end") for i in ids if not any(u == i for u, _ in edges)}
    return [GraphEdge(*pair) for pair in sorted(edges)]


def _chain(ids: Sequence[str]) -> list[GraphEdge]:
    return [GraphEdge(u, v) for u, v in pairwise(ids)]


def _document(
    ids: Sequence[str],
    kinds: Mapping[str, str],
    reads: Mapping[str, Sequence[str]],
    edges: Sequence[GraphEdge],
    fork: int | None,
) -> dict[str, Any]:
    """As Dify exports it."""
    frame: dict[str, dict[str, Any]] = {
        "start": {"type": "start", "variables": []},
        "end": {"type": "end", "outputs": []},
    }
    if fork is not None:
        frame["if"] = {"type": "if-else", "cases": [{"case_id": "true", "conditions": []}]}
        frame["otherwise"] = _data("template", "otherwise", [])
        frame["join"] = {"type": "variable-aggregator", "variables": [[ids[-1], "text"], ["otherwise", "output"]]}
    nodes = {**frame, **{i: _data(kinds[i], i, reads[i]) for i in ids}}
    return {
        "kind": "app",
        "version": "0.6.0",
        "app": {"mode": "workflow", "name": "generated"},
        "workflow": {
            "graph": {
                "nodes": [{"id": i, "type": "custom", "data": {"title": i, **data}} for i, data in nodes.items()],
                "edges": [
                    {"id": f"{e.source}-{e.target}", "source": e.source, "target": e.target,
                     "sourceHandle": e.branch or "source"}
                    for e in edges
                ],
            }
        },
    }  # fmt: skip


def _data(kind: str, node_id: str, reads: Sequence[str]) -> dict[str, Any]:
    named = " ".join(f"{{{{#{i}.text#}}}}" for i in reads)
    selectors = [{"variable": f"v{n}", "value_selector": [i, "text"]} for n, i in enumerate(reads)]
    model = {"provider": "openai", "name": "gpt-4o-mini", "mode": "chat", "completion_params": {}}
    http = {"type": "http-request", "url": f"https://example.org/{node_id}?q={named}", "body": {"type": "none"}}
    data: dict[str, dict[str, Any]] = {
        "llm": {"type": "llm", "model": model, "prompt_template": [{"role": "user", "text": f"Tell me. {named}"}]},
        "computed": {
            "type": "llm", "model": model,
            "prompt_template": [{"role": "user", "text": f"{{{{#{{{{ which }}}}.text#}}}} {named}"}],
        },
        "get": {**http, "method": "get"},
        "post": {**http, "method": "post", "body": {"type": "json", "data": named}},
        "retrieval": {"type": "knowledge-retrieval", "query_variable_selector": [], "more": selectors},
        "code": {"type": "code", "code_language": "python3", "variables": selectors,
                 "code": "import json\ndef main(**values):\n    return {'text': json.dumps(values)}"},
        "file": {"type": "code", "code_language": "python3", "variables": selectors,
                 "code": "def main(**values):\n    open('/tmp/x', 'a').write('x')\n    return {'text': ''}"},
        "template": {"type": "template-transform", "template": "{{ v0 }}", "variables": selectors},
        "tool": {"type": "tool", "provider_type": "api", "tool_name": "do", "tool_parameters": {"q": {"value": named}}},
        "assigner": {"type": "assigner", "items": [{"variable_selector": ["conversation", "topic"],
                     "value": [*reads[:1], "text"] if reads else ""}], "more": selectors},
    }  # fmt: skip
    return data[kind]


def durations(dag: Dag, source: random.Random) -> dict[str, float]:
    """How long each step takes in one run, whatever the order."""
    found = {node.node_id: 0.001 for node in dag.graph.nodes}
    found.update({i: MEDIAN_S[kind] * source.lognormvariate(0, 0.45) for i, kind in dag.kinds.items()})
    return found


def executed(
    dag: Dag, edges: Sequence[GraphEdge], lasting: Mapping[str, float], branch: str = "true", workers: int | None = None
) -> Execution:
    """One run in virtual time: a step starts when all edges to it are taken or not, one at least taken.

    Of more steps than there are `workers`, those that have been ready longest start first.
    """
    into: dict[str, list[GraphEdge]] = {node.node_id: [] for node in dag.graph.nodes}
    for edge in edges:
        into[edge.target].append(edge)
    taken: dict[GraphEdge, bool] = {}
    waiting, queue = list(into), []
    running: list[tuple[float, str]] = []
    run, now = Execution(), 0.0
    while waiting or queue or running:
        changed = True
        while changed:
            changed = False
            for node_id in [i for i in waiting if all(edge in taken for edge in into[i])]:
                waiting.remove(node_id)
                changed = True
                if into[node_id] and not any(taken[edge] for edge in into[node_id]):
                    taken.update({edge: False for edge in edges if edge.source == node_id})
                else:
                    queue.append(node_id)
        while queue and (workers is None or len(running) < workers):
            node_id = queue.pop(0)
            run.start[node_id] = now + (OVERHEAD_S if into[node_id] else 0)
            noticed = sorted(dag.sees.get(node_id, ()))
            run.saw[node_id] = tuple((u, run.made[u]) for u in noticed if u in run.made)
            heapq.heappush(running, (run.start[node_id] + lasting[node_id], node_id))
        if running:
            now, node_id = heapq.heappop(running)
            run.end[node_id] = now
            run.made[node_id] = hash((node_id, run.saw[node_id]))
            taken.update({edge: edge.branch in {None, branch} for edge in edges if edge.source == node_id})
    return run
