"""A workflow's runs as columns, read some at a time, each time as of one state of the database.

A run is whole as of one instant; runs that are read one after the other may be
as of different ones, some seconds apart. What was deleted meanwhile is left out.
Nothing is kept from writing.

Upstream: `services.observations`. Downstream: `advice.observations`.
"""

from dataclasses import fields
from typing import Any, get_type_hints

import numpy as np
from sqlalchemy import Connection

from longpole.advice.observations import (
    NODE_UNKNOWN,
    PARTIAL,
    AttemptColumns,
    ErrorInfo,
    ExecutionColumns,
    RunColumns,
)
from longpole.domain.units import PICO_PER_USD
from longpole.store.advice_dimensions import Dimensions, Places
from longpole.store.advice_errors import ErrorKinds
from longpole.store.advice_executions import RawExecutions, raw_executions
from longpole.store.advice_runs import run_rows
from longpole.store.columns import Floats, Ints
from longpole.store.growing_columns import GrowingColumns
from longpole.store.number_reads import NO_INSTANT, UNKNOWN

_NO_TIME = -1
"""In columns of instants that are integers."""
_AMOUNTS = (
    *("elapsed_ns", "input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens"),
    *("input_bytes", "output_bytes"),
)
_AS_THEY_ARE = ("status", "attempts", "is_cached", "input_fingerprint", "output_fingerprint", "iteration_index")


class Reading:
    """Gathers portions of runs into columns.

    `versions`, `users`, `dimensions` and `errors` are what the columns point into.

    Args:
        runs: How many runs there will be, about.
        executions: How many node executions.
    """

    def __init__(self, runs: int = 0, executions: int = 0) -> None:
        self.versions: Places[str] = Places()
        self.users: Places[str] = Places()
        self.dimensions = Dimensions()
        self._kinds = ErrorKinds()
        self._run_keys: list[int] = []
        self._run_ids: list[str] = []
        self._of_runs = GrowingColumns(_types(RunColumns), runs)
        self._of_executions = GrowingColumns(_types(ExecutionColumns), executions)
        self._of_attempts = GrowingColumns(_types(AttemptColumns))

    @property
    def errors(self) -> tuple[ErrorInfo, ...]:
        """The kinds of failures that were met."""
        return tuple(self._kinds.infos)

    def add(self, connection: Connection, run_keys: Ints, end_ns: Ints) -> None:
        """Read the next runs, in order of their end, within one transaction."""
        found = run_rows(connection, run_keys.tolist())
        is_here = np.array([key in found for key in run_keys.tolist()], dtype=np.bool_)
        run_keys, end_ns = run_keys[is_here], end_ns[is_here]
        first = len(self._run_keys)
        self._run_keys += run_keys.tolist()
        self._add_runs([found[key] for key in run_keys.tolist()], end_ns)
        by_key = np.argsort(run_keys)
        raw = raw_executions(connection, run_keys[by_key].tolist())
        run = first + by_key[np.searchsorted(run_keys[by_key], raw.numbers["run_key"])]
        self._add_executions(connection, raw, run)

    def _add_runs(self, rows: list[tuple[Any, ...]], end_ns: Ints) -> None:
        ids, elapsed, status, version, user, cost, input_tokens, output_tokens = (
            zip(*rows, strict=True) if rows else ((),) * 8
        )
        self._run_ids += ids
        self._of_runs.add(
            end_ns=end_ns,
            elapsed_ns=_floats(elapsed),
            status=np.array([PARTIAL if each is None else each for each in status], dtype=np.int64),
            version=self.versions.all_of(version),
            user=self.users.all_of(user),
            cost_usd=_floats(cost) / PICO_PER_USD,
            input_tokens=_floats(input_tokens),
            output_tokens=_floats(output_tokens),
        )

    def _add_executions(self, connection: Connection, raw: RawExecutions, run: Ints) -> None:
        numbers = raw.numbers
        start_ns = numbers["start_ns"]
        order = np.lexsort((np.where(start_ns == NO_INSTANT, 0, start_ns), run))
        error = np.full(run.size, -1, dtype=np.int64)
        error[raw.failed] = [self._kinds.place(*row) for row in raw.failures]
        columns = {
            "run": run,
            "node": self.dimensions.node_places(connection, numbers["node_key"]),
            "start_ns": np.where(start_ns == NO_INSTANT, _NO_TIME, start_ns),
            "queued_ns": _queued(numbers["ready_ns"], start_ns),
            "error": error,
            "model": self.dimensions.model_places(connection, numbers["model_key"]),
            "cost_usd": _amounts(numbers["cost_usd"]) / PICO_PER_USD,
            **{name: _amounts(numbers[name]) for name in _AMOUNTS},
            **{name: numbers[name] for name in _AS_THEY_ARE},
        }
        self._of_executions.add(**{name: column[order] for name, column in columns.items()})
        places = np.empty(order.size, dtype=np.int64)
        places[order] = np.arange(len(self._of_executions) - order.size, len(self._of_executions))
        self._add_attempts(raw, places[raw.tried_again])

    def _add_attempts(self, raw: RawExecutions, places: Ints) -> None:
        place_of = dict(zip(map(tuple, raw.again), places.tolist(), strict=True))
        rows = [(place_of[row[0], row[1]], *row[2:]) for row in raw.attempts if (row[0], row[1]) in place_of]
        rows.sort(key=lambda row: row[:2])
        execution, number, start, end, status, kind, message = zip(*rows, strict=True) if rows else ((),) * 7
        self._of_attempts.add(
            execution=np.array(execution, dtype=np.int64),
            number=np.array(number, dtype=np.int64),
            start_ns=_known(start, _NO_TIME),
            end_ns=_known(end, _NO_TIME),
            status=_known(status, NODE_UNKNOWN),
            error=np.array(list(map(self._kinds.place, kind, message)), dtype=np.int64),
        )

    def run_keys(self) -> Ints:
        """The keys of the runs, by their place."""
        return np.array(self._run_keys, dtype=np.int64)

    def columns(self) -> tuple[RunColumns, ExecutionColumns, AttemptColumns]:
        """All that was read."""
        runs = RunColumns(run_ids=tuple(self._run_ids), **self._of_runs.columns())
        executions = ExecutionColumns(**self._of_executions.columns())
        return runs, executions, AttemptColumns(**self._of_attempts.columns())


def _types(cls: Any) -> dict[str, type[np.generic]]:
    """Of the arrays of a class."""
    hints = get_type_hints(cls)
    return {each.name: _type_of(hints[each.name]) for each in fields(cls) if each.name != "run_ids"}


def _type_of(hint: Any) -> type[np.generic]:
    return np.float64 if hint == Floats else np.int64


def _queued(ready_ns: Ints, start_ns: Ints) -> Floats:
    is_known = (ready_ns != NO_INSTANT) & (start_ns != NO_INSTANT)
    return np.where(is_known, np.where(is_known, start_ns, 0) - np.where(is_known, ready_ns, 0), np.nan)


def _amounts(numbers: Ints) -> Floats:
    found = numbers.astype(np.float64)
    found[numbers == UNKNOWN] = np.nan
    return found


def _floats(values: Any) -> Floats:
    return np.array(values, dtype=np.float64)


def _known(values: Any, otherwise: int) -> Ints:
    return np.array([otherwise if value is None else value for value in values], dtype=np.int64)
