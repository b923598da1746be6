"""Random workflows, what their runs meet, and what may be changed of them.

    workflow  6 to 13 steps (llm, http, code, a loop over items), some branches that are skipped, some steps that
              fail and are tried again after a back-off, 2, 3 or any number of slots
    input     of a run: every duration, failure, item and branch, drawn before; a changed workflow has the same

Upstream: `what_if`, `what_if_execution`.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from longpole.domain.what_if import (
    Change,
    Faster,
    ParallelIteration,
    Removed,
    Retries,
    Slots,
    WithoutEdges,
)

POOL = "worker"
MEDIAN_S = {"llm": (0.12, 0.5), "http": (0.04, 0.2), "code": (0.006, 0.03)}
SPREAD = {"llm": 0.45, "http": 0.6, "code": 0.25}


@dataclass(frozen=True)
class Node:
    """A step. `body` are the steps of a loop, one after the other; a branch runs with a chance of `taken`."""

    name: str
    kind: str
    after: tuple[str, ...]
    median_s: float = 0.0
    taken: float = 1.0
    failing: float = 0.0
    max_attempts: int = 1
    backoff_s: float = 0.0
    body: tuple["Node", ...] = ()
    items_at_once: int = 1


@dataclass(frozen=True)
class Workflow:
    """Steps in an order in which each comes after those that it waits for."""

    name: str
    nodes: tuple[Node, ...]
    slots: int | None
    pooled: frozenset[str]

    def node(self, name: str) -> Node:
        """The step of a name."""
        return next(node for node in self.nodes if node.name == name)

    def with_node(self, changed: Node) -> "Workflow":
        """The same with another step in the place of the one of its name."""
        return replace(self, nodes=tuple(changed if node.name == changed.name else node for node in self.nodes))


@dataclass(frozen=True)
class Input:
    """What a run meets: seconds by (step, item, attempt), failures, items and branches, all before it runs."""

    seed: int
    size: float

    def draw(self, *what: object) -> random.Random:
        """A source of chance that is the same whenever it is asked for the same."""
        return random.Random(repr((self.seed, what)))

    def seconds(self, node: Node, item: int, attempt: int) -> float:
        """What an attempt takes."""
        drawn = self.draw("time", node.name, item, attempt).lognormvariate(0, SPREAD[node.kind])
        return node.median_s * drawn * (self.size if node.kind == "llm" else 1.0)

    def fails(self, node: Node, item: int, attempt: int) -> bool:
        """Whether an attempt fails."""
        return self.draw("fail", node.name, item, attempt).random() < node.failing

    def items(self, node: Node) -> int:
        """How many turns a loop has."""
        return self.draw("items", node.name).randint(2, 5)

    def takes(self, node: Node) -> bool:
        """Whether a branch is taken."""
        return self.draw("branch", node.name).random() < node.taken


def random_workflow(number: int, source: random.Random) -> Workflow:
    """A workflow of 6 to 13 steps, of which one is a loop in two of three."""
    count = source.randint(6, 13)
    nodes: list[Node] = []
    loop_at = source.randrange(2, count - 1) if number % 3 else None
    for place in range(count):
        kind = source.choices(("llm", "http", "code"), (0.45, 0.35, 0.2))[0]
        after = _after(place, count, source, nodes)
        if place == loop_at:
            body = tuple(
                _step(f"n{place:02}_{part}", source.choice(("llm", "http")), (), source, shorter=2.5)
                for part in range(source.randint(1, 2))
            )
            nodes.append(Node(f"n{place:02}", "loop", after, body=body))
        else:
            nodes.append(_step(f"n{place:02}", kind, after, source))
    slots = (None, 2, 3)[number % 3 if number % 2 else (number // 2) % 3]
    pooled = frozenset({"llm", "http", "code"} if number % 4 else {"llm", "http"})
    return Workflow(f"flow_{number:02}", tuple(nodes), slots, pooled)


def _after(place: int, count: int, source: random.Random, nodes: Sequence[Node]) -> tuple[str, ...]:
    if place == 0:
        return ()
    if place == count - 1:  # the last step joins what nobody waits for yet
        waited = {name for node in nodes for name in node.after}
        return tuple(node.name for node in nodes if node.name not in waited)
    most = min(place, 2 if source.random() < 0.35 else 1)
    return tuple(sorted(node.name for node in source.sample(list(nodes[-4:]), most)))


def _step(name: str, kind: str, after: tuple[str, ...], source: random.Random, shorter: float = 1.0) -> Node:
    low, high = MEDIAN_S[kind]
    node = Node(name, kind, after, median_s=source.uniform(low, high) / shorter)
    if after and source.random() < 0.2:
        node = replace(node, taken=source.uniform(0.4, 0.8))
    if kind == "http" and source.random() < 0.7:
        node = replace(node, failing=source.uniform(0.15, 0.4), max_attempts=3, backoff_s=source.uniform(0.03, 0.12))
    return node


def changes_of(workflow: Workflow, source: random.Random) -> list[tuple[str, Change, Workflow]]:
    """What to ask: the change in words, as it is asked, and the workflow with it."""
    steps = [node for node in workflow.nodes if node.kind != "loop"]
    slow = sorted(steps, key=lambda node: -node.median_s * node.taken)
    first, second = slow[0], source.choice(slow[1:4])
    made: list[tuple[str, Change, Workflow]] = [
        ("faster 30 %", Faster(first.name, 0.3), _quicker(workflow, first, 0.7)),
        ("faster 30 %", Faster(second.name, 0.3), _quicker(workflow, second, 0.7)),
        ("faster 80 %", Faster(first.name, 0.8), _quicker(workflow, first, 0.2)),
    ]
    victim = source.choice(slow[:5])
    made.append(("removed", Removed(victim.name), _removed(workflow, victim)))
    edge = _edge(workflow, source)
    if edge is not None:
        made.append(("parallelised", WithoutEdges((edge,)), _without(workflow, *edge)))
    for node in workflow.nodes:
        if node.kind == "loop":
            wider = workflow.with_node(replace(node, items_at_once=99))
            made.append(("parallelised", ParallelIteration(node.name, None), wider))
    failing = [node for node in workflow.nodes if node.failing]
    for node in source.sample(failing, min(1, len(failing))):
        once = workflow.with_node(replace(node, max_attempts=1))
        made.append(("retries", Retries(node.name, 1), once))
        half = workflow.with_node(replace(node, backoff_s=node.backoff_s / 2))
        made.append(("retries", Retries(node.name, None, 0.5), half))
    if workflow.slots is not None:
        more = workflow.slots + 1
        made.append(("slots", Slots(more, POOL), replace(workflow, slots=more)))
    else:
        made.append(("slots", Slots(2, POOL), replace(workflow, slots=2)))
    return made


def _quicker(workflow: Workflow, node: Node, factor: float) -> Workflow:
    return workflow.with_node(replace(node, median_s=node.median_s * factor))


def _removed(workflow: Workflow, gone: Node) -> Workflow:
    left = [_rewired(node, gone.name, gone.after) for node in workflow.nodes if node is not gone]
    return replace(workflow, nodes=tuple(left))


def _without(workflow: Workflow, source: str, target: str) -> Workflow:
    return workflow.with_node(_rewired(workflow.node(target), source, workflow.node(source).after))


def _rewired(node: Node, old: str, new: tuple[str, ...]) -> Node:
    if old not in node.after:
        return node
    return replace(node, after=tuple(dict.fromkeys([name for name in node.after if name != old] + list(new))))


def _edge(workflow: Workflow, source: random.Random) -> tuple[str, str] | None:
    """A step that waits for one step only, and that one. A branch has to wait for what it depends on."""
    found = [
        (node.after[0], node.name)
        for node in workflow.nodes[:-1]
        if len(node.after) == 1 and node.taken == 1 and node.kind != "code"
    ]
    found = [(before, name) for before, name in found if workflow.node(before).kind != "code"]
    return source.choice(found) if found else None
