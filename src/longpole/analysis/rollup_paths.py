"""What the place of a node in its run says of it: its time on the critical path, its own time, its own usage.

Computed once for each run, whenever its unit is rolled up; the figures of a
period then need no single run again.

Invariant: a run's critical times of nodes and its waiting sum to the time that
its path covers, in integers.

Upstream: `rollup_rows`. Downstream: `rollup_cells`. Source: `plain_paths`, for the runs that it does not know
`critical_path` and `self_time`; `usage`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from longpole.analysis.critical_path import backwards
from longpole.analysis.nesting import Nesting
from longpole.analysis.plain_paths import Flags, circling, plain_paths
from longpole.analysis.rollup import MAX, sums
from longpole.analysis.rollup_rows import NO_TIME, NodeRows, RunRows
from longpole.analysis.segments import Kind
from longpole.analysis.self_time import covered_lengths
from longpole.analysis.sketch import Ints
from longpole.analysis.usage import repeated_usage

_WAITING = (Kind.QUEUE, Kind.RETRY_DELAY, Kind.ENGINE_OVERHEAD)
Bounds = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """What the critical paths of runs come to, in nanoseconds.

    Attributes:
        path_ns: Per run: the time that its path covers.
        work_ns: Per run: that in which a node worked.
        waiting_ns: By kind, per run.
        critical_ns: Per node execution: the time that its node is on the path of the run, at one
            execution of the node; -1 at the others and where it is not on the path.
        covered_ns: Per node execution: for how long others ran inside it.
        repeats: Per node execution: others inside it report the same usage.
    """

    path_ns: Ints
    work_ns: Ints
    waiting_ns: dict[Kind, Ints]
    critical_ns: Ints
    covered_ns: Ints
    repeats: Ints


def paths(runs: RunRows, nodes: NodeRows) -> Paths:
    """The paths of runs with their nodes. O(n log n) in the nodes of each run."""
    plain = plain_paths(runs, nodes)
    work_ns = plain.work_ns
    found = Paths(
        path_ns=plain.path_ns,
        work_ns=_sums(nodes.run, work_ns, len(runs)),
        waiting_ns={kind: np.zeros(len(runs), np.int64) for kind in _WAITING},
        critical_ns=np.full(len(nodes), -1, np.int64),
        covered_ns=plain.covered_ns,
        repeats=_repeats(nodes),
    )
    found.waiting_ns[Kind.ENGINE_OVERHEAD][:] = found.path_ns - found.work_ns
    _add_bare_runs(found, runs, nodes)
    for run in _runs(nodes):
        if not plain.is_plain[run.place]:
            _add_walked(found, work_ns, nodes, run, runs.bounds(run.place))
    _add_critical(found, nodes, work_ns)
    return found


def _sums(places: Ints, values: Ints, count: int) -> Ints:
    summed = np.zeros(count, np.int64)
    np.add.at(summed, places, values)
    return summed


class _Run(NamedTuple):
    """A run that has nodes: its place, and the places at which they begin and end."""

    place: int
    begin: int
    end: int


def _runs(nodes: NodeRows) -> Iterator[_Run]:
    changes = np.flatnonzero(np.diff(nodes.run)) + 1
    for begin, end in pairwise([0, *changes.tolist(), len(nodes)]):
        if begin < end:
            yield _Run(int(nodes.run[begin]), begin, end)


def _add_bare_runs(found: Paths, runs: RunRows, nodes: NodeRows) -> None:
    """Of a run without nodes nobody accounts for its time: it is the engine's."""
    has_bounds = (runs.start_ns != NO_TIME) & (runs.end_ns != NO_TIME)
    is_bare = has_bounds & (np.bincount(nodes.run, minlength=len(runs)) == 0)
    for place in np.flatnonzero(is_bare).tolist():
        length = int(runs.end_ns[place]) - int(runs.start_ns[place])
        found.path_ns[place] = found.waiting_ns[Kind.ENGINE_OVERHEAD][place] = min(max(0, length), MAX)


def _add_walked(found: Paths, work_ns: Ints, nodes: NodeRows, run: _Run, bounds: Bounds) -> None:
    """Walk along the path of one run, and put in what is found."""
    timed = nodes.timed(run.begin, run.end)
    nesting = Nesting(timed, *bounds)
    work: dict[int, int] = {}
    waiting = dict.fromkeys(_WAITING, 0)
    for start, end, kind, place in backwards(nesting):
        if kind is Kind.WORK:
            work[place] = work.get(place, 0) + end - start
        else:
            waiting[kind] += end - start
    for kind, length in waiting.items():
        found.waiting_ns[kind][run.place] = min(length, MAX)
    worked = sum(work.values())
    found.work_ns[run.place] = min(worked, MAX)
    found.path_ns[run.place] = min(worked + sum(waiting.values()), MAX)
    for place, length in work.items():
        work_ns[nesting.nodes[place].place] = min(length, MAX)
    if (nodes.parent[run.begin : run.end] >= 0).any():
        whole = nesting if nesting.holds_all else Nesting(timed)
        for place, length in covered_lengths(whole):
            found.covered_ns[whole.nodes[place].place] = min(length, MAX)


def _add_critical(found: Paths, nodes: NodeRows, work_ns: Ints) -> None:
    """A node that is on the path with several executions counts once, at that of the smallest key."""
    on_path = np.flatnonzero(work_ns)
    run, identity = nodes.run[on_path], nodes.identity[on_path]
    order = np.lexsort((nodes.node_key[on_path], identity, run))
    on_path, run, identity = on_path[order], run[order], identity[order]
    is_other = (run[1:] != run[:-1]) | (identity[1:] != identity[:-1])
    starts = np.flatnonzero(np.concatenate([[bool(on_path.size)], is_other]))
    if starts.size:
        found.critical_ns[on_path[starts]] = sums(work_ns[on_path], starts)


def _repeats(nodes: NodeRows) -> Ints:
    """Executions with usage of their own that others inside them report as well: 1, else 0."""
    uses = (nodes.tokens["total"] >= 0) | (nodes.cost >= 0)
    has_inside = np.zeros(len(nodes), np.bool_)
    above = nodes.parent[uses]
    while above.size:
        above = np.unique(above[above >= 0])
        above = above[~has_inside[above]]
        has_inside[above] = True
        above = nodes.parent[above]
    repeats = (uses & has_inside).astype(np.int64)
    circles = circling(nodes)
    if circles.any():
        _add_circling(repeats, nodes, uses, circles)
    return repeats


def _add_circling(repeats: Ints, nodes: NodeRows, uses: Flags, circles: Flags) -> None:
    """The same for runs in which something is inside itself, one by one."""
    for run in np.unique(nodes.run[circles]).tolist():
        places = np.flatnonzero(nodes.run == run).tolist()
        outer = repeated_usage(
            (str(place), str(above) if (above := int(nodes.parent[place])) >= 0 else None, bool(uses[place]))
            for place in places
        )
        repeats[places] = [str(place) in outer for place in places]
