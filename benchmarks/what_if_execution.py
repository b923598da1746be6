"""Workflows really executed: tasks of asyncio that sleep for what their run's input says, and wait for slots.

What is recorded is when each attempt was ready, started and ended, by the
clock: all that telemetry may know.

Upstream: `what_if`. Downstream: `what_if_workflows`.
"""

import asyncio
import gc
import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from what_if_workflows import Input, Node, Workflow


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
