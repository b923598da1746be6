"""Which runs advice is about: the newest of a period, as many as are looked at, and what is known of each.

Upstream: `services.observations`, `advice_reads`. Downstream: the table `runs`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, Dialect, Integer, select, type_coerce

from longpole.domain.periods import Period
from longpole.store.columns import STREAMED, Ints, pico_dollars
from longpole.store.period_reads import in_period
from longpole.store.quick_reads import rows_of_keys, sql_of
from longpole.store.tables import runs
from longpole.store.workflow_scope import WorkflowScope

MOST_EXECUTIONS = 3_000_000
"""Three times the size that is analysed within seconds; it takes half a gigabyte."""
MOST_RUNS = 500_000
RUNS_AT_A_TIME, EXECUTIONS_AT_A_TIME = 2_000, 20_000
"""As many are read in one transaction: a tenth of a second's work."""
_ROWS_AT_A_TIME = 5_000
r = runs.c


@dataclass(frozen=True, slots=True)
class ListedRuns:
    """Runs in order of when they count (their end, else when they were recorded); a place in every array per run.

    Attributes:
        executions: How many node executions each is said to have; at least 1.
        left_out: How many older ones of the period there are, which are not looked at.
    """

    run_key: Ints
    end_ns: Ints
    executions: Ints
    left_out: int = 0

    @classmethod
    def none(cls) -> "ListedRuns":
        """No runs."""
        nothing = np.empty(0, dtype=np.int64)
        return cls(nothing, nothing, nothing)

    def portions(self) -> Iterator[tuple[Ints, Ints]]:
        """Keys and ends of some runs at a time, so that each portion is read in a moment."""
        begin = 0
        before = np.concatenate([[0], np.cumsum(self.executions)])
        while begin < self.run_key.size:
            most = int(np.searchsorted(before, before[begin] + EXECUTIONS_AT_A_TIME, side="right")) - 1
            end = min(max(most, begin + 1), begin + RUNS_AT_A_TIME)
            yield self.run_key[begin:end], self.end_ns[begin:end]
            begin = end


@dataclass(frozen=True, slots=True)
class Most:
    """How many runs and node executions are looked at."""

    runs: int = MOST_RUNS
    executions: int = MOST_EXECUTIONS


def newest_runs(connection: Connection, scope: WorkflowScope, period: Period, most: Most) -> ListedRuns:
    """The runs of a period that count, the newest of them where there are too many."""
    query = select(r.run_key, r.period_ns, r.node_count).where(scope.condition(), in_period(period))
    query = query.order_by(r.period_ns.desc(), r.run_key.desc())
    found: list[Ints] = []
    executions = count = left_out = 0
    result = connection.execute(query, execution_options=STREAMED)
    for rows in result.partitions(_ROWS_AT_A_TIME):
        part = np.array([tuple(row) for row in rows], dtype=np.int64)
        np.maximum(part[:, 2], 1, out=part[:, 2])
        fits = int(np.searchsorted(executions + np.cumsum(part[:, 2]), most.executions, side="right"))
        taken = 0 if left_out else min(fits, most.runs - count, len(part))
        found.append(part[:taken])
        left_out += len(part) - taken
        count, executions = count + taken, executions + int(part[:taken, 2].sum())
    listed = np.concatenate(found)[::-1] if found else np.empty((0, 3), dtype=np.int64)
    run_key, end_ns, nodes = (np.ascontiguousarray(column) for column in listed.T)
    return ListedRuns(run_key, end_ns, nodes, left_out)


def run_rows(connection: Connection, run_keys: list[int]) -> dict[int, tuple[Any, ...]]:
    """By key what is known of each run that is still there: id, time, status, version, user, cost, tokens in and out.

    As the database has it: statuses as codes, money in pico-dollars.
    """
    found = rows_of_keys(connection, _sql(connection.dialect), run_keys)
    return {key: tuple(rest) for key, *rest in found}


@lru_cache
def _sql(dialect: Dialect) -> str:
    columns = [
        r.run_key,
        r.workflow_run_id,
        r.elapsed_ns,
        type_coerce(r.status, Integer),
        r.workflow_version,
        r.user_id,
        pico_dollars(r.cost_usd, dialect.name),
        r.input_tokens,
        r.output_tokens,
    ]
    return f"{sql_of(select(*columns), dialect)} WHERE runs.run_key"
