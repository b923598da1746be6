"""Which step comes before which, learnt from when they ran: a guess that every further run can only correct.

    run 1   a ██     b ███        `a` ended before `b` started wherever both ran:
    run 2   a ████   b █          a ▸ b
            c    ██████           `c` overlapped `b` once: c and b have no order

What always happens to be early is taken for a condition, so few runs give too
many edges; an order that the engine always keeps (a chain) is never seen to be
unnecessary. A step that ran several times stands for itself by the number of
the time: `ask`, `ask` once more.

Invariant: edges never contradict a run that was given (but for the noise of
clocks), and are acyclic in each.

Upstream: `schedule`, `graphs.inferred`. Source: Chow et al., "The Mystery
Machine", OSDI 2014: hypotheses that hold until a trace rejects them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.nesting import RUN, Nesting, TimedNode

Step = tuple[str, int]
"""A node, and which time it ran in its container, from 0."""
Interval = tuple[int, int]
Bools = NDArray[np.bool_]

NOISE: Final = 20
"""Two steps in a row may overlap by this part of the shorter one: that is their clocks."""
_UNSEEN: Final = np.iinfo(np.int64).min


class RunWithNodes(Protocol):
    """A run whole."""

    @property
    def nodes(self) -> Sequence[TimedNode]: ...  # noqa: D102 - as in the domain
    @property
    def start_ns(self) -> int | None: ...  # noqa: D102 - as in the domain
    @property
    def end_ns(self) -> int | None: ...  # noqa: D102 - as in the domain


class HappensBefore:
    """The order of the steps of one place in the workflow, over all times that it was run through.

    O(instances · steps²), in bits.
    """

    def __init__(self, instances: Sequence[dict[Step, Interval]]) -> None:
        self.steps: list[Step] = sorted({step for instance in instances for step in instance})
        self._place = {step: place for place, step in enumerate(self.steps)}
        self._before = self._mined(instances)
        self._reduced: dict[frozenset[int], dict[Step, tuple[Step, ...]]] = {}

    def predecessors(self, present: Iterable[Step]) -> dict[Step, tuple[Step, ...]]:
        """For each of the steps that ran, which of the others come right before it."""
        places = frozenset(self._place[step] for step in present)
        if places not in self._reduced:
            self._reduced[places] = self._direct(sorted(places))
        return self._reduced[places]

    def holds(self, source: Step, target: Step) -> bool:
        """`source` ended before `target` started wherever both ran."""
        return bool(self._before[self._place[source], self._place[target]])

    def _direct(self, places: list[int]) -> dict[Step, tuple[Step, ...]]:
        before = self._before[np.ix_(places, places)]
        through = (before.astype(np.float32) @ before.astype(np.float32)) > 0
        direct = before & ~through
        return {
            self.steps[place]: tuple(self.steps[places[source]] for source in np.flatnonzero(direct[:, column]))
            for column, place in enumerate(places)
        }

    def _mined(self, instances: Sequence[dict[Step, Interval]]) -> Bools:
        size = len(self.steps)
        never, together = np.zeros((size, size), bool), np.zeros((size, size), bool)
        starts_sum = np.zeros(size)
        for instance in instances:
            start, end = np.full(size, _UNSEEN), np.full(size, _UNSEEN)
            for step, (first, last) in instance.items():
                start[self._place[step]], end[self._place[step]] = first, last
            seen = start != _UNSEEN
            both = seen[:, None] & seen[None, :]
            length = np.where(seen, end - start, 0)
            noise = np.minimum(length[:, None], length[None, :]) // NOISE
            never |= both & (end[:, None] - np.where(seen, noise, 0) > start[None, :])
            together |= both
            starts_sum += np.where(seen, start - (start[seen].min() if seen.any() else 0), 0)
        before: Bools = together & ~never
        np.fill_diagonal(before, val=False)
        tied = before & before.T  # both took no time, at the same time: the earlier one on the whole, else by name
        rank = np.lexsort((np.arange(size), starts_sum))
        position = np.empty(size, dtype=np.int64)
        position[rank] = np.arange(size)
        before[tied & (position[:, None] > position[None, :])] = False
        return before


def inferred_edges(runs: Iterable[RunWithNodes]) -> tuple[tuple[str, str], ...]:
    """Which node comes right before which, in its container, as pairs of node ids in order; of repeats the first.

    O(runs · nodes²).
    """
    places: dict[tuple[str, ...], list[dict[Step, Interval]]] = defaultdict(list)
    for run in runs:
        nesting = Nesting(run.nodes, run.start_ns, run.end_ns)
        for container in nesting.children:
            places[_path(nesting, container)].append(_first_times(nesting, container))
    found: set[tuple[str, str]] = set()
    for instances in places.values():
        order = HappensBefore(instances)
        for present in {frozenset(instance) for instance in instances}:
            for (target, _), sources in order.predecessors(present).items():
                found |= {(source, target) for source, _ in sources}
    return tuple(sorted(found))


def _path(nesting: Nesting[Any], container: int) -> tuple[str, ...]:
    return ("",) if container == RUN else ("", nesting.nodes[container].node_id)


def _first_times(nesting: Nesting[Any], container: int) -> dict[Step, Interval]:
    first: dict[Step, Interval] = {}
    for place in sorted(nesting.inside(container), key=lambda place: (nesting.start[place], place)):
        first.setdefault((nesting.nodes[place].node_id, 0), nesting.bounds(place))
    return first
