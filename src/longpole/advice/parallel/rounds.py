"""Iterations as runs show them: how many rounds, whether one began before another ended, and what each was given.

    round 0  ██████
    round 1         █████          one after the other
    round 2               ███████

Upstream: `advice.observations`. Downstream: `parallel_opportunities`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from longpole.advice.observations import NodeInfo, Observations, SampledRun
from longpole.domain.node_types import snake_case
from longpole.domain.runs import NodeExecution

_ITERATIONS = ("iteration", "map", "for_each", "batch")
_LEAST_RUNS = 5
_LEAST_ROUNDS = 2
_LEAST_KNOWN = 0.9
_MOST_OVERLAPPING = 0.05
_LEAST_RECURRING = 5


@dataclass(frozen=True, slots=True)
class Rounds:
    """An iteration that works on one item after the other.

    Attributes:
        items: In the median run.
        is_apart: What each round was given is known, and never was what a round before it made.
        recurs: What rounds were given was given to others as well, behind rounds that had made something else.
    """

    node: NodeInfo
    items: float
    is_apart: bool
    recurs: bool


def one_after_the_other(observed: Observations) -> Iterator[Rounds]:
    """Iterations (no loops, whose rounds carry state) whose rounds do not overlap, in the order of `nodes`."""
    seen: dict[str, list[list[list[NodeExecution]]]] = defaultdict(list)
    for run in observed.sample:
        for node_id, rounds in _of_run(run):
            seen[node_id].append(rounds)
    for node in observed.nodes:
        executions = seen.pop(node.node_id, [])
        if snake_case(node.node_type) not in _ITERATIONS:
            continue
        several = [rounds for rounds in executions if len(rounds) >= _LEAST_ROUNDS]
        overlapping = sum(_overlap(rounds) for rounds in several)
        if len(several) < _LEAST_RUNS or overlapping > _MOST_OVERLAPPING * len(several):
            continue
        items = float(np.median([len(rounds) for rounds in executions]))
        yield Rounds(node, items, _is_apart(several), _recurs(several))


def _of_run(run: SampledRun) -> Iterator[tuple[str, list[list[NodeExecution]]]]:
    """The rounds of each execution of each iteration."""
    rounds: dict[tuple[str, str | None], dict[int, list[NodeExecution]]] = defaultdict(lambda: defaultdict(list))
    for node in run.nodes:
        if node.iteration_index is not None and node.enclosing_node_id is not None:
            key = node.enclosing_node_id, node.parent_node_execution_id
            rounds[key][node.iteration_index].append(node)
    for (node_id, _), by_index in rounds.items():
        yield node_id, [by_index[index] for index in sorted(by_index)]


def _overlap(rounds: list[list[NodeExecution]]) -> bool:
    ended = None
    for members in rounds:
        starts = [node.start_ns for node in members if node.start_ns is not None]
        ends = [node.end_ns for node in members if node.end_ns is not None]
        if not starts or not ends:
            return True
        if ended is not None and min(starts) < ended:
            return True
        ended = max(ends)
    return False


def _is_apart(executions: list[list[list[NodeExecution]]]) -> bool:
    known = total = 0
    for rounds in executions:
        made: set[int] = set()
        for members in rounds:
            given = {node.input_fingerprint for node in members if node.input_fingerprint}
            if given & made:
                return False
            known += bool(given)
            total += 1
            made |= {node.output_fingerprint for node in members if node.output_fingerprint}
    return known >= _LEAST_KNOWN * total


def _recurs(executions: list[list[list[NodeExecution]]]) -> bool:
    """The first step of a round was given the same again, in most rounds, whatever the round before had made."""
    behind: dict[int, set[int]] = defaultdict(set)
    for rounds in executions:
        for before, members in pairwise(rounds):
            given, made = members[0].input_fingerprint, before[-1].output_fingerprint
            if given and made:
                behind[given].add(made)
    several = sum(len(made) > 1 for made in behind.values())
    return several >= _LEAST_RECURRING and 2 * several >= len(behind)
