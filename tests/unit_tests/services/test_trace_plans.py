"""Which traces belong together, and that what comes first is planned as what comes later."""

from hypothesis import given
from hypothesis import strategies as st

from longpole.assembly.facts import FactBatch, LogFacts, SpanFacts
from longpole.assembly.merge import merge
from longpole.assembly.runs import explicit_run_ids
from longpole.pricing.book import PriceBook
from longpole.services.trace_plans import families, plans
from longpole.store.trace_log import StoredChunk, packed

TRACE = bytes(range(16))

links = st.dictionaries(
    st.integers(0, 12).map(lambda n: bytes([n])), st.frozensets(st.sampled_from("abcdef"), max_size=3)
)


@given(links)
def test_families_are_what_is_connected(given_links: dict[bytes, frozenset[str]]) -> None:
    found = families(given_links)
    assert sorted(trace for family in found for trace in family) == sorted(given_links)
    runs = [frozenset(run for trace in family for run in given_links[trace]) for family in found]
    assert all(not one & other for at, one in enumerate(runs) for other in runs[:at])
    for family in found:
        assert _reached(family[0], given_links) == set(family)


def _reached(start: bytes, given_links: dict[bytes, frozenset[str]]) -> set[bytes]:
    seen: set[bytes] = set()
    unseen = {start}
    while unseen:
        seen |= unseen
        runs = {run for trace in unseen for run in given_links[trace]}
        unseen = {trace for trace, named in given_links.items() if named & runs} - seen
    return seen


def chunk(batch: FactBatch, received_ns: int) -> StoredChunk:
    return StoredChunk(7, TRACE, received_ns, is_pending=True, facts=packed(batch), unpacked=batch)


FACTS = st.builds(
    SpanFacts,
    trace_id=st.just(TRACE),
    span_id=st.sampled_from([b"1" * 8, b"2" * 8, b"3" * 8]),
    name=st.sampled_from(["plan", "act"]),
    start_ns=st.integers(1, 9),
    end_ns=st.none() | st.integers(9, 12),
    is_ai=st.booleans(),
    run_id=st.sampled_from([None, "a", "b"]),
    model=st.just("gpt-4o"),
    input_tokens=st.integers(0, 9),
)
LOGS = st.builds(LogFacts, trace_id=st.just(TRACE), span_id=st.just(b"1" * 8), input_bytes=st.integers(0, 9))


@given(st.lists(FACTS, max_size=4).map(tuple), st.lists(LOGS, max_size=2).map(tuple), st.integers(1, 10**9))
def test_what_comes_first_is_planned_as_anything_else(
    spans: tuple[SpanFacts, ...], logs: tuple[LogFacts, ...], received_ns: int
) -> None:
    batch, book = FactBatch(spans, logs), PriceBook.load()
    links = {TRACE: explicit_run_ids(spans)}
    first = chunk(batch, received_ns)
    merged = merge([batch])
    again = chunk(merged, received_ns + 1)._replace(chunk_key=8)

    (alone,) = plans(links, [first], book)
    (twice,) = plans(links, [first, again], book)  # the same once more, in another order: the general way

    assert alone.records == twice.records
    assert all(record.run.last_received_ns == received_ns for record in alone.records)
    assert alone.span_counts == twice.span_counts == {TRACE: len(merged.spans)}
    assert (alone.settled, alone.gone, alone.merged, alone.vanished) == ([7], [], [], [])
