"""What the place of a node in its run says of it: its time on the critical path, its own time, its own usage.

Computed once for each run, whenever its unit is rolled up; the figures of a
period then need no single run again.

Invariant: a run's critical times of nodes and its waiting sum to the time that
its path covers, in integers.

Upstream: `rollup_rows`. Downstream: `rollup_cells`. Source: `critical_path`, `self_time`, `usage`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from longpole.analysis.critical_path import critical_path
from longpole.analysis.nesting import Nesting
from longpole.analysis.rollup_rows import NodeRows, RunRows
from longpole.analysis.segments import Kind
from longpole.analysis.self_time import covered_times
from longpole.analysis.sketch import Ints
from longpole.analysis.usage import repeated_usage

Identity = tuple[str | None, str]
_WAITING = (Kind.QUEUE, Kind.RETRY_DELAY, Kind.ENGINE_OVERHEAD)


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
    found = Paths(
        path_ns=np.zeros(len(runs), np.int64),
        work_ns=np.zeros(len(runs), np.int64),
        waiting_ns={kind: np.zeros(len(runs), np.int64) for kind in _WAITING},
        critical_ns=np.full(len(nodes), -1, np.int64),
        covered_ns=np.zeros(len(nodes), np.int64),
        repeats=np.zeros(len(nodes), np.int64),
    )
    _add_bare_runs(found, runs)
    for run in _runs(nodes):
        _add_path(found, runs, nodes, run)
        _add_covered(found, nodes, run)
        _add_repeats(found, nodes, run)
    return found


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


def _add_bare_runs(found: Paths, runs: RunRows) -> None:
    """Of a run without nodes nobody accounts for its time: it is the engine's; those that have some follow."""
    for place, (start_ns, end_ns) in enumerate(runs.bounds):
        if start_ns is not None and end_ns is not None:
            found.path_ns[place] = found.waiting_ns[Kind.ENGINE_OVERHEAD][place] = max(0, end_ns - start_ns)


def _add_path(found: Paths, runs: RunRows, nodes: NodeRows, run: _Run) -> None:
    work: dict[str, int] = {}
    waiting = dict.fromkeys(_WAITING, 0)
    for segment in critical_path(nodes.timed[run.begin : run.end], *runs.bounds[run.place]):
        length = segment.end_ns - segment.start_ns
        if segment.kind is Kind.WORK and segment.node_execution_id is not None:
            work[segment.node_execution_id] = work.get(segment.node_execution_id, 0) + length
        else:
            waiting[segment.kind] += length
    for kind, length in waiting.items():
        found.waiting_ns[kind][run.place] = length
    found.work_ns[run.place] = sum(work.values())
    found.path_ns[run.place] = found.work_ns[run.place] + sum(waiting.values())
    if work:
        _add_critical(found, nodes, run, work)


def _add_critical(found: Paths, nodes: NodeRows, run: _Run, work: dict[str, int]) -> None:
    """A node that is on the path with several executions counts once, at that of the smallest key."""
    lengths: dict[Identity, int] = {}
    at: dict[Identity, tuple[int, int]] = {}
    for place in range(run.begin, run.end):
        row = nodes.timed[place]
        length = work.get(row.node_execution_id)
        if length is not None:
            identity = row.enclosing_node_id, row.node_id
            lengths[identity] = lengths.get(identity, 0) + length
            here = int(nodes.node_key[place]), place
            at[identity] = min(at.get(identity, here), here)
    for identity, length in lengths.items():
        found.critical_ns[at[identity][1]] = length


def _add_covered(found: Paths, nodes: NodeRows, run: _Run) -> None:
    timed = nodes.timed[run.begin : run.end]
    if all(row.parent_node_execution_id is None for row in timed):
        return
    covered = covered_times(Nesting(timed))
    for place, row in enumerate(timed, run.begin):
        found.covered_ns[place] = covered.get(row.node_execution_id, 0)


def _add_repeats(found: Paths, nodes: NodeRows, run: _Run) -> None:
    """Executions with usage of their own that others inside them report as well."""
    timed = nodes.timed[run.begin : run.end]
    if all(row.parent_node_execution_id is None for row in timed):
        return
    here = slice(run.begin, run.end)
    has_usage = ((nodes.tokens["total"][here] >= 0) | (nodes.cost[here] >= 0)).tolist()
    outer = repeated_usage(
        (row.node_execution_id, row.parent_node_execution_id, uses) for row, uses in zip(timed, has_usage, strict=True)
    )
    if outer:
        found.repeats[here] = [row.node_execution_id in outer for row in timed]
