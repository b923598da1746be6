"""Random workflows that are really executed: tasks of asyncio that sleep for what their run's input says.

    plan      6 to 13 nodes (llm, http, code, a loop over items), some branches that are skipped, some nodes that
              fail and are tried again after a back-off, 2, 3 or any number of slots
    input     of a run: every duration, failure, item and branch, drawn before; a changed workflow has the same
    record    when each attempt was ready, started and ended, by the clock: all that telemetry may know

Upstream: `what_if`.
"""

import asyncio
import gc
import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

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


@dataclass(slots=True)
class Seen:
    """An attempt of a step, or a loop as a whole; nanoseconds."""

    name: str
    kind: str
    ready_ns: int
    start_ns: int
    end_ns: int
    attempt: int = 1
    is_failed: bool = False
    item: int | None = None
    inside: str | None = None
    waited_for: tuple[str, ...] = ()
    has_slot: bool = False


@dataclass(slots=True)
class RunSeen:
    """All that was seen of a run."""

    number: int
    start_ns: int
    end_ns: int
    seen: list[Seen] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """What the run took."""
        return (self.end_ns - self.start_ns) / 1e9


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


class Execution:
    """One run of a workflow, for real."""

    def __init__(self, workflow: Workflow, given: Input, scale: float) -> None:
        self.workflow, self.given, self.scale = workflow, given, scale
        self.slots = None if workflow.slots is None else asyncio.Semaphore(workflow.slots)
        self.tasks: dict[str, asyncio.Task[bool]] = {}
        self.seen: list[Seen] = []

    async def run(self, number: int) -> RunSeen:
        """Execute it, and say what was seen."""
        begun = time.time_ns()
        for node in self.workflow.nodes:
            self.tasks[node.name] = asyncio.create_task(self._step(node))
        await asyncio.gather(*self.tasks.values())
        return RunSeen(number, begun, time.time_ns(), self.seen)

    async def _step(self, node: Node) -> bool:
        """Whether it ran. A step is skipped if its branch is not taken; what comes after it goes on."""
        for name in node.after:
            await self.tasks[name]
        if not self.given.takes(node):
            return False
        ran = self._ran_before(node)
        if node.kind == "loop":
            await self._loop(node, ran)
        else:
            await self._attempts(node, ran)
        return True

    def _ran_before(self, node: Node) -> tuple[str, ...]:
        found: list[str] = []
        for name in node.after:
            if self.tasks[name].result():
                found.append(name)
            else:
                found += self._ran_before(self.workflow.node(name))
        return tuple(dict.fromkeys(found))

    async def _loop(self, node: Node, ran: tuple[str, ...]) -> None:
        begun = time.time_ns()
        places = asyncio.Semaphore(node.items_at_once)

        async def turn(item: int) -> None:
            async with places:
                before: tuple[str, ...] = ()
                for step in node.body:
                    if self.given.draw("branch", step.name, item).random() < step.taken:
                        await self._attempts(step, before, item, node.name)
                        before = (step.name,)

        items = range(self.given.items(node))
        if node.items_at_once == 1:
            for item in items:
                await turn(item)
        else:
            await asyncio.gather(*(turn(item) for item in items))
        self.seen.append(Seen(node.name, "loop", begun, begun, time.time_ns(), waited_for=ran))

    async def _attempts(
        self, node: Node, ran: tuple[str, ...], item: int | None = None, inside: str | None = None
    ) -> None:
        """A step has its slot until it has succeeded, or was tried for the last time."""
        ready = time.time_ns()
        has_slot = self.slots is not None and node.kind in self.workflow.pooled
        async with AsyncExitStack() as held:
            if has_slot and self.slots is not None:
                await held.enter_async_context(self.slots)
            for attempt in range(1, node.max_attempts + 1):
                begun = time.time_ns()
                await asyncio.sleep(self.given.seconds(node, item or 0, attempt) * self.scale)
                failed = self.given.fails(node, item or 0, attempt)
                self.seen.append(
                    Seen(
                        node.name, node.kind, ready, begun, time.time_ns(), attempt, failed, item, inside, ran, has_slot
                    )
                )
                if not failed:
                    return
                if attempt < node.max_attempts:
                    await asyncio.sleep(node.backoff_s * 2 ** (attempt - 1) * self.scale)


class Stalls:
    """When the loop did not get to run for a while: the machine did something else, and everybody's timer was late."""

    _EVERY_S = 0.005

    def __init__(self, least_s: float) -> None:
        self.least_s = least_s
        self.lateness_s: list[float] = []
        self.latest_ns = 0
        self.repeated = 0

    async def watch(self) -> None:
        """Look at the clock all the time."""
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(self._EVERY_S)
            late = time.perf_counter() - begun - self._EVERY_S
            self.lateness_s.append(late)
            if late >= self.least_s:
                self.latest_ns = time.time_ns()


async def executed(
    workflows: Sequence[Workflow], runs: int, scale: float, concurrency: int, stalls: Stalls
) -> list[list[RunSeen]]:
    """Every workflow with every input, in random order, so many at a time. Same number, same input.

    A run in which the machine stalled is executed again, whatever it took, up to three times.
    """
    jobs = [(place, number) for place in range(len(workflows)) for number in range(runs)]
    random.Random(7).shuffle(jobs)
    results: list[list[RunSeen]] = [[] for _ in workflows]
    waiting = iter(jobs)

    async def worker() -> None:
        for place, number in waiting:
            workflow = workflows[place]
            seed = hash_of(workflow.name, number)
            given = Input(seed, random.Random(seed).lognormvariate(0, 0.35))
            for _ in range(3):
                seen = await Execution(workflow, given, scale).run(number)
                if stalls.latest_ns < seen.start_ns:
                    break
                stalls.repeated += 1
            results[place].append(seen)

    watching = asyncio.create_task(stalls.watch())
    gc.collect()
    gc.freeze()
    gc.disable()  # a collection takes longer than many a step
    try:
        await asyncio.gather(*(worker() for _ in range(concurrency)))
    finally:
        gc.enable()
        watching.cancel()
    return [sorted(of_one, key=lambda run: run.number) for of_one in results]


def hash_of(name: str, number: int) -> int:
    """The same in every process, unlike `hash`."""
    return random.Random(f"{name}/{number}").getrandbits(60)
