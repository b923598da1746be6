"""A span as it was sent, in our words: read by the table, corrected by its conventions, then completed.

    attributes ─► plan ─► draft ─► conventions ─► type, identity, status, usage, payload ─► SpanFacts

No value of a client's makes it fail, unknown attributes change nothing, and
the same span always gives the same facts.

Upstream: `decode_*`. Downstream: `assembly`.
Source: the design's OTLP contract, §1.
"""

from typing import Any

from longpole.assembly.facts import Role, SpanFacts
from longpole.domain.semconv import gen_ai, general
from longpole.ingest.otlp.conventions import naming
from longpole.ingest.otlp.conventions.convention import Draft, View
from longpole.ingest.otlp.conventions.models import finish_model
from longpole.ingest.otlp.conventions.payload import Payload, Payloads, event_payloads, read_payload
from longpole.ingest.otlp.conventions.plan import Plan, plan_of
from longpole.ingest.otlp.conventions.pydantic_ai import announced, is_marker
from longpole.ingest.otlp.conventions.resources import resource_facts
from longpole.ingest.otlp.conventions.status import finish_status
from longpole.ingest.otlp.conventions.usage import finish_usage
from longpole.ingest.otlp.conventions.values import clean, json_object, number, quoted, text
from longpole.ingest.otlp.span import RequestContext, Span, SpanKind

_UNTYPED = "span"
_NODE, _BRIDGE, _HIDDEN = Role.NODE, Role.BRIDGE, Role.HIDDEN  # looking up a member takes Python 3.11 as long as a call
_TRANSPORT_KINDS = frozenset({SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER})
_MAX_TAGS = 64


def map_span(span: Span, request: RequestContext) -> SpanFacts:
    """The facts of a span; of a start marker those of the span that it announces."""
    if is_marker(span):
        span = announced(span)
    view, plan = _view(span, request)
    draft = view.draft
    plan.read(span.attributes, view.metadata, draft)
    _read_type(view, plan)
    for refine in plan.refinements:
        refine(view)
    _finish_type(view, plan)
    naming.finish_names(view, plan.node_id)
    _finish_ranked(view)
    finish_status(span, draft)
    finish_usage(draft)
    finish_model(draft)
    if draft["role"] is not _HIDDEN:
        _measure(draft, *_payloads(span, plan))
    if plan.tags or plan.tag_values:
        draft["tags"] = _tags(view, plan)
    if plan.metrics:
        draft["metrics"] = _metrics(span.attributes, plan)
    draft["trace_id"] = span.trace_id  # a dictionary with all of them is quicker than arguments beside it
    draft["span_id"] = span.span_id
    draft["parent_span_id"] = span.parent_span_id
    draft["start_ns"] = span.start_ns
    draft["end_ns"] = span.end_ns or None
    draft["kind"] = span.kind
    draft["service"] = view.resource.service
    draft["scope"] = text(span.scope_name)
    draft["is_incomplete_payload"] = span.dropped_count > 0
    return SpanFacts(**draft)


def payloads(span: Span) -> Payloads:
    """The input and output of a span as text, for those who capture content; a start marker has none of its own."""
    if is_marker(span):
        return Payloads()
    view, plan = _view(span, RequestContext())
    given, made = _payloads(view.span, plan)
    return Payloads(None if given is None else given.text, None if made is None else made.text)


def _view(span: Span, request: RequestContext) -> tuple[View, Plan]:
    attributes = span.attributes
    metadata = json_object(attributes[general.METADATA]) or {} if general.METADATA in attributes else {}
    resource = resource_facts(span.resource, request)
    plan = plan_of(attributes, metadata, span.scope_name, resource.engine)
    return View(span, attributes, metadata, resource, {}), plan


def _read_type(view: View, plan: Plan) -> None:
    """RULE 3: the first attribute that names a type, and the type as it was written."""
    for _, is_meta, key, read in plan.node_type:
        sent = view.metadata[key] if is_meta else view.attributes[key]
        kind = read(sent)
        if kind is not None:
            view.draft["node_type"] = kind
            if sent != kind:
                view.draft["raw_type"] = quoted(sent)
            return


def _finish_type(view: View, plan: Plan) -> None:
    """A type for what no convention named, and what the span may become."""
    draft, attributes = view.draft, view.attributes
    hidden = draft.get("role") is _HIDDEN
    kind = draft.get("node_type")
    if kind is None and not hidden:
        if gen_ai.TOOL_NAME in attributes or gen_ai.TOOL_CALL_ID in attributes:
            kind = "tool"
        elif gen_ai.REQUEST_MODEL in attributes or "input_tokens" in draft or "output_tokens" in draft:
            kind = "llm"
    is_ai = draft.setdefault("is_ai", kind is not None)
    draft["node_type"] = kind or _UNTYPED
    if hidden:
        return
    is_transport = plan.is_transport or view.span.kind in _TRANSPORT_KINDS
    draft["role"] = _BRIDGE if is_transport and not is_ai and not draft.get("is_step") else _NODE


def _finish_ranked(view: View) -> None:
    """What the resource or the request says, where that ranks higher than what the span says."""
    draft = view.draft
    for field, ranked in view.resource.ranked:
        if field not in draft or ranked[0] < draft[field][0]:
            draft[field] = ranked
    if "environment" in draft:
        draft["environment"] = draft["environment"][1]


def _payloads(span: Span, plan: Plan) -> tuple[Payload | None, Payload | None]:
    given = read_payload(span.attributes, plan.inputs) if plan.inputs else None
    made = read_payload(span.attributes, plan.outputs) if plan.outputs else None
    if span.events and (given is None or made is None):
        from_events = event_payloads(span.events)
        return given or from_events[0], made or from_events[1]
    return given, made


def _measure(draft: Draft, given: Payload | None, made: Payload | None) -> None:
    if given is not None:
        draft["input_bytes"], draft["input_fingerprint"] = given.measured()
    if made is not None:
        draft["output_bytes"], draft["output_fingerprint"] = made.measured()


def _tags(view: View, plan: Plan) -> tuple[str, ...]:
    found: list[str] = list(view.draft.get("tags", ()))
    for key, read in plan.tags:
        found += read(view.attributes[key]) or ()
    for key, name in plan.tag_values:
        value = quoted(view.attributes[key])
        tag = None if value is None else clean(f"{name}={value}")
        if tag is not None:
            found.append(tag)
    return tuple(dict.fromkeys(found))[:_MAX_TAGS]


def _metrics(attributes: dict[str, Any], plan: Plan) -> dict[str, float]:
    found = {}
    for key, name in plan.metrics:
        value, known = number(attributes[key]), text(name)
        if value is not None and known is not None:
            found[known] = value
    return found
