"""A record that cannot be understood is rejected alone, and a log tells where, not what."""

import logging
from typing import Any

import pytest

from longpole.assembly.facts import SpanFacts
from longpole.ingest.contents import ContentPacker
from longpole.ingest.otlp import mapping
from longpole.ingest.otlp.decoded import Rejections
from longpole.ingest.otlp.span import RequestContext, Resource, Span
from longpole.settings import Settings


class Trap(dict[str, Any]):
    """Attributes that make any reader fail, quoting a secret."""

    def __getitem__(self, key: str) -> Any:
        raise RuntimeError("hunter2")

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002 - dict's signature
        raise RuntimeError("hunter2")

    def items(self) -> Any:
        raise RuntimeError("hunter2")


def _span(number: int, attributes: dict[str, Any]) -> Span:
    return Span(bytes([1] * 16), bytes([number] * 8), None, f"s{number}", 1, 10, 20, attributes, Resource())


def test_an_unexpected_error_rejects_its_span_alone(caplog: pytest.LogCaptureFixture) -> None:
    trap = Trap({"openinference.span.kind": "LLM", "llm.token_count.prompt": 1, "input.value": "x"})
    rejected = Rejections()
    with caplog.at_level(logging.ERROR):
        facts = mapping.span_facts([_span(1, {}), _span(2, trap), _span(3, {})], RequestContext(), rejected)
        assert mapping.contents([_span(2, trap)], ContentPacker(Settings(capture_content=True))) == []
    assert [fact.name for fact in facts] == ["s1", "s3"]
    assert rejected.message() == "1 x it cannot be understood"
    assert "RuntimeError" in caplog.text
    assert "hunter2" not in caplog.text


def test_what_cannot_be_packed_is_rejected_alone() -> None:
    good = SpanFacts(trace_id=bytes(16), span_id=bytes(8), name="good", start_ns=1)
    lone = SpanFacts(trace_id=bytes(16), span_id=bytes(8), name="\ud800", start_ns=1)
    huge = SpanFacts(trace_id=bytes(16), span_id=bytes(8), name="huge", start_ns=1, input_tokens=2**70)
    rejected = Rejections()
    assert mapping.storable([good, lone, huge], rejected) == [good]
    assert rejected.count == 2
