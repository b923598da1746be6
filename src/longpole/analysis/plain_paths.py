"""Critical paths of thousands of runs at once: of those in which one thing ran after the other.

    run     ├──────────────────────┤
    plan     ██████                     everything inside something else lies within its time, and
    (llm)     ███                       nothing overlaps what is beside it: the path goes through
    tool            ████                all of it, and what is left is its own, or the engine's
    answer               ██████

Most runs are such, and need no walk: a few operations on arrays give the same.
Whatever else is known of a run's order (slots, declared edges, attempts) makes
it one to be walked through, as does anything out of the ordinary.

Invariant: what is found of a plain run is what `critical_path` and `self_time`
find of it, to the nanosecond.

Upstream: `rollup_rows`. Downstream: `rollup_paths`. Source: `critical_path`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.rollup_rows import NO_TIME, NodeRows, RunRows
from longpole.analysis.sketch import Ints

Flags = NDArray[np.bool_]
_FAR = 1 << 61
"""Instants further from the epoch than 73 years in each direction may not be subtracted in 63 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class PlainPaths:
    """What is found of plain runs; 0 for all others and their nodes.

    Attributes:
        is_plain: Per run.
        path_ns: Per run, the time that its path covers.
        work_ns: Per node execution, its time on the path of the run.
        covered_ns: Per node execution, for how long others ran inside it.
    """

    is_plain: Flags
    path_ns: Ints
    work_ns: Ints
    covered_ns: Ints


def plain_paths(runs: RunRows, nodes: NodeRows) -> PlainPaths:
    """Tell which runs are plain, and follow their paths. O(n log n)."""
    begins, ends = _bounds(runs, nodes)
    is_odd = _lacks_order(nodes) | _leaves_container(nodes, begins, ends) | _overlaps(nodes)
    odd_nodes = np.bincount(nodes.run[is_odd], minlength=len(runs))
    is_plain = (np.bincount(nodes.run, minlength=len(runs)) > 0) & (odd_nodes == 0) & (ends < _FAR) & (begins > -_FAR)
    here = is_plain[nodes.run]
    lengths = np.where(here, nodes.end_ns, 0) - np.where(here, nodes.start_ns, 0)
    covered = np.zeros(len(nodes), np.int64)
    inner = np.flatnonzero(here & (nodes.parent >= 0))
    np.add.at(covered, nodes.parent[inner], lengths[inner])
    work = np.where(nodes.is_engine & (covered > 0), 0, lengths - covered)
    path = np.where(is_plain, ends, 0) - np.where(is_plain, begins, 0)
    return PlainPaths(is_plain, path, work, covered)


def _bounds(runs: RunRows, nodes: NodeRows) -> tuple[Ints, Ints]:
    """When each run begins and ends: as reported, else as its nodes do; as `nesting` has it."""
    first = np.full(len(runs), _FAR, np.int64)
    last = np.full(len(runs), -_FAR, np.int64)
    np.minimum.at(first, nodes.run, nodes.start_ns)
    np.maximum.at(last, nodes.run, nodes.end_ns)
    begins = np.where(runs.start_ns == NO_TIME, first, runs.start_ns)
    ends = np.where(runs.end_ns == NO_TIME, last, runs.end_ns)
    return begins, np.maximum(begins, ends)


def _lacks_order(nodes: NodeRows) -> Flags:
    """Nodes of which more is known than two instants, or less."""
    far = (nodes.start_ns <= -_FAR) | (nodes.end_ns >= _FAR)
    odd: Flags = nodes.needs_walk | (nodes.start_ns == NO_TIME) | (nodes.end_ns == NO_TIME) | far | circling(nodes)
    return odd


def _leaves_container(nodes: NodeRows, begins: Ints, ends: Ints) -> Flags:
    inside = nodes.parent >= 0
    low = np.where(inside, nodes.start_ns[nodes.parent], begins[nodes.run]) if len(nodes) else nodes.start_ns
    high = np.where(inside, nodes.end_ns[nodes.parent], ends[nodes.run]) if len(nodes) else nodes.end_ns
    leaves: Flags = (nodes.start_ns < low) | (nodes.end_ns > high)
    return leaves


def _overlaps(nodes: NodeRows) -> Flags:
    """Nodes that start before another one ends that started before them in the same container."""
    container = np.where(nodes.parent >= 0, nodes.parent, len(nodes) + nodes.run)
    order = np.lexsort((nodes.end_ns, nodes.start_ns, container))
    one, other = order[:-1], order[1:]
    found = np.zeros(len(nodes), np.bool_)
    found[other] = (container[one] == container[other]) & (nodes.end_ns[one] > nodes.start_ns[other])
    return found


def circling(nodes: NodeRows) -> Flags:
    """Nodes that are inside themselves, or inside others that are. O(n log n)."""
    outermost = len(nodes)
    if not (nodes.parent >= 0).any():
        return np.zeros(outermost, np.bool_)
    above = np.append(np.where(nodes.parent >= 0, nodes.parent, outermost), outermost)
    for _ in range(outermost.bit_length()):
        if (above == outermost).all():
            break
        above = above[above]  # twice as far up each time
    circles: Flags = above[:-1] != outermost
    return circles
