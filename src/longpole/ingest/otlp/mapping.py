"""Decoded spans and log records in our words; one that cannot be put so is rejected alone.

Upstream: `intake`. Downstream: `conventions`, `contents`.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from longpole.assembly.facts import LogFacts, SpanFacts
from longpole.ingest.contents import INPUT, OUTPUT, ContentPacker
from longpole.ingest.fault import place
from longpole.ingest.otlp.conventions import map_log, map_span, payloads
from longpole.ingest.otlp.decoded import Rejections
from longpole.ingest.otlp.span import LogRecord, RequestContext, Span
from longpole.store.trace_log import Content, is_storable

UNMAPPABLE = "it cannot be understood"

_log = logging.getLogger(__name__)
Sent = TypeVar("Sent")
Facts = TypeVar("Facts", SpanFacts, LogFacts)


def span_facts(spans: Sequence[Span], request: RequestContext, rejected: Rejections) -> list[SpanFacts]:
    """The facts of `spans`; counts in `rejected` those that have none."""
    try:
        return [map_span(span, request) for span in spans]
    except Exception:  # noqa: BLE001 - a fault in one convention must not lose the others' spans
        return _one_by_one(spans, lambda span: map_span(span, request), rejected)


def log_facts(records: Sequence[LogRecord], rejected: Rejections) -> list[LogFacts]:
    """The facts of log records, of those that say something; counts in `rejected` those that fail."""
    try:
        found: Sequence[LogFacts | None] = [map_log(record) for record in records]
    except Exception:  # noqa: BLE001 - as above
        found = _one_by_one(records, map_log, rejected)
    return [facts for facts in found if facts is not None]


def storable(facts: Sequence[Facts], rejected: Rejections) -> list[Facts]:
    """Those of `facts` that can be stored; counts the others in `rejected`."""
    kept = [fact for fact in facts if is_storable(fact)]
    if len(kept) < len(facts):
        rejected.add(UNMAPPABLE, len(facts) - len(kept))
    return kept


def contents(spans: Sequence[Span], packer: ContentPacker) -> list[Content]:
    """Inputs and outputs of `spans`, packed; nothing where they are not to be stored."""
    found: list[Content | None] = []
    for span in spans if packer.is_on else ():
        try:
            sent = payloads(span)
        except Exception as error:  # noqa: BLE001 - as above; the span itself is kept
            _log.warning("a payload is not stored: %s", place(error))
            continue
        for direction, text in ((INPUT, sent.input_text), (OUTPUT, sent.output_text)):
            if text is not None:
                found.append(packer.pack(span.trace_id, span.span_id, direction, text))
    return [content for content in found if content is not None]


def _one_by_one(sent: Sequence[Sent], read: Callable[[Sent], Facts | None], rejected: Rejections) -> list[Facts]:
    found: list[Facts] = []
    faults: Counter[str] = Counter()
    for one in sent:
        try:
            facts = read(one)
        except Exception as error:  # noqa: BLE001 - counted, told and rejected
            faults[place(error)] += 1
        else:
            if facts is not None:
                found.append(facts)
    rejected.add(UNMAPPABLE, faults.total())
    for fault, count in faults.items():
        _log.error("%d records could not be mapped: %s", count, fault)
    return found
