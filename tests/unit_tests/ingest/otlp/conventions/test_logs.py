"""Log records that say something about a span."""

from typing import Any

import pytest

from longpole.assembly.facts import LogFacts
from longpole.ingest.otlp.conventions import map_log
from longpole.ingest.otlp.conventions.fingerprints import fingerprint
from longpole.ingest.otlp.span import LogRecord, Resource

TRACE, SPAN = bytes(range(16)), b"span-002"


def log(event_name: str, body: Any = None, **attributes: Any) -> LogFacts | None:
    sent = {key.replace("__", "."): value for key, value in attributes.items()}
    return map_log(LogRecord(TRACE, SPAN, event_name, body, sent, Resource()))


def test_a_message_of_the_older_convention() -> None:
    facts = log("gen_ai.user.message", {"content": "classify"})
    assert facts == LogFacts(trace_id=TRACE, span_id=SPAN, input_bytes=8, input_fingerprint=fingerprint("classify"))


def test_an_answer_of_the_older_convention() -> None:
    message = {"role": "assistant", "content": "billing"}
    facts = log("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": message})
    assert facts is not None
    assert (facts.input_bytes, facts.output_fingerprint) == (None, fingerprint(message))


@pytest.mark.parametrize("kind", ["system", "user", "assistant", "tool"])
def test_every_kind_of_message_is_input(kind: str) -> None:
    facts = log(f"gen_ai.{kind}.message", {"tool_calls": [1]})
    assert facts is not None
    assert facts.input_fingerprint == fingerprint({"tool_calls": [1]})


def test_all_messages_of_the_newer_convention() -> None:
    facts = log(
        "gen_ai.client.inference.operation.details",
        gen_ai__input__messages="[1]",
        gen_ai__output__messages="[22]",
    )
    assert facts is not None
    assert (facts.input_bytes, facts.output_bytes) == (3, 4)


def test_the_name_of_an_event_may_be_an_attribute() -> None:
    assert log("", {"content": "hi"}, event__name="gen_ai.user.message") is not None


def test_how_a_call_failed() -> None:
    facts = log(
        "gen_ai.client.operation.exception",
        exception__type="openai.RateLimitError",
        exception__message="429 for Bearer abcdef123456",
    )
    assert facts is not None
    assert (facts.error_type, facts.error_message) == ("openai.RateLimitError", "429 for Bearer ***")


def test_what_accompanies_a_node_of_dify() -> None:
    facts = log(
        "", None, dify__event__name="dify.node.execution", dify__node__inputs='{"q": 1}', dify__node__outputs="{}"
    )
    assert facts is not None
    assert (facts.input_bytes, facts.output_bytes) == (8, 2)


@pytest.mark.parametrize("name", ["", "my.event", "exception"])
def test_other_records_say_nothing(name: str) -> None:
    assert log(name, "started") is None
    assert log("gen_ai.client.inference.operation.details") is None
