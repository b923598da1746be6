"""The same span may arrive many times; what is kept of it does not depend on when.

Of one span the variants that ended last are kept, all that differ (a client
rarely sends two): that choice is a maximum over a set, so merging is
idempotent, commutative and associative. `resolve` makes one span of the
variants that are left, in an order that their content gives.

Nearly always a span arrives once, and nothing else tells of it: such a batch
need not be merged (`is_plain`).

Upstream: `store.trace_log`. Downstream: `assembly.runs`.
Source: RULE 8 of the design's OTLP contract.
"""

import hashlib
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


def is_plain(batch: FactBatch) -> bool:
    """No two of its spans are one, and it has no logs: it resolves to the same, merged or not."""
    return not batch.logs and len({span.span_id for span in batch.spans}) == len(batch.spans)


def resolve(batch: FactBatch) -> list[SpanFacts]:
    """One span per identity of a merged batch: variants united, log records joined to their spans.

    A field that one variant leaves at its default is taken from the next.
    """
    if is_plain(batch):
        return list(batch.spans)
    united: dict[SpanKey, SpanFacts] = {}
    for span in batch.spans:
        key = (span.trace_id, span.span_id)
        united[key] = _filled(united[key], span) if key in united else span
    logs: dict[SpanKey, list[LogFacts]] = {}
    for log in batch.logs:
        logs.setdefault((log.trace_id, log.span_id), []).append(log)
    for key in logs.keys() & united.keys():
        united[key] = _joined(united[key], logs[key])
    return list(united.values())


def _filled(span: SpanFacts, other: SpanFacts) -> SpanFacts:
    missing = {
        name: value
        for name, default in _DEFAULTS.items()
        if getattr(span, name) == default and (value := getattr(other, name)) != default
    }
    return msgspec.structs.replace(span, **missing) if missing else span


def _joined(span: SpanFacts, logs: list[LogFacts]) -> SpanFacts:
    """`span` with what only its logs know; they never override it, and an error needs a failed span.

    Messages that came as a log record each are one payload: their sizes add up.
    """
    told: dict[str, int | str | None] = {}
    for direction in ("input", "output"):
        if getattr(span, f"{direction}_bytes") is None:
            told |= _payload(direction, logs)
    if span.is_failed and span.error_type is None:
        told["error_type"] = next((log.error_type for log in logs if log.error_type is not None), None)
    if span.is_failed and span.error_message is None:
        told["error_message"] = next((log.error_message for log in logs if log.error_message is not None), None)
    told = {name: value for name, value in told.items() if value is not None}
    return msgspec.structs.replace(span, **told) if told else span


def _payload(direction: str, logs: list[LogFacts]) -> dict[str, int | str | None]:
    """Size and fingerprint of what the logs hold in one direction, in whatever order they came."""
    sizes = [size for log in logs if (size := getattr(log, f"{direction}_bytes")) is not None]
    prints = sorted(one for log in logs if (one := getattr(log, f"{direction}_fingerprint")) is not None)
    return {
        f"{direction}_bytes": sum(sizes) if sizes else None,
        f"{direction}_fingerprint": _together(prints) if prints else None,
    }


def _together(fingerprints: list[int]) -> int:
    """One fingerprint of several, by the same hash as each of them; of one, itself."""
    if len(fingerprints) == 1:
        return fingerprints[0]
    joined = b"".join(one.to_bytes(8, "big", signed=True) for one in fingerprints)
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "big") >> 1
