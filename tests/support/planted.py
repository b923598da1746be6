"""Small workflows with one thing wrong with them, planted by hand."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from healthy import BOOK, MONDAY, SECOND, Step, execution, run_of
from longpole.advice.observations import Observations
from longpole.domain.graphs import Engine
from longpole.domain.runs import NodeExecution
from observing import observations_of

Make = Callable[[random.Random, str, int, int], Sequence[NodeExecution]]
"""Gets a source of chance, the run's id, its number and its begin, and gives its node executions."""


def planted(
    make: Make, runs: int = 100, gap_s: float = 60.0, engine: Engine = Engine.GENERIC, seed: int = 5, **more: Any
) -> Observations:
    """`runs` runs, one every `gap_s` seconds."""
    random_ = random.Random(seed)
    records = []
    for number in range(runs):
        begin = MONDAY + round(number * gap_s * SECOND)
        records.append(run_of(f"r{number}", begin, list(make(random_, f"r{number}", number, begin))))
    return observations_of(records, engine, price_book=BOOK, **more)


def chain(random_: random.Random, run: str, begin: int, steps: Sequence[Step], **more: Any) -> list[NodeExecution]:
    """One step after the other."""
    nodes, at = [], begin
    for number, step in enumerate(steps):
        nodes.append(execution(random_, run, number, step, at, **more))
        at = nodes[-1].end_ns or at
    return nodes
