"""The node executions of some runs, as advice looks at them: numbers as arrays, texts of failures only.

Numbers come by `number_reads`. What has a text (a failure, an attempt) is
asked for apart, in the same order, so that the n-th failure among the texts is
the n-th among the numbers.

Upstream: `advice_reads`. Downstream: the tables of `tables.runs`.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, Dialect, Integer, case, cast, func, select, type_coerce

from longpole.store.advice_errors import LONGEST_TEXT
from longpole.store.columns import Ints, pico_dollars
from longpole.store.number_reads import NO_INSTANT, Numbers, known
from longpole.store.quick_reads import Rows, rows_of_keys, sql_of
from longpole.store.tables import node_attempts, node_executions

e, a = node_executions.c, node_attempts.c
_ORDER = "run_key, node_execution_id"
_FAILED = e.error_type.is_not(None) | e.error_message.is_not(None)
_AGAIN = e.attempts > 1


@dataclass(frozen=True, slots=True)
class RawExecutions:
    """Those of some runs, by run key and id. Unknown numbers are -1, instants `NO_INSTANT`, fingerprints 0.

    Attributes:
        numbers: By the name of the column; `cost_usd` in pico-dollars.
        failures: Error type and message of those that have any.
        again: Run key and id of those that were tried more than once.
        attempts: Of these: run key, id, number, start, end, status, error type, message; in no order.
    """

    numbers: dict[str, Ints]
    failures: Rows
    again: Rows
    attempts: Rows

    @property
    def failed(self) -> Ints:
        """Where those are that `failures` are of."""
        return np.flatnonzero(self.numbers["has_error"])

    @property
    def tried_again(self) -> Ints:
        """Where those are that `again` names."""
        return np.flatnonzero(self.numbers["attempts"] > 1)


def raw_executions(connection: Connection, run_keys: list[int]) -> RawExecutions:
    """The node executions of runs, of one state of the database; `run_keys` in their order."""
    asked = _asked(connection.dialect.name)
    numbers = dict(zip(_NAMES, asked.of_keys(connection, run_keys), strict=True))
    of_runs = numbers["run_key"]
    failing = np.unique(of_runs[numbers["has_error"] != 0]).tolist()
    again = np.unique(of_runs[numbers["attempts"] > 1]).tolist()
    dialect = connection.dialect
    return RawExecutions(
        numbers=numbers,
        failures=rows_of_keys(connection, _failures_sql(dialect), failing, _ORDER),
        again=rows_of_keys(connection, _again_sql(dialect), again, _ORDER),
        attempts=rows_of_keys(connection, _attempts_sql(dialect), again),
    )


_NAMES = (
    *("run_key", "node_key", "model_key", "start_ns", "elapsed_ns", "ready_ns", "status", "attempts", "has_error"),
    *("input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens", "cost_usd", "is_cached"),
    *("input_bytes", "output_bytes", "input_fingerprint", "output_fingerprint", "iteration_index"),
)


@lru_cache
def _asked(dialect_name: str) -> Numbers:
    special: dict[str, Any] = {
        "start_ns": known(e.start_ns, NO_INSTANT),
        "ready_ns": known(e.ready_ns, NO_INSTANT),
        "status": known(type_coerce(e.status, Integer)),
        "has_error": known(case((_FAILED, 1), else_=0)),
        "cost_usd": known(pico_dollars(e.cost_usd, dialect_name)),
        "is_cached": known(cast(e.is_cached, Integer)),
        "input_fingerprint": known(e.input_fingerprint, 0),
        "output_fingerprint": known(e.output_fingerprint, 0),
    }
    columns = tuple(special[name] if name in special else known(e[name]) for name in _NAMES)
    return Numbers(e.run_key, e.node_execution_id, columns)


def _text(column: Any) -> Any:
    return func.substr(column, 1, LONGEST_TEXT)


@lru_cache
def _failures_sql(dialect: Dialect) -> str:
    query = select(e.error_type, _text(e.error_message)).where(_FAILED.self_group())
    return f"{sql_of(query, dialect)} AND node_executions.run_key"


@lru_cache
def _again_sql(dialect: Dialect) -> str:
    return f"{sql_of(select(e.run_key, e.node_execution_id).where(_AGAIN), dialect)} AND node_executions.run_key"


@lru_cache
def _attempts_sql(dialect: Dialect) -> str:
    number, status = a.attempt_number, type_coerce(a.status, Integer)
    columns = (a.run_key, a.node_execution_id, number, a.start_ns, a.end_ns, status, a.error_type)
    return f"{sql_of(select(*columns, _text(a.error_message)), dialect)} WHERE node_attempts.run_key"
