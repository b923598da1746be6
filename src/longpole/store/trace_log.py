"""What arrived, as it arrived: the facts of each trace in chunks, until they are merged into one.

    append ─► pending chunk ─┐
    append ─► pending chunk ─┼─ assembled ─► one settled chunk
              settled chunk ─┘

A chunk is written in the transaction that acknowledges it and is never changed
except from pending to settled; merging writes a new one. So a process that
read some chunks and computed from them can tell, with those rows locked,
whether anybody was quicker (`is_unchanged`).

Invariant: a trace's chunks, merged, say everything that was acknowledged of it.

Upstream: `services.telemetry`. Downstream: the database.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, select, update
from zlib_ng.zlib_ng import compress, decompress

from longpole.assembly.facts import FactBatch, LogFacts, SpanFacts
from longpole.assembly.runs import explicit_run_ids
from longpole.store.bulk import delete_by_key, insert_new_rows, insert_rows
from longpole.store.keys import row_key
from longpole.store.tables import run_traces, span_contents, trace_chunks
from longpole.store.values import text

_COMPRESSION = 1  # level 2 takes six times as long for a twentieth less
_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(FactBatch)

Links = Mapping[bytes, frozenset[str]]
"""Trace id → the run ids that it names."""


@dataclass(frozen=True, slots=True)
class NewChunk:
    """Facts of one trace, as they were and packed; `run_ids` are those that it names."""

    trace_id: bytes
    received_ns: int
    facts: bytes
    batch: FactBatch
    run_ids: frozenset[str]

    @property
    def span_count(self) -> int:
        """How many spans are in it."""
        return len(self.batch.spans)


class StoredChunk(NamedTuple):
    """A chunk as it was stored or read; `unpacked` where its facts are at hand."""

    chunk_key: int
    trace_id: bytes
    received_ns: int
    is_pending: bool
    facts: bytes
    unpacked: FactBatch | None = None

    def batch(self) -> FactBatch:
        """The facts in it."""
        return unpacked(self.facts) if self.unpacked is None else self.unpacked


class Content(NamedTuple):
    """A payload that may be stored; `direction` is 0 for input, 1 for output, `body` the zlib of its text."""

    trace_id: bytes
    span_id: bytes
    direction: int
    is_cut: bool
    body: bytes


def pack(spans: Iterable[SpanFacts], logs: Iterable[LogFacts], received_ns: int) -> list[NewChunk]:
    """One chunk per trace."""
    spans_of: dict[bytes, list[SpanFacts]] = {}
    for span in spans:
        spans_of.setdefault(span.trace_id, []).append(span)
    logs_of: dict[bytes, list[LogFacts]] = {}
    for log in logs:
        logs_of.setdefault(log.trace_id, []).append(log)
    return [
        _chunk(trace_id, spans_of.get(trace_id, []), logs_of.get(trace_id, []), received_ns)
        for trace_id in {**spans_of, **logs_of}
    ]


def _chunk(trace_id: bytes, spans: list[SpanFacts], logs: list[LogFacts], received_ns: int) -> NewChunk:
    batch = FactBatch(tuple(spans), tuple(logs))
    return NewChunk(trace_id, received_ns, packed(batch), batch, frozenset(map(text, explicit_run_ids(spans))))


def packed(batch: FactBatch) -> bytes:
    """`batch` as it is stored."""
    return compress(_encode(batch), _COMPRESSION)


def unpacked(facts: bytes) -> FactBatch:
    """The batch that was `packed`, by this version or an earlier one."""
    return _decoder.decode(decompress(facts))


def is_storable(fact: SpanFacts | LogFacts) -> bool:
    """Whether `fact` can be packed: texts that are no Unicode and numbers of more than 64 bits cannot."""
    try:
        _encode(fact)
    except (UnicodeEncodeError, OverflowError):
        return False
    return True


def append(connection: Connection, chunks: Iterable[NewChunk], contents: Iterable[Content] = ()) -> list[StoredChunk]:
    """Store new chunks as pending, the runs that they name, and payloads (of the same one the later)."""
    kept = list(chunks)
    stored = [
        StoredChunk(
            row_key(), chunk.trace_id, chunk.received_ns, is_pending=True, facts=chunk.facts, unpacked=chunk.batch
        )
        for chunk in kept
    ]
    insert_rows(connection, trace_chunks, [chunk[:5] for chunk in stored])
    named = sorted({(run_id, chunk.trace_id) for chunk in kept for run_id in chunk.run_ids})
    insert_new_rows(connection, run_traces, named)
    latest = {content[:3]: tuple(content) for content in contents}
    _replace_contents(connection, [latest[key] for key in sorted(latest)])
    return stored


def _replace_contents(connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO span_contents (trace_id, span_id, direction, is_cut, body) "  # noqa: S608 - only marks
            f"VALUES ({', '.join([mark] * 5)}) ON CONFLICT (trace_id, span_id, direction) "
            "DO UPDATE SET is_cut = excluded.is_cut, body = excluded.body",
            list(rows),
        )


def linked(connection: Connection, trace_ids: Collection[bytes]) -> Links:
    """The runs that these traces name, and the same of every trace that shares one with them, through others too."""
    runs_of: dict[bytes, set[str]] = {trace_id: set() for trace_id in trace_ids}
    unasked: Collection[bytes] = list(runs_of)
    known: set[str] = set()
    while unasked:
        of_traces = select(run_traces.c.workflow_run_id).where(run_traces.c.trace_id.in_(unasked))
        new = set(connection.scalars(of_traces)) - known
        if not new:
            break
        known |= new
        unasked = set()
        both = select(run_traces.c.workflow_run_id, run_traces.c.trace_id)
        for run_id, trace_id in connection.execute(both.where(run_traces.c.workflow_run_id.in_(new))):
            if trace_id not in runs_of:
                unasked.add(trace_id)
            runs_of.setdefault(trace_id, set()).add(run_id)
    return {trace_id: frozenset(runs) for trace_id, runs in runs_of.items()}


def chunks_of(
    connection: Connection, trace_ids: Collection[bytes], at_hand: Iterable[StoredChunk] = ()
) -> list[StoredChunk]:
    """Every chunk of these traces, oldest first; facts that are `at_hand` are not read."""
    known = {chunk.chunk_key: chunk for chunk in at_hand}
    states = dict(_states(connection, trace_ids)) if known else {}
    if states and states.keys() <= known.keys():
        return [known[key]._replace(is_pending=states[key]) for key in sorted(states)]
    query = select(trace_chunks).where(trace_chunks.c.trace_id.in_(trace_ids)).order_by(trace_chunks.c.chunk_key)
    return [StoredChunk(*row) for row in connection.execute(query)]


def has_pending(connection: Connection, trace_ids: Collection[bytes]) -> bool:
    """Whether anything that arrived of these traces is not assembled yet."""
    waiting = select(trace_chunks.c.chunk_key).where(trace_chunks.c.trace_id.in_(trace_ids), trace_chunks.c.is_pending)
    return connection.execute(waiting.limit(1)).first() is not None


def _states(connection: Connection, trace_ids: Collection[bytes]) -> list[tuple[int, bool]]:
    """Key of each chunk of these traces, and whether it is pending."""
    columns = select(trace_chunks.c.chunk_key, trace_chunks.c.is_pending)
    rows = connection.execute(columns.where(trace_chunks.c.trace_id.in_(trace_ids)))
    return [(chunk_key, is_pending) for chunk_key, is_pending in rows]


def lock(connection: Connection, trace_ids: Collection[bytes]) -> set[int]:
    """Keep the chunks of these traces from being assembled by others until the transaction ends; their keys.

    SQLite's one writer needs no locks but its own; what a transaction waited
    for on PostgreSQL may be gone, and other chunks in its place.
    """
    of_traces = trace_chunks.c.trace_id.in_(trace_ids)
    locking = select(trace_chunks.c.chunk_key).where(of_traces).order_by(trace_chunks.c.chunk_key)
    return set(connection.scalars(locking.with_for_update()))


def is_unchanged(connection: Connection, links: Links, chunks: Iterable[StoredChunk]) -> bool:
    """Whether what was computed from `links` and `chunks`, locked now, may be written.

    New pending chunks do no harm, they will be assembled after this; a chunk
    that is gone, or settled in the meantime, was assembled by somebody else.
    """
    if linked(connection, list(links)) != links:
        return False
    now = dict(_states(connection, list(links)))
    read = {chunk.chunk_key: chunk.is_pending for chunk in chunks}
    return all(now.get(key) == is_pending for key, is_pending in read.items()) and all(
        is_pending or key in read for key, is_pending in now.items()
    )


def settle(connection: Connection, chunk_keys: Sequence[int]) -> None:
    """Say of pending chunks that they are assembled as they stand."""
    if chunk_keys:
        found = trace_chunks.c.chunk_key.in_(chunk_keys)
        connection.execute(update(trace_chunks).where(found).values(is_pending=False))


def replace(connection: Connection, gone: Sequence[int], merged: Iterable[tuple[bytes, int, FactBatch]]) -> None:
    """Put one settled chunk (trace id, received, facts) in the place of several."""
    delete_by_key(connection, trace_chunks, gone)
    rows = [(row_key(), trace_id, received_ns, False, packed(batch)) for trace_id, received_ns, batch in merged]
    insert_rows(connection, trace_chunks, rows)


def pending_traces(connection: Connection, received_before_ns: int, limit: int) -> list[bytes]:
    """Traces with chunks that nobody has assembled, the oldest first."""
    query = (
        select(trace_chunks.c.trace_id)
        .where(trace_chunks.c.is_pending, trace_chunks.c.received_ns < received_before_ns)
        .order_by(trace_chunks.c.chunk_key)
        .limit(limit)
    )
    return list(dict.fromkeys(connection.scalars(query)))


def forget(connection: Connection, trace_ids: Collection[bytes]) -> None:
    """Delete everything that arrived of these traces, payloads too; their runs stay."""
    for table in (trace_chunks, run_traces, span_contents):
        connection.execute(delete(table).where(table.c.trace_id.in_(trace_ids)))
