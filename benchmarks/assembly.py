"""How long it takes to make priced runs of facts: processor time a span, without decoding and without a database.

    uv run python benchmarks/assembly.py [--requests 20] [--rounds 7]

The load is that of `ingest`: runs of ten nodes and their root, a request of
100 runs at a time, every one with ids of its own. The collector of garbage is
set as in the server. The parts are timed in turns, so that a busy machine is
as busy for each; "two pieces" are runs of which half had been assembled before
the other half came, which is merged and compared with what was known.
"""

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

from ingest_bodies import SPANS_PER_REQUEST, Template

from longpole.assembly.facts import SpanFacts
from longpole.assembly.runs import assemble_merged
from longpole.ingest.otlp import decode_protobuf
from longpole.ingest.otlp.conventions import map_span
from longpole.ingest.otlp.span import RequestContext
from longpole.pricing.book import PriceBook
from longpole.pricing.runs import priced
from longpole.services.trace_plans import plans
from longpole.store.trace_log import Links, NewChunk, StoredChunk, pack

Request = tuple[Links, list[StoredChunk]]


def whole(spans: Iterable[SpanFacts]) -> Request:
    """A request of which nothing had come before."""
    chunks = pack(spans, (), received_ns=1)
    return _links(chunks), [_stored(number, chunk, is_pending=True) for number, chunk in enumerate(chunks)]


def in_two_pieces(spans: list[SpanFacts]) -> Request:
    """The second half of each run has come, the first has been assembled."""
    first, second = pack(spans[::2], (), received_ns=1), pack(spans[1::2], (), received_ns=2)
    stored = [_stored(number, chunk, is_pending=False) for number, chunk in enumerate(first)]
    stored += [_stored(len(first) + number, chunk, is_pending=True) for number, chunk in enumerate(second)]
    return _links([*first, *second]), stored


def _stored(key: int, chunk: NewChunk, *, is_pending: bool) -> StoredChunk:
    return StoredChunk(key, chunk.trace_id, chunk.received_ns, is_pending, chunk.facts, chunk.batch)


def _links(chunks: list[NewChunk]) -> Links:
    links: dict[bytes, frozenset[str]] = {}
    for chunk in chunks:
        links[chunk.trace_id] = links.get(chunk.trace_id, frozenset()) | chunk.run_ids
    return links


def us_a_span(work: Callable[[Any], object], given: list[Any]) -> float:
    """Microseconds of processor time; `given` holds the work of a request each."""
    begun = time.process_time_ns()
    for one in given:
        work(one)
    return (time.process_time_ns() - begun) / len(given) / SPANS_PER_REQUEST / 1_000


def main() -> None:
    """Print a line per part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20, help="requests of 1,100 spans")
    parser.add_argument("--rounds", type=int, default=7, help="how often each part is timed")
    arguments = parser.parse_args()
    template, book = Template(random.Random(1)), PriceBook.load()
    sent = [
        [map_span(span, RequestContext()) for span in decode_protobuf.decode_traces(template.fresh()[1]).records]
        for _ in range(arguments.requests)
    ]
    requests = [whole(spans) for spans in sent]
    batches = [[chunk.batch() for chunk in chunks] for _, chunks in requests]
    records = [[record for batch in some for record in assemble_merged(batch)] for some in batches]
    parts: dict[str, tuple[Callable[[Any], object], list[Any]]] = {
        "assembled": (lambda some: [assemble_merged(batch) for batch in some], batches),
        "priced": (lambda some: [priced(record, book) for record in some], records),
        "all, in one piece": (lambda request: plans(request[0], request[1], book), requests),
        "all, in two pieces": (
            lambda request: plans(request[0], request[1], book),
            [in_two_pieces(spans) for spans in sent],
        ),
    }
    gc.freeze()
    gc.set_threshold(50_000, 10, 20)
    taken: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(arguments.rounds + 1):  # the first is to get warm
        for name, (work, given) in parts.items():
            taken[name].append(us_a_span(work, given))
    for name, times in taken.items():
        print(f"{name:20} {statistics.median(times[1:]):6.2f} us a span (least {min(times[1:]):.2f})")


if __name__ == "__main__":
    main()
