"""Removes runs with everything that is known of them: at a user's wish, or because they should not be here.

What goes: the run, its nodes and attempts, what arrived of it, its payloads.
Figures of periods are computed anew without it. A trace that tells of other
runs as well keeps what it says of those.

Each step is a short transaction, so that nobody else waits for a large purge;
one that was broken off is completed by doing it again. What a client sends
again afterwards is there again.

Upstream: `cli.purge`, `runs`. Downstream: `store.purging`, `store.run_writes`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from longpole import runtime
from longpole.assembly.facts import FactBatch
from longpole.assembly.merge import merge, resolve
from longpole.assembly.partition import spans_by_run
from longpole.domain.errors import InvalidInputError, StorageUnavailableError
from longpole.services.retention_pace import Pace
from longpole.store import purging, run_writes, trace_log
from longpole.store.purging import KnownRun
from longpole.store.trace_log import StoredChunk

_RUNS_AT_ONCE = 100
_NODES_AT_ONCE = 1_000
_TRIES = 5

Progress = Callable[[int, int], None]
"""Told how many runs are done, of how many."""


@dataclass(slots=True)
class Purged:
    """What a purge removed.

    Attributes:
        runs: Runs, those included of which only telemetry was there.
        node_executions: Their node executions.
        traces: Traces of which something was removed.
        contents: Payloads.
        missing: Ids of which nothing was known.
        longest_ns: The longest transaction.
    """

    runs: int = 0
    node_executions: int = 0
    traces: int = 0
    contents: int = 0
    missing: list[str] = field(default_factory=list)
    longest_ns: int = 0


def purge_runs(workflow_run_ids: Sequence[str], progress: Progress | None = None) -> Purged:
    """Remove runs by their ids.

    Raises:
        StorageUnavailableError: What was removed up to then is gone; do it again for the rest.
    """
    ids = list(dict.fromkeys(workflow_run_ids))
    batches = [ids[begin : begin + _RUNS_AT_ONCE] for begin in range(0, len(ids), _RUNS_AT_ONCE)]
    return _purge(batches, len(ids), progress)


def count_runs_of_user(user_id: str, app_id: str | None = None) -> int:
    """How many runs `purge_user` would remove."""
    with runtime.reading() as connection:
        return purging.count_runs_of_user(connection, user_id, app_id)


def purge_user(user_id: str, app_id: str | None = None, progress: Progress | None = None) -> Purged:
    """Remove every run of a user, in one application or in all.

    Raises:
        InvalidInputError: If the user's id is empty.
        StorageUnavailableError: What was removed up to then is gone; do it again for the rest.
    """
    if not user_id:
        raise InvalidInputError("user", "must be a user's id")
    return _purge(_runs_of_user(user_id, app_id), count_runs_of_user(user_id, app_id), progress)


def _runs_of_user(user_id: str, app_id: str | None) -> Iterator[list[str]]:
    after_key = -1
    while True:
        with runtime.reading() as connection:
            found = purging.runs_of_user(connection, user_id, app_id, after_key, _RUNS_AT_ONCE)
        if not found:
            return
        after_key = found[-1].run_key
        yield [run.workflow_run_id for run in found]


def _purge(batches: Iterable[list[str]], total: int, progress: Progress | None) -> Purged:
    purged, pace, done = Purged(), Pace(), 0
    for ids in batches:
        known = _known(ids, purged)
        for some in _small_groups(known):
            _purge_group(some, purged, pace)
        done += len(ids)
        purged.longest_ns = pace.longest_ns
        if progress is not None:
            progress(done, max(total, done))
    return purged


def _known(ids: Iterable[str], purged: Purged) -> list[KnownRun]:
    found: list[KnownRun] = []
    with runtime.reading() as connection:
        for run_id in ids:
            known = purging.find_known(connection, run_id)
            if known is None:
                purged.missing.append(run_id)
            else:
                found.append(known)
    return found


def _small_groups(known: Iterable[KnownRun]) -> Iterator[list[KnownRun]]:
    """Runs that are removed in one transaction: together they have few nodes, or it is one run."""
    group: list[KnownRun] = []
    nodes = 0
    for run in known:
        if group and nodes + run.node_executions > _NODES_AT_ONCE:
            yield group
            group, nodes = [], 0
        group.append(run)
        nodes += run.node_executions
    if group:
        yield group


def _purge_group(group: list[KnownRun], purged: Purged, pace: Pace) -> None:
    for run in group:
        for trace_id in run.shared_traces:
            purged.contents += _take_out(run.workflow_run_id, trace_id, pace)
    with pace.step() as connection:
        for run in group:
            purging.forget_chunks(connection, run.own_traces, run.workflow_run_id)
    for run in group:
        purged.contents += sum(_delete_contents(trace_id, pace) for trace_id in run.own_traces)
        if run.run_key is not None and run.node_executions > _NODES_AT_ONCE:
            _delete_nodes(run.run_key, pace)
    with pace.step() as connection:
        run_writes.delete_runs(connection, [run.workflow_run_id for run in group])
    purged.runs += len(group)
    purged.node_executions += sum(run.node_executions for run in group)
    purged.traces += sum(len(run.own_traces) + len(run.shared_traces) for run in group)


def _delete_contents(trace_id: bytes, pace: Pace) -> int:
    removed = 0
    while True:
        limit = pace.rows
        with pace.step() as connection:
            gone = purging.delete_contents(connection, trace_id, limit)
        removed += gone
        if gone < limit:
            return removed


def _delete_nodes(run_key: int, pace: Pace) -> None:
    """The nodes of a large run, before its row: one transaction for all of them would take too long."""
    gone = 1
    while gone:
        limit = pace.rows
        with pace.step() as connection:
            gone = purging.delete_nodes(connection, run_key, limit)


def _take_out(run_id: str, trace_id: bytes, pace: Pace) -> int:
    """Remove what a trace says of one run and keep what it says of others; how many payloads went."""
    for _ in range(_TRIES):
        with runtime.reading() as connection:
            links = trace_log.linked(connection, [trace_id])
            family = trace_log.chunks_of(connection, list(links))
        chunks = [chunk for chunk in family if chunk.trace_id == trace_id]
        kept, gone_spans = _without(run_id, chunks)
        with pace.step() as connection:
            if trace_log.is_unchanged(connection, links, family):
                _replace(connection, chunks, kept)
                purging.forget_link(connection, run_id, trace_id)
                return purging.delete_contents_of(connection, trace_id, gone_spans)
    raise StorageUnavailableError("more keeps arriving of the same trace")


def _without(run_id: str, chunks: Sequence[StoredChunk]) -> tuple[FactBatch, set[bytes]]:
    """What chunks of one trace say of other runs, and the spans that are of this one."""
    facts = merge(chunk.batch() for chunk in chunks)
    gone = {span.span_id for span in spans_by_run(resolve(facts)).get(run_id, ())}
    spans = tuple(span for span in facts.spans if span.span_id not in gone)
    return FactBatch(spans, tuple(log for log in facts.logs if log.span_id not in gone)), gone


def _replace(connection: Connection, chunks: Sequence[StoredChunk], kept: FactBatch) -> None:
    """Put what is kept in the place of the chunks; to be assembled yet, where a part of it was."""
    if not chunks:
        return
    trace_id, received_ns = chunks[0].trace_id, max(chunk.received_ns for chunk in chunks)
    is_pending = any(chunk.is_pending for chunk in chunks)
    is_left = bool(kept.spans or kept.logs)
    merged = [(trace_id, received_ns, kept)] if is_left and not is_pending else []
    trace_log.replace(connection, [chunk.chunk_key for chunk in chunks], merged)
    if is_left and is_pending:
        trace_log.append(connection, trace_log.pack(kept.spans, kept.logs, received_ns))
