"""From acknowledged facts to runs that can be read; again each time more of a trace arrives.

    append ─► chunks, committed ─► (acknowledged)
                    └─► assemble: merge ─► runs ─► prices ─► stored

Runs are computed outside of the transaction that writes them, so that a trace
of many thousand spans keeps nobody waiting; if another process assembled the
same traces in the meantime, it is done again.

Invariant: once assembled, a run is what all chunks of its traces say together,
in whatever order and by whichever process they were stored. What says nothing
new changes nothing, not even when the run was last heard of.

Upstream: `ingest.pipeline`. Downstream: `store.trace_log`, `assembly`, `pricing`, `store.run_writes`.
Source: the design's OTLP contract, §4.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection

from longpole import runtime
from longpole.services import declared_graphs
from longpole.services.trace_plans import Plan, plans
from longpole.store import run_writes, trace_log
from longpole.store.disk_usage import require_room
from longpole.store.run_writes import PackedRuns
from longpole.store.trace_log import Content, Links, NewChunk, StoredChunk

_TRIES = 3


def append(chunks: Sequence[NewChunk], contents: Iterable[Content] = ()) -> list[StoredChunk]:
    """Store what has arrived. When this returns it is committed and may be acknowledged.

    Returns:
        What was stored, fit to be given to `assemble`.

    Raises:
        StorageUnavailableError: Nothing of it was stored; also while the disk budget is used up.
    """
    budget = runtime.current().settings.disk_budget
    if budget is not None:
        with runtime.reading() as connection:  # who is refused need not wait for a turn to write
            require_room(connection, budget)
    with runtime.unit_of_work() as connection:
        require_room(connection, budget)
        return trace_log.append(connection, chunks, contents)


def assemble(trace_ids: Collection[bytes], at_hand: Collection[StoredChunk] = ()) -> dict[bytes, int]:
    """Bring the runs of these traces, and of those that share a run with them, up to what has arrived.

    Args:
        trace_ids: Traces of which something arrived.
        at_hand: Chunks that `append` gave: what is among them need not be read.

    Returns:
        How many spans were looked at, by trace: what the work was.

    Raises:
        StorageUnavailableError: Nothing was changed.
    """
    for _ in range(_TRIES):
        with runtime.reading() as connection:
            links, chunks = _everything_of(trace_ids, connection, at_hand)
        made = plans(links, chunks, runtime.current().price_book)
        if not made:
            return {}
        packed = _packed(made)
        with runtime.unit_of_work() as connection:
            trace_log.lock(connection, list(links))
            is_done = trace_log.is_unchanged(connection, links, chunks)
            counts = _carry_out(made, packed, connection) if is_done else {}
        if is_done:
            declared_graphs.keep(each for plan in made for each in plan.declared)
            return counts
    return _assemble_locked(trace_ids)


def _assemble_locked(trace_ids: Collection[bytes]) -> dict[bytes, int]:
    """The same while all others wait: for traces that other processes are busy with as well."""
    with runtime.unit_of_work() as connection:
        links, chunks = _everything_of(trace_ids, connection)
        while not trace_log.lock(connection, list(links)).issuperset(chunk.chunk_key for chunk in chunks):
            links, chunks = _everything_of(trace_ids, connection)
        links, chunks = _everything_of(trace_ids, connection)
        made = plans(links, chunks, runtime.current().price_book)
        counts = _carry_out(made, _packed(made), connection)
    declared_graphs.keep(each for plan in made for each in plan.declared)
    return counts


def _everything_of(
    trace_ids: Collection[bytes], connection: Connection, at_hand: Collection[StoredChunk] = ()
) -> tuple[Links, list[StoredChunk]]:
    links = trace_log.linked(connection, trace_ids)
    return links, trace_log.chunks_of(connection, list(links), at_hand)


def pending_traces(received_before_ns: int, limit: int) -> list[bytes]:
    """Traces that were acknowledged before an instant and are not assembled yet: their process may have died."""
    with runtime.reading() as connection:
        return trace_log.pending_traces(connection, received_before_ns, limit)


def _packed(made: Iterable[Plan]) -> PackedRuns:
    records = [record for plan in made for record in plan.records]
    return run_writes.pack_records(runtime.current().engine.dialect.name, records)


def _carry_out(made: Sequence[Plan], packed: PackedRuns, connection: Connection) -> dict[bytes, int]:
    trace_log.settle(connection, [key for plan in made for key in plan.settled])
    gone = [key for plan in made for key in plan.gone]
    trace_log.replace(connection, gone, [chunk for plan in made for chunk in plan.merged])
    earlier = run_writes.lock_runs(connection, sorted(run_id for plan in made for run_id in plan.vanished))
    run_writes.delete_runs(connection, [run_id for run_id, run in earlier.items() if run.reported is None])
    run_writes.write_packed(connection, packed, now_ns=runtime.current().clock())
    return {trace_id: count for plan in made for trace_id, count in plan.span_counts.items()}
