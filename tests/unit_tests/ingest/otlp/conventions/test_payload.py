"""What went in and came out: which attribute counts, how large it is, and when two are the same."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.assembly.facts import SpanFacts
from longpole.ingest.otlp.conventions import Payloads, payloads
from longpole.ingest.otlp.conventions.fingerprints import as_text, fingerprint, size
from longpole.ingest.otlp.span import Span

Mapped = Callable[..., SpanFacts]
SpanOf = Callable[..., Span]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"b": 1, "a": 2}', '{"a":2,"b":1}'),
        ('{"a": [1, 2]}', ' { "a" : [1,2] } '),
        ('"{\\"a\\": 1}"', '{"a": 1}'),
        ('"ok"', "ok"),
        ({"a": [1, "x"]}, '{"a":[1,"x"]}'),
        ('{"name": "Zürich"}', '{"name": "Z\\u00fcrich"}'),
    ],
)
def test_the_same_content_has_the_same_fingerprint(one: Any, other: Any) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a", "b"), ('{"a": 1}', '{"a": "1"}'), ("[1,2]", "[2,1]"), ("ok", "ok "), ("{", "["), ("", "[]"), ("1", "1.5")],
)
def test_other_content_has_another(one: Any, other: Any) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_a_known_fingerprint() -> None:
    """The first 63 of 64 bits of BLAKE2b of the bytes `ok`: stored fingerprints must not change."""
    assert fingerprint("ok") == fingerprint('"ok"') == 0x4C69A65733FD50B
    assert fingerprint('{"a": 1}') == 0xFC600322DBEFB67


@given(JSON)
def test_fingerprints_do_not_depend_on_how_json_is_written(value: Any) -> None:
    spaced, compact = json.dumps(value, indent=1), json.dumps(value, separators=(",", ":"), sort_keys=True)
    assert fingerprint(spaced) == fingerprint(compact)
    assert 0 <= fingerprint(value) < 2**63


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("abc", 3),
        ("é", 2),
        ('{"a": 1}', 8),
        ("", 0),
        (b"abc", 3),
        (["a"], len('{"arrayValue":{"values":[{"stringValue":"a"}]}}')),
        ({"k": 7}, len('{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"7"}}]}}')),
        ([True, 1.5], len('{"arrayValue":{"values":[{"boolValue":true},{"doubleValue":1.5}]}}')),
        ("\ud800", 3),
    ],
)
def test_sizes_are_those_of_what_was_sent(value: Any, length: int) -> None:
    assert size(value) == length


def test_text_of_anything() -> None:
    assert [as_text(value) for value in ("a", [1], {"b": 1, "a": 2}, 7, float("nan"))] == [
        "a",
        "[1]",
        '{"a":2,"b":1}',
        "7",
        "null",
    ]


@pytest.mark.parametrize(
    "keys",
    [
        ["gen_ai.input.messages", "gen_ai.tool.call.arguments", "input.value", "traceloop.entity.input"],
        ["langfuse.observation.input", "mlflow.spanInputs", "ai.prompt.messages", "ai.prompt", "ai.toolCall.args"],
        ["gen_ai.prompt", "tool_arguments", "pydantic_ai.all_messages", "dify.inputs"],
    ],
)
def test_the_input_that_counts(mapped: Mapped, keys: list[str]) -> None:
    sent = {key: "x" * (number + 1) for number, key in enumerate(keys)}
    for number, key in enumerate(keys):
        assert mapped(sent).input_bytes == number + 1, key
        del sent[key]
    assert mapped(sent).input_bytes is None


@pytest.mark.parametrize(
    "keys",
    [
        ["gen_ai.output.messages", "gen_ai.tool.call.result", "output.value", "traceloop.entity.output"],
        ["langfuse.observation.output", "mlflow.spanOutputs", "ai.response.text", "ai.response.object"],
        ["ai.response.toolCalls", "ai.toolCall.result", "gen_ai.completion", "tool_response", "final_result"],
    ],
)
def test_the_output_that_counts(mapped: Mapped, keys: list[str]) -> None:
    sent = {key: "x" * (number + 1) for number, key in enumerate(keys)}
    for number, key in enumerate(keys):
        assert mapped(sent).output_bytes == number + 1, key
        del sent[key]


def test_a6_messages_come_before_the_plain_value(mapped: Mapped) -> None:
    both = mapped({"input.value": "plain", "gen_ai.input.messages": '[{"role": "user"}]'})
    messages = mapped({"gen_ai.input.messages": '[{"role":"user"}]'})
    assert both.input_fingerprint == messages.input_fingerprint
    assert (both.input_bytes, messages.input_bytes) == (18, 17)


def test_instructions_are_a_part_of_the_input(mapped: Mapped) -> None:
    alone = mapped({"gen_ai.input.messages": "[1]"})
    instructed = mapped({"gen_ai.input.messages": "[1]", "gen_ai.system_instructions": "[22]"})
    assert (alone.input_bytes, instructed.input_bytes) == (3, 7)
    assert alone.input_fingerprint != instructed.input_fingerprint
    assert mapped({"gen_ai.system_instructions": "[22]"}).input_bytes is None


def test_flattened_messages_are_one_payload(mapped: Mapped) -> None:
    sent = {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "hi",
        "llm.output_messages.0.message.content": "hello",
    }
    facts = mapped(sent)
    assert (facts.input_bytes, facts.output_bytes) == (6, 5)
    assert mapped(sent | {"llm.input_messages.1.message.content": "more"}).input_bytes == 10
    assert mapped({"gen_ai.prompt.0.content": "hi", "gen_ai.completion.0.content": "yo"}).output_bytes == 2


def test_dropped_attributes_make_a_payload_incomplete(mapped: Mapped) -> None:
    assert mapped({}, dropped_count=1).is_incomplete_payload
    assert not mapped({}).is_incomplete_payload


def test_payloads_as_text(span_of: SpanOf) -> None:
    assert payloads(span_of({"input.value": "in", "output.value": '{"a": 1}'})) == Payloads("in", '{"a": 1}')
    assert payloads(span_of({"gen_ai.tool.call.arguments": {"city": "Oslo"}})) == Payloads('{"city":"Oslo"}', None)
    assert payloads(span_of({"gen_ai.input.messages": "[]", "gen_ai.system_instructions": "be brief"})).input_text == (
        '{"gen_ai.input.messages":"[]","gen_ai.system_instructions":"be brief"}'
    )
    assert payloads(span_of({}, events=[("gen_ai.user.message", {"content": "hi"})])) == Payloads("hi", None)
    assert payloads(span_of({})) == Payloads(None, None)
    assert payloads(span_of({"input.value": "in", "logfire.span_type": "pending_span"})) == Payloads(None, None)
