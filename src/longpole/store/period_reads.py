"""The runs of a period and their nodes, as columns: what every figure of a workflow is made of.

Read where cells do not know enough: for the runs of one user, of one tag, of one status.

Upstream: `services.period_figures`, `services.breakdown`, `services.bottlenecks`.
Downstream: the tables of `tables.runs`; `analysis` gets the arrays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from longpole.domain.errors import RangeTooLargeError
from longpole.domain.periods import Period
from longpole.domain.run_lists import RunFilters
from longpole.store.columns import Floats, Ints, MakeArray, amounts, floats, ints, pico_dollars, raw, read_columns
from longpole.store.run_filters import matching
from longpole.store.tables import runs
from longpole.store.workflow_scope import WorkflowScope

MOST_RUNS = 50_000
"""More are not read one by one: a month of a run a minute."""

EVERYTHING = RunFilters()
FAILED, PARTIAL, SUCCEEDED = 1, 2, 0  # codes of RunStatus, in its order


@dataclass(frozen=True, slots=True)
class RunColumns:
    """The runs of a period, a place in every array per run. Times in nanoseconds, money in pico-dollars.

    `status` is a code; runs without an end are partial. `cost` is -1 where
    some of it is unknown, `known_cost` where all of it is.
    """

    run_key: Ints
    status: Ints
    elapsed_ns: Floats
    input_tokens: Floats
    output_tokens: Floats
    cache_read_tokens: Floats
    cache_write_tokens: Floats
    reasoning_tokens: Floats
    total_tokens: Floats
    cost: Ints
    known_cost: Ints
    cache_hit_rate: Floats
    node_count: Ints
    memory_peak_bytes: Floats

    def __len__(self) -> int:
        return int(self.run_key.size)


def in_period(period: Period) -> ColumnElement[bool]:
    """What holds of the rows of `runs` that count in a period."""
    bounds = runs.c.period_ns >= period.since_ns
    if period.until_ns is not None:
        bounds = and_(bounds, runs.c.period_ns < period.until_ns)
    return and_(bounds, or_(runs.c.is_ended, runs.c.is_abandoned))


def runs_of_period(
    connection: Connection, scope: WorkflowScope | None, period: Period, filters: RunFilters = EVERYTHING
) -> RunColumns:
    """The runs of a workflow in a period, by key; none where the workflow is unknown.

    Raises:
        RangeTooLargeError: There are more than `MOST_RUNS`.
    """
    dialect = connection.dialect.name
    query = select(
        runs.c.run_key,
        raw(runs.c.status),
        runs.c.elapsed_ns,
        runs.c.input_tokens,
        runs.c.output_tokens,
        runs.c.cache_read_tokens,
        runs.c.cache_write_tokens,
        runs.c.reasoning_tokens,
        runs.c.total_tokens,
        pico_dollars(runs.c.cost_usd, dialect),
        pico_dollars(runs.c.known_cost_usd, dialect),
        runs.c.cache_hit_rate,
        runs.c.node_count,
        runs.c.memory_peak_bytes,
    )
    makers: list[MakeArray] = [ints, _statuses, *[floats] * 7, amounts, amounts, floats, ints, floats]
    if scope is None:
        return RunColumns(*[make(()) for make in makers])
    found = matching(query.where(scope.condition(), in_period(period)), filters, dialect)
    count = connection.scalar(select(func.count()).select_from(found.limit(MOST_RUNS + 1).subquery())) or 0
    if count > MOST_RUNS:
        raise RangeTooLargeError(count, MOST_RUNS)
    found = found.order_by(runs.c.run_key)
    return RunColumns(*read_columns(connection, found, makers))


def _statuses(values: Any) -> Ints:
    return ints([PARTIAL if value is None else value for value in values])


def chunked(keys: Ints, size: int) -> Iterator[list[int]]:
    """Run keys, so many at a time."""
    for begin in range(0, keys.size, size):
        yield keys[begin : begin + size].tolist()
