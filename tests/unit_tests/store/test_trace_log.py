"""What was appended is there, says the same when read, and is not overwritten by who was slower."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from longpole import runtime as runtime_module
from longpole.assembly.facts import FactBatch, LogFacts, SpanFacts
from longpole.runtime import Runtime
from longpole.store import trace_log
from longpole.store.tables import run_traces, span_contents, trace_chunks
from longpole.store.trace_log import Content

A, B, C = (bytes([number] * 16) for number in (1, 2, 3))


def span(trace_id: bytes, number: int = 1, **more: object) -> SpanFacts:
    return SpanFacts(trace_id=trace_id, span_id=bytes([number] * 8), name="n", start_ns=1, end_ns=2, **more)  # type: ignore[arg-type]  # any field


def append(*spans: SpanFacts, received_ns: int = 10) -> None:
    with runtime_module.unit_of_work() as connection:
        trace_log.append(connection, trace_log.pack(spans, (), received_ns))


@given(
    st.lists(st.builds(span, st.sampled_from([A, B, C]), st.integers(1, 255), input_tokens=st.integers(0, 2**63 - 1))),
    st.text(),
)
def test_what_is_packed_says_the_same(spans: list[SpanFacts], message: str) -> None:
    log = LogFacts(trace_id=A, span_id=bytes(8), error_message=message.encode("utf-8", "replace").decode())
    chunks = trace_log.pack(spans, [log], received_ns=5)
    read = [trace_log.unpacked(chunk.facts) for chunk in chunks]
    assert sorted((one for batch in read for one in batch.spans), key=repr) == sorted(spans, key=repr)
    assert [one for batch in read for one in batch.logs] == [log]
    assert len(chunks) == len({A, *(one.trace_id for one in spans)})
    for chunk, batch in zip(chunks, read, strict=True):
        assert {one.trace_id for one in (*batch.spans, *batch.logs)} == {chunk.trace_id}


def test_chunks_are_read_oldest_first(runtime: Runtime) -> None:
    append(span(A, 1), span(B, 1), received_ns=30)
    append(span(A, 2), received_ns=20)
    with runtime_module.reading() as connection:
        chunks = trace_log.chunks_of(connection, [A])
    assert [(chunk.received_ns, chunk.is_pending) for chunk in chunks] == [(30, True), (20, True)]
    assert [chunk.batch() for chunk in chunks] == [FactBatch((span(A, 1),)), FactBatch((span(A, 2),))]


def test_chunks_at_hand_need_not_be_read_unless_there_are_others(runtime: Runtime) -> None:
    with runtime_module.unit_of_work() as connection:
        stored = trace_log.append(connection, trace_log.pack([span(A, 1)], (), 10))
    at_hand = [one._replace(unpacked=FactBatch((span(A, 7),))) for one in stored]  # so that one sees where it is from
    with runtime_module.reading() as connection:
        assert [one.batch() for one in trace_log.chunks_of(connection, [A], at_hand)] == [FactBatch((span(A, 7),))]
    with runtime_module.unit_of_work() as connection:
        trace_log.settle(connection, [one.chunk_key for one in stored])
    with runtime_module.reading() as connection:
        assert [one.is_pending for one in trace_log.chunks_of(connection, [A], at_hand)] == [False]
    append(span(A, 2))
    with runtime_module.reading() as connection:
        read = trace_log.chunks_of(connection, [A], at_hand)
    assert [one.batch() for one in read] == [FactBatch((span(A, 1),)), FactBatch((span(A, 2),))]


def test_traces_are_linked_through_the_runs_they_name(runtime: Runtime) -> None:
    append(span(A, run_id="one"), span(B, 1, run_id="one"), span(B, 2, run_id="two"))
    append(span(C, run_id="two"))
    append(span(C, run_id="two"))
    alone = bytes([9] * 16)
    with runtime_module.reading() as connection:
        linked = trace_log.linked(connection, [A, alone])
    assert linked == {A: {"one"}, B: {"one", "two"}, C: {"two"}, alone: frozenset()}


def test_a_name_that_no_database_can_hold_is_mended(runtime: Runtime) -> None:
    append(span(A, run_id="a\0b"))
    with runtime_module.reading() as connection:
        assert trace_log.linked(connection, [A]) == {A: {"a\ufffdb"}}


@pytest.mark.parametrize("what", ["nothing", "new pending", "settled", "replaced", "other settled", "new link"])
def test_who_was_slower_can_tell(runtime: Runtime, what: str) -> None:
    append(span(A, 1, run_id="one"))
    append(span(A, 2))
    with runtime_module.reading() as connection:
        links = trace_log.linked(connection, [A])
        chunks = trace_log.chunks_of(connection, [A])
    keys = [chunk.chunk_key for chunk in chunks]
    with runtime_module.unit_of_work() as connection:
        if what == "new pending":
            trace_log.append(connection, trace_log.pack([span(A, 3)], (), 10))
        elif what == "settled":
            trace_log.settle(connection, keys[:1])
        elif what == "replaced":
            trace_log.replace(connection, keys, [(A, 10, FactBatch((span(A, 1), span(A, 2))))])
        elif what == "other settled":
            trace_log.replace(connection, [], [(A, 10, FactBatch((span(A, 3),)))])
        elif what == "new link":
            trace_log.append(connection, trace_log.pack([span(B, 1, run_id="one")], (), 10))
    with runtime_module.unit_of_work() as connection:
        trace_log.lock(connection, list(links))
        unchanged = trace_log.is_unchanged(connection, links, chunks)
    assert unchanged == (what in {"nothing", "new pending"})


def test_pending_traces_are_found_by_age(runtime: Runtime) -> None:
    append(span(B), received_ns=10)
    append(span(A), received_ns=20)
    append(span(B), received_ns=30)
    append(span(C), received_ns=40)
    with runtime_module.unit_of_work() as connection:
        trace_log.settle(connection, [chunk.chunk_key for chunk in trace_log.chunks_of(connection, [A])])
    with runtime_module.reading() as connection:
        assert trace_log.pending_traces(connection, 40, 10) == [B]
        assert trace_log.pending_traces(connection, 41, 10) == [B, C]
        assert trace_log.pending_traces(connection, 41, 1) == [B]
        assert trace_log.pending_traces(connection, 10, 10) == []


def test_of_contents_the_later_counts(runtime: Runtime) -> None:
    first = Content(A, bytes(8), 0, is_cut=False, body=b"one")
    other = Content(A, bytes(8), 1, is_cut=False, body=b"two")
    later = first._replace(is_cut=True, body=b"three")
    with runtime_module.unit_of_work() as connection:
        trace_log.append(connection, [], [first, other])
        trace_log.append(connection, [], [first, later])
    with runtime_module.reading() as connection:
        rows = connection.execute(select(span_contents).order_by(span_contents.c.direction)).all()
    assert [tuple(row) for row in rows] == [tuple(later), tuple(other)]


def test_what_is_forgotten_is_gone(runtime: Runtime) -> None:
    append(span(A, run_id="one"), span(B, run_id="one"))
    with runtime_module.unit_of_work() as connection:
        trace_log.append(connection, [], [Content(A, bytes(8), 0, is_cut=False, body=b"x")])
        trace_log.forget(connection, [A])
    with runtime_module.reading() as connection:
        left = [
            connection.scalar(select(func.count()).select_from(t)) for t in (trace_chunks, run_traces, span_contents)
        ]
    assert left == [1, 1, 0]
