"""What is kept in memory between commit and assembly: bounded, and given out once."""

from longpole.assembly.facts import FactBatch, SpanFacts
from longpole.ingest import pipeline_recent
from longpole.ingest.pipeline_recent import RecentChunks
from longpole.store.trace_log import StoredChunk

TRACE, OTHER = b"t" * 16, b"o" * 16


def chunk(key: int, trace_id: bytes, spans: int = 1) -> StoredChunk:
    facts = tuple(
        SpanFacts(trace_id=trace_id, span_id=number.to_bytes(8, "big"), name="n", start_ns=1) for number in range(spans)
    )
    return StoredChunk(key, trace_id, 1, is_pending=True, facts=b"", unpacked=FactBatch(facts))


def test_chunks_are_given_out_once_and_by_trace() -> None:
    recent = RecentChunks()
    recent.add([chunk(1, TRACE), chunk(2, OTHER), chunk(3, TRACE)])
    assert [one.chunk_key for one in recent.take([TRACE])] == [1, 3]
    assert recent.take([TRACE]) == []
    assert [one.chunk_key for one in recent.take([TRACE, OTHER])] == [2]


def test_no_more_is_kept_than_there_is_room_for_and_room_comes_back() -> None:
    recent = RecentChunks()
    recent.add([chunk(1, TRACE, pipeline_recent._MOST_SPANS), chunk(2, OTHER)])
    assert recent.take([OTHER]) == []
    recent.take([TRACE])
    recent.add([chunk(3, OTHER)])
    assert [one.chunk_key for one in recent.take([OTHER])] == [3]
