"""Users' own numbers, out of the rows that are to be rolled up: those that were sent, and what formulas come to.

    {"quality": 0.8} ─────────────────────────────► Measured
    output_tokens, execution_time ─► formula ─────► Measured

Of a workflow without either nothing is computed.

Invariant: what a row measures depends on the row, on the formulas and on
nothing else; a formula leaves out what counts for a time before it.

Upstream: `store.rollup_raw`. Downstream: `expressions`; `metric_cells` makes sketches of it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import isfinite

import numpy as np

from longpole.analysis.expressions import Expression
from longpole.analysis.metric_cells import FIELD, FORMULA, OF_NODES, OF_RUNS
from longpole.analysis.rollup_rows import TOKENS, Floats, Measured, NodeRows, RunRows
from longpole.analysis.sketch import Ints
from longpole.domain.metrics import Level, may_be_sent

_SIZES = ("input_bytes", "output_bytes")
_CACHE_RATE_UNIT, _NS, _PICO = 1e6, 1e9, 1e12
WORKFLOW = 1
"""Its part of the keys."""


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A formula, and of which runs it is.

    Attributes:
        counts_from: Of runs that count for this second, or a later one.
        workflow_keys: Of runs of these workflows.
    """

    name: str
    level: Level
    expression: Expression
    counts_from: int
    workflow_keys: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What the rows are measured by, besides what was sent with them.

    Attributes:
        seconds: What each run counts for, in seconds since the epoch.
        formulas: The formulas of their workflows.
        of_runs, of_nodes: Further columns that formulas ask for, by field: nanoseconds, -1 where unknown.
    """

    seconds: Ints
    formulas: Sequence[Formula] = ()
    of_runs: Mapping[str, Ints] = field(default_factory=dict)
    of_nodes: Mapping[str, Ints] = field(default_factory=dict)


def sent(documents: Iterable[tuple[int, str]], level: Level) -> Measured | None:
    """The numbers that were sent, from the JSON objects of some rows: the row's place and its object."""
    kind = OF_RUNS if level is Level.RUN else OF_NODES
    places, names, values = [], [], []
    for place, document in documents:
        for name, value in json.loads(document).items():
            if isinstance(value, int | float) and isfinite(value) and _is_known(name):
                places.append(place)
                names.append((name, FIELD if name in _SIZES else kind))
                values.append(float(value))
    if not names:
        return None
    known = sorted(set(names))
    index_of = {each: index for index, each in enumerate(known)}
    return Measured(
        tuple((of_kind, name) for name, of_kind in known),
        np.array([index_of[each] for each in names], np.int64),
        np.array(places, np.int64),
        np.array(values, np.float64),
    )


@lru_cache(maxsize=10_000)
def _is_known(name: str) -> bool:
    return name in _SIZES or may_be_sent(name)


def measured(runs: RunRows, nodes: NodeRows, wanted: Wanted) -> tuple[RunRows, NodeRows]:
    """The same rows with what formulas come to, beside what was sent with them."""
    retries = np.bincount(nodes.run, weights=nodes.retries, minlength=len(runs))
    of_runs = _Rows(
        {
            **_both(runs),
            "execution_time": _scaled(runs.elapsed_ns, _NS),
            "memory_peak": _scaled(runs.memory_bytes),
            "cpu_seconds": _scaled(wanted.of_runs.get("cpu_seconds"), _NS),
            "node_count": _scaled(runs.node_count),
            "failed_nodes": _scaled(runs.failed_nodes),
            "retries": retries.astype(np.float64),
            "cache_hit_rate": _scaled(runs.cache_rate, _CACHE_RATE_UNIT),
        },
        runs.measured,
        runs.keys[:, WORKFLOW],
        wanted.seconds,
    )
    of_nodes = _Rows(
        {
            **_both(nodes),
            "execution_time": _scaled(nodes.elapsed_ns, _NS),
            "memory_peak": _scaled(nodes.memory_bytes),
            "cpu_seconds": _scaled(wanted.of_nodes.get("cpu_seconds"), _NS),
            "first_token_seconds": _scaled(wanted.of_nodes.get("first_token_seconds"), _NS),
            "attempts": _scaled(nodes.retries + 1),
            "input_bytes": _scaled(nodes.input_bytes),
            "output_bytes": _scaled(nodes.output_bytes),
        },
        nodes.measured,
        runs.keys[nodes.run, WORKFLOW],
        wanted.seconds[nodes.run],
    )
    by_level = {
        level: [each for each in wanted.formulas if each.level is level and each.expression.names] for level in Level
    }
    return (
        replace(runs, measured=of_runs.measured_by(by_level[Level.RUN])),
        replace(nodes, measured=of_nodes.measured_by(by_level[Level.NODE])),
    )


def _both(rows: RunRows | NodeRows) -> dict[str, Floats | None]:
    tokens = {f"{kind}_tokens": _scaled(rows.tokens[kind]) for kind in TOKENS}
    return {**tokens, "cost": _scaled(rows.cost, _PICO)}


def _scaled(values: Ints | None, unit: float = 1.0) -> Floats | None:
    """Known numbers in their unit; NaN where one is unknown."""
    return None if values is None else np.where(values >= 0, values / unit, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Runs or node executions, as formulas see them."""

    fields: Mapping[str, Floats | None]
    sent: Measured | None
    workflow: Ints
    second: Ints

    def measured_by(self, formulas: Sequence[Formula]) -> Measured | None:
        """What was sent, and what the formulas come to."""
        parts = [] if self.sent is None else [self.sent]
        for formula in formulas:
            values = formula.expression.values(self._columns(formula.expression.names), len(self.workflow))
            is_its_own = np.isin(self.workflow, formula.workflow_keys) & (self.second >= formula.counts_from)
            place = np.flatnonzero(is_its_own & np.isfinite(values))
            if place.size:
                zeros = np.zeros(place.size, np.int64)
                parts.append(Measured(((FORMULA, formula.name),), zeros, place, values[place]))
        return _joined(parts)

    def _columns(self, names: Iterable[str]) -> dict[str, Floats]:
        found = {name: self.fields.get(name) for name in names}
        return {
            name: values
            for name, known in found.items()
            if (values := self._sent(name) if known is None else known) is not None
        }

    def _sent(self, name: str) -> Floats | None:
        """A column of what was sent under a name."""
        if self.sent is None:
            return None
        chosen = [index for index, (_, each) in enumerate(self.sent.names) if each == name]
        values = np.full(len(self.workflow), np.nan)
        for index in chosen:
            rows = self.sent.index == index
            values[self.sent.place[rows]] = self.sent.values[rows]
        return values


def _joined(parts: Sequence[Measured]) -> Measured | None:
    """All of them, their metrics in order of name."""
    if not parts:
        return None
    names = sorted({each for part in parts for each in part.names}, key=lambda each: each[::-1])
    index_of = {each: index for index, each in enumerate(names)}
    renamed = [np.array([index_of[each] for each in part.names], np.int64)[part.index] for part in parts]
    return Measured(
        tuple(names),
        np.concatenate(renamed),
        np.concatenate([part.place for part in parts]),
        np.concatenate([part.values for part in parts]),
    )
