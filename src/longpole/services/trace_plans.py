"""What is to be written for some traces, given every chunk of them: computed without the database.

Traces that name the same run are one family and assembled together.

    chunks of a family ─► merge per trace ─► anything new? ─ no ─► drop what was repeated
                                                 └─ yes ─► runs, the runs that are none any more, merged chunks

Invariant: a chunk that repeats what is known neither re-opens a run nor delays
its completion: a run was last heard of when the newest chunk that said
something new arrived.

Upstream: `services.telemetry`. Downstream: `assembly`, `pricing.runs`.
Source: the design's OTLP contract, §4 (RULE 8, ties).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from longpole.assembly.declared import Declaration, declarations
from longpole.assembly.facts import FactBatch
from longpole.assembly.merge import is_plain, merge
from longpole.assembly.runs import assemble_merged
from longpole.domain.records import changed
from longpole.domain.runs import RunRecord
from longpole.pricing.book import PriceBook
from longpole.pricing.runs import priced
from longpole.store.trace_log import Links, StoredChunk
from longpole.store.values import text

MergedChunk = tuple[bytes, int, FactBatch]


@dataclass(slots=True)
class Plan:
    """What is to be written for one family of traces.

    Attributes:
        records: Its runs, wholly.
        vanished: Ids of runs that it may have had before and has no longer.
        settled: Chunks that are assembled as they stand.
        gone: Chunks that are to be deleted.
        merged: What comes in their place: trace, last news, facts.
        span_counts: How many spans were looked at, by trace.
        declared: Graphs of workflows that its spans tell of.
    """

    records: list[RunRecord] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    merged: list[MergedChunk] = field(default_factory=list)
    span_counts: dict[bytes, int] = field(default_factory=dict)
    declared: tuple[Declaration, ...] = ()


@dataclass(slots=True)
class _Trace:
    """One trace: its chunks merged, when it was last heard of, and whether the pending ones said anything new."""

    chunks: list[StoredChunk]
    was_assembled: bool
    facts: FactBatch
    last_news_ns: int
    has_news: bool


def plans(links: Links, chunks: Iterable[StoredChunk], book: PriceBook) -> list[Plan]:
    """One plan per family of traces that has pending chunks.

    Args:
        links: The runs that each trace names.
        chunks: Every chunk of these traces, oldest first.
        book: What calls cost.
    """
    of_trace: dict[bytes, list[StoredChunk]] = {}
    for chunk in chunks:
        of_trace.setdefault(chunk.trace_id, []).append(chunk)
    made = []
    for family in families(links):
        chunks_of = {trace_id: of_trace[trace_id] for trace_id in family if trace_id in of_trace}
        pending = [chunk for some in chunks_of.values() for chunk in some if chunk.is_pending]
        if pending:
            is_first = len(pending) == 1 and chunks_of == {pending[0].trace_id: pending}
            made.append(_plan_of_one(pending[0], book) if is_first else _plan(chunks_of, links, book))
    return made


def families(links: Links) -> list[list[bytes]]:
    """The traces, those that share a run together, directly or through others."""
    family_of_run: dict[str, list[bytes]] = {}
    found: dict[int, list[bytes]] = {}
    for trace_id, run_ids in links.items():
        family = [trace_id]
        for joined in {id(other): other for run_id in run_ids if (other := family_of_run.get(run_id))}.values():
            family += joined
            del found[id(joined)]
        found[id(family)] = family
        for run_id in {run_id for member in family for run_id in links[member]}:
            family_of_run[run_id] = family
    return list(found.values())


def _plan_of_one(chunk: StoredChunk, book: PriceBook) -> Plan:
    """As `_plan`, of the first that has come of a family, which most often is all that comes: nothing to compare."""
    batch = chunk.batch()
    facts = batch if is_plain(batch) else merge([batch])
    records = [_received(record, chunk.received_ns, book) for record in assemble_merged(facts)]
    counts = {chunk.trace_id: len(facts.spans)}
    return Plan(records, [], [chunk.chunk_key], span_counts=counts, declared=declarations(facts.spans, records))


def _received(record: RunRecord, heard_ns: int, book: PriceBook) -> RunRecord:
    return priced(RunRecord(changed(record.run, last_received_ns=heard_ns), record.nodes), book)


def _plan(chunks_of: Mapping[bytes, list[StoredChunk]], links: Links, book: PriceBook) -> Plan:
    traces = {trace_id: _merged(chunks) for trace_id, chunks in chunks_of.items()}
    plan = Plan(span_counts={trace_id: len(trace.facts.spans) for trace_id, trace in traces.items()})
    for trace_id, trace in traces.items():
        _plan_chunks(plan, trace_id, trace)
    if not any(trace.has_news for trace in traces.values()):
        return plan
    news_ns = {trace_id: trace.last_news_ns for trace_id, trace in traces.items()}
    joined = _joined(traces)
    for record in assemble_merged(joined):
        run_id = text(record.run.workflow_run_id)
        heard_ns = max(_news_of(run_id, links, news_ns), default=max(news_ns.values()))
        plan.records.append(_received(record, heard_ns, book))
    plan.declared = declarations(joined.spans, plan.records)
    earlier = {
        run_id
        for trace_id, trace in traces.items()
        if trace.was_assembled
        for run_id in (trace_id.hex(), *links[trace_id])
    }
    plan.vanished = sorted(earlier - {text(record.run.workflow_run_id) for record in plan.records})
    return plan


def _plan_chunks(plan: Plan, trace_id: bytes, trace: _Trace) -> None:
    pending = [chunk.chunk_key for chunk in trace.chunks if chunk.is_pending]
    if not trace.has_news:
        plan.gone += pending
    elif len(trace.chunks) == 1:
        plan.settled += pending
    else:
        plan.gone += [chunk.chunk_key for chunk in trace.chunks]
        plan.merged.append((trace_id, trace.last_news_ns, trace.facts))


def _news_of(run_id: str, links: Links, news_ns: Mapping[bytes, int]) -> Iterable[int]:
    return (at for trace_id, at in news_ns.items() if run_id in links[trace_id] or run_id == trace_id.hex())


def _joined(traces: Mapping[bytes, _Trace]) -> FactBatch:
    batches = [trace.facts for trace in traces.values()]
    return batches[0] if len(batches) == 1 else merge(batches)


def _merged(chunks: list[StoredChunk]) -> _Trace:
    settled = [chunk for chunk in chunks if not chunk.is_pending]
    pending = [(chunk, chunk.batch()) for chunk in chunks if chunk.is_pending]
    known = merge(chunk.batch() for chunk in settled)
    facts = merge([known, *(batch for _, batch in pending)])
    has_news = bool(pending) and (not settled or facts != known)
    heard = [chunk.received_ns for chunk in settled]
    if has_news:
        heard.append(_last_news_ns(known, pending, facts))
    return _Trace(chunks, bool(settled), facts, max(heard), has_news)


def _last_news_ns(known: FactBatch, pending: Sequence[tuple[StoredChunk, FactBatch]], facts: FactBatch) -> int:
    """When the newest chunk arrived without which something would be missing that the earlier ones do not say."""
    left = sorted(pending, key=lambda item: (item[0].received_ns, item[0].chunk_key))
    first_of = {chunk.facts: chunk.chunk_key for chunk, _ in reversed(left)}
    left = [item for item in left if first_of[item[0].facts] == item[0].chunk_key]  # the same bytes again: cheap to see
    while len(left) > 1 and merge([known, *(batch for _, batch in left[:-1])]) == facts:
        left.pop()
    return left[-1][0].received_ns
