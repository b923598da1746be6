"""The chain of nodes that decided how long a run took.

Speeding up a node off this chain does not make the run shorter; speeding up a
node on it does, until another chain becomes the longest. Where nothing on the
chain ran, the time is reported as waiting of its kind and never blamed on a
node.

    run      ├────────────────────────────────────┤
    fetch     ████████┐
    parse     ███┐    │                                 path: fetch ▸ (waiting) ▸ answer,
    answer       └────┴···████████████████████████      and inside answer: (llm) ▸ answer itself
    (llm)                  ██████████████

The walk goes back from the end of the run. Before a node it goes on with what
the node waited for:

- a node it was launched by while that one ran, up to that moment;
- of the nodes beside it that had ended, the last one: engines start what can
  be started, so it is that end which let the node start, be it by an edge, by
  a barrier or by giving back its slot;
- but a node that is named in `waits_for`, if that last end says nothing of the
  start: if it leaves more than a tenth of the wait since the named one's end.

Inside a node the walk goes through its children in the same way; what they
leave is the node's own. What is left of a loop, an iteration or a workflow,
and of the run itself, is the engine's.

Invariant: segments tile the run, from its start to its end, in integers.

Upstream: `store.period_reads`, `services.runs` read the nodes. Downstream:
`bottlenecks`, the waterfall of `cli`; `rollup_paths`, which needs lengths only.
Source: Miller et al., "Critical path analysis for the execution of parallel
and distributed programs", ICDCS 1988; the backward walk over last finishers as
in Zhang et al., "CRISP", USENIX ATC 2022.
"""

from collections.abc import Iterable
from typing import Any

from longpole.analysis.nesting import RUN, Nesting, TimedNode
from longpole.analysis.predecessors import Predecessors
from longpole.analysis.segments import Kind, Piece, Segment, joined
from longpole.analysis.spare_time import SpareTime

__all__ = ["Kind", "Segment", "backwards", "critical_path"]


def critical_path(
    nodes: Iterable[TimedNode], start_ns: int | None = None, end_ns: int | None = None
) -> tuple[Segment, ...]:
    """Find the critical path of one run. O(n log n) for n node executions, without recursion.

    Args:
        nodes: The run's node executions, in any order; those without a start or an end are left out.
        start_ns: When the run started; None: when its first node did.
        end_ns: When the run ended; None: when its last node did.

    Returns:
        Segments in time order that tile the run: no gap, no overlap, none of
        them empty. Empty when the run took no time.
    """
    nesting = Nesting(nodes, start_ns, end_ns)
    return joined(
        Segment(start, end, kind, None if place == RUN else nesting.nodes[place].node_execution_id)
        for start, end, kind, place in reversed(backwards(nesting))
    )


def backwards(nesting: Nesting[Any]) -> list[Piece]:
    """The same as pieces, the last first; some may be empty, and neighbours alike."""
    return _Walk(nesting).pieces()


class _Walk:
    """One walk back through a run: a stack of containers, each with how far back it has come."""

    def __init__(self, nesting: Nesting[Any]) -> None:
        self.nesting = nesting
        self.backwards: list[Piece] = []
        self.used: set[int] = set()
        self.stack: list[_Level] = []

    def pieces(self) -> list[Piece]:
        """The path, back in time."""
        self._enter(RUN, self.nesting.end_ns)
        while self.stack:
            level = self.stack[-1]
            self._queue(level)
            before = level.predecessors.before(level.cursor, level.pending)
            if before is None:
                self._leave(level)
            else:
                place, until = before
                self.backwards += level.spare.between(until, level.cursor, level.pending)
                level.cursor, level.pending = self.nesting.start[place], place
                self.used.add(place)
                self._enter(place, until)
        return self.backwards

    def _enter(self, place: int, until: int) -> None:
        if place != RUN and place not in self.nesting.children and not self.nesting.nodes[place].attempt_log:
            # most are such: it worked by itself, from its start on
            self.backwards.append((self.nesting.start[place], until, Kind.WORK, place))
            return
        self.stack.append(_Level(self.nesting, place, until, self.used))

    def _leave(self, level: "_Level") -> None:
        self.backwards += level.spare.between(level.start, level.cursor, level.pending)
        self.stack.pop()

    def _queue(self, level: "_Level") -> None:
        """What the node that was just passed waited for its start after it was ready."""
        if level.pending is None:
            return
        ready_ns = self.nesting.nodes[level.pending].ready_ns
        if ready_ns is not None and ready_ns < level.cursor:
            ready = max(ready_ns, level.start)
            self.backwards.append((ready, level.cursor, Kind.QUEUE, level.pending))
            level.cursor = ready


class _Level:
    """How far back the walk has come inside one container; `pending` is the child that starts there."""

    def __init__(self, nesting: Nesting[Any], place: int, until: int, used: set[int]) -> None:
        self.start = nesting.bounds(place)[0]
        self.cursor = until
        self.pending: int | None = None
        self.predecessors = Predecessors(nesting, place, used)
        self.spare = SpareTime(nesting, place)
