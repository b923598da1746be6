"""The same span may arrive many times; what is kept of it does not depend on when.

Of one span the variants that ended last are kept, all that differ (a client
rarely sends two): that choice is a maximum over a set, so merging is
idempotent, commutative and associative. `resolve` makes one span of the
variants that are left, in an order that their content gives.

Upstream: `store.trace_log`. Downstream: `assembly.runs`.
Source: RULE 8 of the design's OTLP contract.
"""

from collections.abc import Iterable

import msgspec

from longpole.assembly.facts import FactBatch, LogFacts, SpanFacts

_encode = msgspec.msgpack.Encoder().encode
_DEFAULTS = {field.name: field.default for field in msgspec.structs.fields(SpanFacts) if not field.required} | {
    "metrics": {}
}
SpanKey = tuple[bytes, bytes]


def merge(batches: Iterable[FactBatch]) -> FactBatch:
    """Everything that `batches` say, once.

    Returns:
        A canonical batch: spans by trace, span and content; of a span only the
        variants that ended last (one that ended beats one that only began).
        Merging any grouping of the same batches in any order gives the same.
    """
    variants: dict[SpanKey, list[SpanFacts]] = {}
    logs: dict[bytes, LogFacts] = {}
    for batch in batches:
        for span in batch.spans:
            _keep_latest(variants.setdefault((span.trace_id, span.span_id), []), span)
        for log in batch.logs:
            logs[_encode(log)] = log
    spans = (span for key in sorted(variants) for span in _by_content(variants[key]))
    return FactBatch(tuple(spans), tuple(logs[encoded] for encoded in sorted(logs)))


def _keep_latest(kept: list[SpanFacts], span: SpanFacts) -> None:
    if kept:
        end, newest = _end(span), _end(kept[0])
        if end < newest or (end == newest and span in kept):
            return
        if end > newest:
            kept.clear()
    kept.append(span)


def _end(span: SpanFacts) -> int:
    return -1 if span.end_ns is None else span.end_ns


def _by_content(variants: list[SpanFacts]) -> list[SpanFacts]:
    return variants if len(variants) == 1 else sorted(variants, key=_encode)


def resolve(batch: FactBatch) -> list[SpanFacts]:
    """One span per identity of a merged batch: variants united, log records joined to their spans.

    A field that one variant leaves at its default is taken from the next.
    """
    united: dict[SpanKey, SpanFacts] = {}
    for span in batch.spans:
        key = (span.trace_id, span.span_id)
        united[key] = _filled(united[key], span) if key in united else span
    for log in batch.logs:
        key = (log.trace_id, log.span_id)
        if key in united:
            united[key] = _joined(united[key], log)
    return list(united.values())


def _filled(span: SpanFacts, other: SpanFacts) -> SpanFacts:
    missing = {
        name: value
        for name, default in _DEFAULTS.items()
        if getattr(span, name) == default and (value := getattr(other, name)) != default
    }
    return msgspec.structs.replace(span, **missing) if missing else span


def _joined(span: SpanFacts, log: LogFacts) -> SpanFacts:
    """`span` with what only the log knows; a log never overrides the span, and an error needs a failed span."""
    names = ["input_bytes", "input_fingerprint", "output_bytes", "output_fingerprint"]
    if span.is_failed:
        names += ["error_type", "error_message"]
    told = {
        name: getattr(log, name) for name in names if getattr(span, name) is None and getattr(log, name) is not None
    }
    return msgspec.structs.replace(span, **told) if told else span
