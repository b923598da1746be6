"""What holds for any span whatever: nothing breaks the mapping, and what nobody knows changes nothing."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from longpole.assembly.facts import LogFacts, SpanFacts
from longpole.domain.semconv import gen_ai
from longpole.ingest.otlp.conventions import map_log, map_span, payloads
from longpole.ingest.otlp.conventions.precedence import NODE_ID, NODE_TYPE, ROWS, TAGS
from longpole.ingest.otlp.conventions.registry import CONVENTIONS
from longpole.ingest.otlp.conventions.relevance import _BEGINNINGS, _NAMES, _SHARED, RELEVANT_METADATA
from longpole.ingest.otlp.conventions.sources import Place
from longpole.ingest.otlp.span import Event, LogRecord, RequestContext, Resource, Span

KEYS = sorted(_NAMES | {f"{beginning}x" for beginning in (*_BEGINNINGS, *_SHARED)} | {"metadata"})
RESOURCE_KEYS = sorted(
    {source.key for row in ROWS.values() for source in row if source.place is Place.RESOURCE}
    | {"service.name", "service.version"}
)
SCOPES = sorted({scope for convention in CONVENTIONS for scope in convention.scopes} | {"", "x"})
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**64), max_value=2**64)
    | st.floats()
    | st.text(max_size=12)
    | st.binary(max_size=8)
    | st.sampled_from(
        ["LLM", "llm", "chat", "tool", "task", "ERROR", "pending_span", "log", "1e999", "-1", "{", "[1", '"']
    )
    | st.sampled_from(['"\\"a\\""', '{"a": {"b": [1]}}', "[[[", "\0", "\ud800", "9" * 400, '{"total": "NaN"}', "ai.x"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
METADATA = st.dictionaries(st.sampled_from(sorted(RELEVANT_METADATA)), VALUES, max_size=5)
NAMES = st.sampled_from(
    ["workflow.run", "agent run", "dify.node.execution", "AppRunner.run", "A.b", "", "\0"]
) | st.text(max_size=300)
EVENTS = st.tuples(
    st.sampled_from(["exception", *sorted(gen_ai.INPUT_MESSAGE_EVENTS), gen_ai.CHOICE_EVENT, gen_ai.DETAILS_EVENT]),
    st.dictionaries(
        st.sampled_from(["exception.type", "exception.message", "content", "message", *KEYS]), VALUES, max_size=3
    ),
)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    attributes: dict[str, Any] = draw(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8))
    if draw(st.booleans()):
        metadata = draw(METADATA)
        attributes["metadata"] = metadata if draw(st.booleans()) else repr(metadata).replace("'", '"')
    return Span(
        trace_id=bytes(range(16)),
        span_id=b"span-002",
        parent_span_id=draw(st.sampled_from([None, b"span-001"])),
        name=draw(NAMES),
        kind=draw(st.integers(min_value=-1, max_value=9)),
        start_ns=draw(st.integers(min_value=0, max_value=2**63 - 1)),
        end_ns=draw(st.integers(min_value=0, max_value=2**63 - 1)),
        attributes=attributes,
        resource=Resource(draw(st.dictionaries(st.sampled_from(RESOURCE_KEYS), VALUES, max_size=3))),
        scope_name=draw(st.sampled_from(SCOPES)),
        status_code=draw(st.integers(min_value=0, max_value=3)),
        status_message=draw(st.text(max_size=20)),
        events=tuple(Event(name, 1, sent) for name, sent in draw(st.lists(EVENTS, max_size=2))),
    )


def is_storable(facts: SpanFacts | LogFacts) -> bool:
    """It comes back as it was, with every field of its declared type, and with text that a database takes."""
    packed = msgspec.msgpack.encode(facts)
    return msgspec.msgpack.decode(packed, type=type(facts)) == facts


@settings(max_examples=150)
@given(spans(), st.sampled_from([None, "project"]))
def test_any_span_has_facts_that_can_be_stored(span: Span, project: str | None) -> None:
    facts = map_span(span, RequestContext(project))
    assert is_storable(facts)
    assert facts.node_id
    assert facts.node_title
    assert all("\0" not in value for value in msgspec.structs.astuple(facts) if isinstance(value, str))
    amounts = (facts.input_tokens, facts.output_tokens, facts.cost_pico_usd, facts.cpu_ns, facts.ready_ns)
    assert all(amount is None or 0 <= amount < 2**63 for amount in amounts)


@settings(max_examples=60)
@given(spans())
def test_the_same_span_always_gives_the_same_facts(span: Span) -> None:
    assert map_span(span, RequestContext()) == map_span(span, RequestContext())


@settings(max_examples=60)
@given(spans(), st.dictionaries(st.from_regex(r"acme\.[a-z]{1,8}", fullmatch=True), VALUES, min_size=1, max_size=4))
def test_unknown_attributes_change_nothing(span: Span, more: dict[str, Any]) -> None:
    before = map_span(span, RequestContext())
    span.attributes = more | span.attributes
    assert map_span(span, RequestContext()) == before


@settings(max_examples=40)
@given(spans())
def test_the_order_of_attributes_changes_nothing(span: Span) -> None:
    before = map_span(span, RequestContext())
    span.attributes = dict(reversed(span.attributes.items()))
    assert map_span(span, RequestContext()) == before


@settings(max_examples=40)
@given(spans())
def test_any_span_has_payloads_or_none(span: Span) -> None:
    read = payloads(span)
    assert all(text is None or isinstance(text, str) for text in (read.input_text, read.output_text))


@settings(max_examples=60)
@given(
    EVENTS,
    st.dictionaries(st.sampled_from(["event.name", "dify.event.name", *KEYS]), VALUES, max_size=4),
    VALUES,
    st.booleans(),
)
def test_any_log_record_has_facts_or_none(
    event: tuple[str, dict[str, Any]],
    attributes: dict[str, Any],
    body: Any,
    named: bool,  # noqa: FBT001 - drawn
) -> None:
    log = LogRecord(bytes(range(16)), b"span-002", event[0] if named else "", body, event[1] | attributes, Resource())
    facts = map_log(log)
    assert facts is None or is_storable(facts)


def test_the_table_ranks_our_own_attributes_before_all_others() -> None:
    for field in ("app", "workflow", "workflow_version"):
        assert (
            ROWS[field][0].key
            == f"longpole.{'app_id' if field == 'app' else field + ('_id' if field == 'workflow' else '')}"
        )
    assert NODE_ID[0].key == "longpole.node_id"


def test_no_place_stands_twice_in_a_row() -> None:
    for name, row in {**ROWS, "node_type": NODE_TYPE, "node_id": NODE_ID, "tags": TAGS}.items():
        places = [(source.key, source.place, source.after) for source in row]
        assert len(set(places)) == len(places), name
