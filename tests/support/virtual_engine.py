"""Workflows that a test carries out in virtual time, with slots: what really happens, to the nanosecond.

It knows nothing of how replays are made: steps are woken up one at a time by a
queue of instants. Who asks for a slot first gets it first.
"""

import heapq
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field

from longpole.advice.observations import SampledRun
from longpole.domain.runs import Attempt, NodeExecution, NodeStatus

BEGIN = 1_790_000_000 * 10**9
Nanoseconds = Callable[[int], Sequence[int]]
"""Of a run: work and waits in turn; more than one piece is several attempts. None of them: it is skipped."""


@dataclass(frozen=True)
class Step:
    """A step: what it takes, by the run's number. `body`: a loop over `turns` of these steps, one after the other."""

    name: str
    after: tuple[str, ...]
    pieces: Nanoseconds = lambda _: (1,)
    body: tuple["Step", ...] = ()
    turns: Callable[[int], int] = lambda _: 1
    at_once: int | None = 1


@dataclass(frozen=True)
class Told:
    """What the telemetry says beside names and times."""

    waits: bool = False
    ready: bool = False
    slot: str | None = None
    turns: bool = False


@dataclass
class _Clock:
    """Wakes generators at the instants that they ask for, or when what they wait for has happened."""

    now: int = 0
    due: list[tuple[int, int, Generator[object, None, None]]] = field(default_factory=list)
    count: int = 0

    def wake(self, process: Generator[object, None, None], at: int) -> None:
        self.count += 1
        heapq.heappush(self.due, (at, self.count, process))

    def run(self) -> None:
        while self.due:
            self.now, _, process = heapq.heappop(self.due)
            try:
                wanted = next(process)
            except StopIteration:
                continue
            if isinstance(wanted, int):
                self.wake(process, self.now + wanted)
            else:
                assert isinstance(wanted, _Gate)
                wanted.enter(process)


class _Gate:
    """Lets `free` processes pass, the others in the order in which they came."""

    def __init__(self, clock: _Clock, free: int) -> None:
        self.clock, self.free = clock, free
        self.waiting: deque[Generator[object, None, None]] = deque()

    def enter(self, process: Generator[object, None, None]) -> None:
        if self.free > 0:
            self.free -= 1
            self.clock.wake(process, self.clock.now)
        else:
            self.waiting.append(process)

    def leave(self) -> None:
        if self.waiting:
            self.clock.wake(self.waiting.popleft(), self.clock.now)
        else:
            self.free += 1


_ANY = 1 << 30


class _Run:
    def __init__(self, steps: Sequence[Step], number: int, slots: int | None, told: Told) -> None:
        self.number, self.told, self.clock = number, told, _Clock()
        self.slots = _Gate(self.clock, _ANY if slots is None else slots)
        self.ended = {step.name: _Gate(self.clock, 0) for step in steps}
        self.nodes: list[NodeExecution] = []
        for step in steps:
            self.clock.wake(self._step(step), 0)
        self.clock.run()

    def _step(self, step: Step) -> Generator[object, None, None]:
        for name in step.after:
            yield self.ended[name]
            self.ended[name].leave()
        if step.body:
            yield from self._loop(step)
        else:
            yield from self._work(step, step.after, None, None)
        self.ended[step.name].leave()

    def _loop(self, loop: Step) -> Generator[object, None, None]:
        begun, place = self.clock.now, len(self.nodes)
        turns = loop.turns(self.number)
        places = _Gate(self.clock, _ANY if loop.at_once is None else loop.at_once)
        done = _Gate(self.clock, 0)

        def turn(item: int) -> Generator[object, None, None]:
            yield places
            before: tuple[str, ...] = ()
            for step in loop.body:
                yield from self._work(step, before, loop.name, item)
                before = (step.name,)
            places.leave()
            done.leave()

        for item in range(turns):
            self.clock.wake(turn(item), self.clock.now)
        for _ in range(turns):
            yield done
        self.nodes.insert(place, self._node(loop, begun, begun, self.clock.now, loop.after, None, None, ()))

    def _work(
        self, step: Step, after: tuple[str, ...], inside: str | None, item: int | None
    ) -> Generator[object, None, None]:
        pieces = step.pieces(self.number * 100 + (item or 0) if inside else self.number)
        if not pieces:
            return
        ready = self.clock.now
        yield self.slots
        begun = self.clock.now
        attempts = []
        for place, length in enumerate(pieces):
            since = self.clock.now
            yield length
            if place % 2 == 0:
                attempts.append((since, self.clock.now))
        self.slots.leave()
        self.nodes.append(self._node(step, ready, begun, self.clock.now, after, inside, item, attempts))

    def _node(  # noqa: PLR0917 - what is told of a step
        self,
        step: Step,
        ready: int,
        start: int,
        end: int,
        after: tuple[str, ...],
        inside: str | None,
        item: int | None,
        attempts: Sequence[tuple[int, int]],
    ) -> NodeExecution:
        log = tuple(
            Attempt(place, BEGIN + since, BEGIN + until, None) for place, (since, until) in enumerate(attempts, 1)
        )
        return NodeExecution(
            f"run-{self.number}",
            f"{step.name}/{item}",
            step.name,
            "loop" if step.body else "tool",
            step.name,
            enclosing_node_id=inside,
            parent_node_execution_id=f"{inside}/None" if inside else None,
            start_ns=BEGIN + start,
            end_ns=BEGIN + end,
            elapsed_ns=end - start,
            ready_ns=BEGIN + ready if self.told.ready and not step.body else None,
            status=NodeStatus.SUCCEEDED,
            attempts=max(len(log), 1),
            attempt_log=log if len(log) > 1 else (),
            iteration_index=item if self.told.turns else None,
            slot=self.told.slot if not step.body else None,
            waits_for=after if self.told.waits else (),
        )


NOTHING_TOLD = Told()


def carried_out(
    steps: Sequence[Step], runs: int, slots: int | None = None, told: Told = NOTHING_TOLD
) -> tuple[SampledRun, ...]:
    """Runs of a workflow, which end when their last step does."""
    made = []
    for number in range(runs):
        run = _Run(steps, number, slots, told)
        made.append(SampledRun(number, f"run-{number}", BEGIN, BEGIN + run.clock.now, tuple(run.nodes)))
    return tuple(made)


def seconds(runs: Sequence[SampledRun]) -> Mapping[str, float]:
    """What each run took."""
    return {run.workflow_run_id: ((run.end_ns or 0) - (run.start_ns or 0)) / 1e9 for run in runs}
