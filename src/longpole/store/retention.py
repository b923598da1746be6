"""Which raw rows and cells may go, and removing some of them at a time.

Runs go in the order in which they were first seen, as their rows lie in the
file, so that whole pages become free. Their cells stay, and are frozen: before
the raw horizon nothing is computed anew.

    raw horizon ─┐
    ─────────────┼───────────────────────────── time that runs count by
     cells only  │  cells, and every raw row

Upstream: `services.retention`. Downstream: the tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, literal, or_, select

from longpole.domain.units import NS_PER_SECOND
from longpole.store.bulk import delete_by_key
from longpole.store.cell_writes import take_turn
from longpole.store.dirty_marks import UNIT_SECONDS, Behind
from longpole.store.rollup_horizons import RAW_HORIZON, Tier, retire_cells
from longpole.store.run_directory import forget_runs
from longpole.store.tables import (
    dirty_marks,
    node_attempts,
    node_cells,
    node_executions,
    run_cells,
    run_traces,
    runs,
    span_contents,
    trace_chunks,
    trends,
)
from longpole.store.upkeep_log import fact, remember

_UNIT_NS = UNIT_SECONDS * NS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Removable:
    """Which runs may go.

    Attributes:
        before_key: First seen before: a row key.
        from_key: First seen then or later.
        before_ns: Counting for a time before; None for any.
        silent_since_ns: Only runs that ended, are in their cells and were not heard of since; None for any.
    """

    before_key: int
    before_ns: int | None = None
    from_key: int = 0
    silent_since_ns: int | None = None

    def condition(self) -> ColumnElement[bool]:
        """What holds of the rows of `runs` that may go."""
        parts = [runs.c.run_key >= self.from_key, runs.c.run_key < self.before_key]
        if self.before_ns is not None:
            parts.append(runs.c.period_ns < self.before_ns)
        if self.silent_since_ns is not None:
            parts += [or_(runs.c.is_ended, runs.c.is_abandoned), runs.c.last_received_ns < self.silent_since_ns]
            parts.append(~_is_marked())
        return and_(*parts)


class OldRun(NamedTuple):
    """A run that may go, how large it is, and where it counts."""

    run_key: int
    node_count: int
    period_ns: int
    workflow_key: int

    @property
    def unit(self) -> tuple[int, int]:
        """The unit of the cells that it is in."""
        return self.workflow_key, self.period_ns // _UNIT_NS


class OldChunk(NamedTuple):
    """Something that arrived and is assembled."""

    chunk_key: int
    trace_id: bytes


def _is_marked() -> ColumnElement[bool]:
    """That the run appeared is not in the cells yet."""
    unit = runs.c.period_ns // literal(_UNIT_NS) * UNIT_SECONDS
    return exists(
        select(literal(1)).where(
            dirty_marks.c.workflow_key == runs.c.workflow_key,
            dirty_marks.c.cell_start == unit,
            dirty_marks.c.tier == Behind.UNIT,
            dirty_marks.c.run_key == runs.c.run_key,
        )
    )


def horizon_ns(connection: Connection) -> int | None:
    """Up to when cells are frozen, nanoseconds since the epoch; None where no raw row was ever removed."""
    return fact(connection, RAW_HORIZON)


def is_computed(connection: Connection, before_ns: int, behind: Behind = Behind.HOUR) -> bool:
    """Whether every cell before an instant is up to date, from the finest up to what `behind` names."""
    marks = select(dirty_marks.c.tier).where(
        dirty_marks.c.cell_start < before_ns // NS_PER_SECOND, dirty_marks.c.tier <= behind
    )
    return connection.execute(marks.limit(1)).first() is None


def advance_horizon(connection: Connection, to_ns: int) -> bool:
    """Freeze the cells before an instant; False, and nothing is done, while some of them are behind."""
    if (horizon_ns(connection) or 0) >= to_ns:
        return True
    if not is_computed(connection, to_ns):
        return False
    remember(connection, RAW_HORIZON, to_ns)
    return True


def next_runs(connection: Connection, which: Removable, limit: int) -> list[OldRun]:
    """The first runs that may go, in the order of their keys."""
    query = select(runs.c.run_key, runs.c.node_count, runs.c.period_ns, runs.c.workflow_key).where(which.condition())
    return [OldRun(*row) for row in connection.execute(query.order_by(runs.c.run_key).limit(limit))]


def stamps(connection: Connection, which: Removable, run_keys: Sequence[int]) -> dict[int, int]:
    """Those of the runs that may go, each with when it was last written."""
    query = select(runs.c.run_key, runs.c.updated_ns).where(runs.c.run_key.in_(run_keys), which.condition())
    return {key: updated_ns for key, updated_ns in connection.execute(query)}  # noqa: C416 - rows are no pairs


def oldest_run_key(connection: Connection) -> int | None:
    """The key of the run that was first seen; None where there is none."""
    return connection.execute(select(runs.c.run_key).order_by(runs.c.run_key).limit(1)).scalar()


def delete_runs(connection: Connection, which: Removable, run_keys: Sequence[int]) -> tuple[list[int], int]:
    """Delete those of the runs that may still go, with nodes and attempts and without a mark.

    Returns:
        The keys of the runs that went, and how many node executions did.
    """
    query = select(runs.c.run_key).where(runs.c.run_key.in_(run_keys), which.condition())
    found = connection.scalars(query).all()
    if not found:
        return [], 0
    keys = sorted(found)
    delete_by_key(connection, node_attempts, keys)
    nodes = connection.execute(delete(node_executions).where(node_executions.c.run_key.in_(keys))).rowcount
    delete_by_key(connection, runs, keys)
    forget_runs(connection, keys)
    return keys, nodes


def delete_chunks_before(connection: Connection, before_key: int, limit: int) -> int:
    """Delete some of what arrived before a key, whatever it is, the oldest first; how many chunks.

    Payloads and links go with the last chunk of their trace.
    """
    query = select(trace_chunks.c.chunk_key, trace_chunks.c.trace_id).where(trace_chunks.c.chunk_key < before_key)
    found = connection.execute(query.order_by(trace_chunks.c.chunk_key).limit(limit))
    return delete_chunks(connection, [OldChunk(*row) for row in found])


def next_chunks(connection: Connection, after_key: int, before_key: int, limit: int) -> list[OldChunk]:
    """The first assembled chunks between two keys, both exclusive."""
    between = (trace_chunks.c.chunk_key > after_key) & (trace_chunks.c.chunk_key < before_key)
    query = select(trace_chunks.c.chunk_key, trace_chunks.c.trace_id).where(between, ~trace_chunks.c.is_pending)
    return [OldChunk(*row) for row in connection.execute(query.order_by(trace_chunks.c.chunk_key).limit(limit))]


def without_runs(connection: Connection, chunks: Sequence[OldChunk]) -> list[OldChunk]:
    """Those of which no run is there: what a run that goes on is made of is needed when more of it arrives."""
    of_id = {chunk.trace_id.hex(): chunk.trace_id for chunk in chunks}
    named = select(run_traces.c.workflow_run_id, run_traces.c.trace_id)
    links = list(connection.execute(named.where(run_traces.c.trace_id.in_(of_id.values()))))
    ids = {*of_id, *(run_id for run_id, _ in links)}
    there = set(connection.scalars(select(runs.c.workflow_run_id).where(runs.c.workflow_run_id.in_(ids))))
    needed = {of_id[run_id] for run_id in there & of_id.keys()}
    needed |= {bytes(trace_id) for run_id, trace_id in links if run_id in there}
    return [chunk for chunk in chunks if chunk.trace_id not in needed]


def delete_chunks(connection: Connection, chunks: Sequence[OldChunk]) -> int:
    """Delete chunks, those of them that are there still, with the payloads and links of traces that are gone then."""
    delete_by_key(connection, trace_chunks, [chunk.chunk_key for chunk in chunks])
    forget_lost_traces(connection, {bytes(chunk.trace_id) for chunk in chunks})
    return len(chunks)


def forget_lost_traces(connection: Connection, trace_ids: set[bytes]) -> None:
    """Delete payloads and links of those traces that have no chunk any more."""
    alive = set(connection.scalars(select(trace_chunks.c.trace_id).where(trace_chunks.c.trace_id.in_(trace_ids))))
    lost = sorted(trace_ids - {bytes(trace_id) for trace_id in alive})
    for table in (run_traces, span_contents):
        connection.execute(delete(table).where(table.c.trace_id.in_(lost)))


def delete_cells(connection: Connection, tier: int, before_ns: int, limit: int) -> int:
    """Delete cells of some units of a tier, those before an instant, the oldest first; how many units.

    From then on runs that count for a time before go straight into the coarser cells.
    """
    take_turn(connection)
    before = retire_cells(connection, Tier(tier), before_ns // NS_PER_SECOND)
    of_tier = (run_cells.c.tier == tier) & (run_cells.c.cell_start < before)
    units = select(run_cells.c.workflow_key, run_cells.c.cell_start).where(of_tier).distinct()
    found = connection.execute(units.order_by(run_cells.c.cell_start, run_cells.c.workflow_key).limit(limit)).all()
    for table in (node_cells, run_cells):
        for workflow_key, cell_start in found:
            unit = and_(table.c.tier == tier, table.c.workflow_key == workflow_key, table.c.cell_start == cell_start)
            connection.execute(delete(table).where(unit))
    return len(found)


def delete_hourly_trends(connection: Connection, before: datetime, limit: int) -> int:
    """Delete some hourly trend rows of periods that began before; how many."""
    old = and_(trends.c.period_type == "hourly", trends.c.period_start < before)
    some = select(trends.c.id).where(old).limit(limit)
    return connection.execute(delete(trends).where(trends.c.id.in_(some))).rowcount
