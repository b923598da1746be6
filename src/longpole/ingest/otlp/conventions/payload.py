"""What went into a step and what came out, wherever a convention puts it.

The first attribute that is there counts: messages before the plain value,
arguments and results for tools. Some send one attribute per field of each
message, some put messages into events of the span.

Upstream: `plan` picks the attributes. Downstream: `mapping`; content capture.
Source: row "input / output payload" and A6 of the design's OTLP contract.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from longpole.domain.semconv import (
    dify,
    gen_ai,
    google_adk,
    langfuse,
    mlflow,
    openinference,
    openllmetry,
    pydantic_ai,
    vercel,
)
from longpole.ingest.otlp.conventions.fingerprints import as_text, fingerprint, measured, size
from longpole.ingest.otlp.conventions.pydantic_ai import choices, prompts
from longpole.ingest.otlp.span import Event

_REFERENCES = tuple(f"ref:{kind}_id=" for kind in ("workflow_run", "node_execution", "message", "operation"))
"""How Dify's enterprise telemetry begins what it put in the place of content."""


@dataclass(frozen=True, slots=True)
class Payloads:
    """Input and output of a span as text, where they were sent."""

    input_text: str | None = None
    output_text: str | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One place where a payload may stand.

    Attributes:
        key: The attribute; of a family the beginning that its attributes share.
        beside: Another attribute that belongs to it where it is there.
        is_family: Whether it is sent as one attribute per field.
        part: Takes the payload's part of the value, where it holds more.
    """

    key: str
    beside: str | None = None
    is_family: bool = False
    part: Callable[[Any], Any] | None = None


def _family(prefix: str) -> Slot:
    return Slot(prefix, is_family=True)


INPUTS: tuple[Slot, ...] = (
    Slot(gen_ai.INPUT_MESSAGES, beside=gen_ai.SYSTEM_INSTRUCTIONS),
    Slot(gen_ai.TOOL_CALL_ARGUMENTS),
    Slot(openinference.INPUT_VALUE),
    _family(openinference.INPUT_MESSAGES_PREFIX),
    Slot(openllmetry.ENTITY_INPUT),
    Slot(langfuse.INPUT),
    Slot(mlflow.INPUTS),
    Slot(vercel.PROMPT_MESSAGES),
    Slot(vercel.PROMPT),
    Slot(vercel.TOOL_CALL_ARGS),
    Slot(vercel.VALUE),
    Slot(vercel.VALUES),
    Slot(gen_ai.PROMPT),
    _family(gen_ai.PROMPT_PREFIX),
    Slot(gen_ai.TASK_INPUT),
    Slot(pydantic_ai.TOOL_ARGUMENTS),
    Slot(pydantic_ai.EVENTS, part=prompts),
    Slot(pydantic_ai.ALL_MESSAGES_EVENTS, part=prompts),
    Slot(pydantic_ai.ALL_MESSAGES),
    Slot(google_adk.LLM_REQUEST),
    Slot(google_adk.TOOL_CALL_ARGS),
    Slot(dify.INPUTS),
    Slot(dify.NODE_INPUTS),
    Slot(dify.WORKFLOW_INPUTS),
    Slot(dify.RETRIEVAL_QUERY),
)
OUTPUTS: tuple[Slot, ...] = (
    Slot(gen_ai.OUTPUT_MESSAGES),
    Slot(gen_ai.TOOL_CALL_RESULT),
    Slot(openinference.OUTPUT_VALUE),
    _family(openinference.OUTPUT_MESSAGES_PREFIX),
    _family(openinference.RETRIEVED_DOCUMENTS_PREFIX),
    Slot(openllmetry.ENTITY_OUTPUT),
    Slot(langfuse.OUTPUT),
    Slot(mlflow.OUTPUTS),
    Slot(vercel.RESPONSE_TEXT),
    Slot(vercel.RESPONSE_OBJECT),
    Slot(vercel.RESPONSE_TOOL_CALLS),
    Slot(vercel.TOOL_CALL_RESULT),
    Slot(vercel.EMBEDDING),
    Slot(vercel.EMBEDDINGS),
    Slot(gen_ai.COMPLETION),
    _family(gen_ai.COMPLETION_PREFIX),
    Slot(gen_ai.TASK_OUTPUT),
    Slot(pydantic_ai.TOOL_RESPONSE),
    Slot(pydantic_ai.FINAL_RESULT),
    Slot(pydantic_ai.EVENTS, part=choices),
    Slot(google_adk.LLM_RESPONSE),
    Slot(google_adk.TOOL_RESPONSE),
    Slot(dify.OUTPUTS),
    Slot(dify.NODE_OUTPUTS),
    Slot(dify.WORKFLOW_OUTPUTS),
    Slot(dify.RETRIEVAL_DOCUMENT),
)


def slots_in(keys: frozenset[str], slots: Sequence[Slot]) -> tuple[Slot, ...]:
    """Those of `slots` that are among `keys`, in order of precedence; a family is among them by its beginning."""
    return tuple(slot if slot.beside in keys else replace(slot, beside=None) for slot in slots if slot.key in keys)


class Payload(msgspec.Struct, frozen=True, gc=False):
    """One payload as it was sent: its value, or the object of its parts by name."""

    value: Any
    is_in_parts: bool = False

    def measured(self) -> tuple[int, int]:
        """Bytes of the value or of all parts; fingerprint of the value or the object."""
        if self.is_in_parts:
            return sum(map(size, self.value.values())), fingerprint(self.value)
        return measured(self.value)

    @property
    def text(self) -> str:
        """The value as text."""
        return as_text(self.value)


def read_payload(attributes: dict[str, Any], slots: Sequence[Slot]) -> Payload | None:
    """The payload in the first slot that holds one."""
    for slot in slots:
        payload = _read(attributes, slot)
        if payload is not None:
            return payload
    return None


def _read(attributes: dict[str, Any], slot: Slot) -> Payload | None:
    if slot.is_family:
        return _joined({key: value for key, value in attributes.items() if key.startswith(slot.key)})
    value = attributes[slot.key]
    if slot.part is not None:
        part = slot.part(value)
        value = None if part is None else as_text(part)
    if value is None or (type(value) is str and value.startswith(_REFERENCES)):
        return None
    if slot.beside is None:
        return Payload(value)
    return _joined({slot.key: value, slot.beside: attributes[slot.beside]})


def event_payloads(events: Sequence[Event]) -> tuple[Payload | None, Payload | None]:
    """Input and output out of the events of a span."""
    inputs: list[Any] = []
    outputs: list[Any] = []
    for event in events:
        if event.name in gen_ai.INPUT_MESSAGE_EVENTS:
            inputs.append(event.attributes.get(gen_ai.CONTENT, event.attributes))
        elif event.name == gen_ai.CHOICE_EVENT:
            outputs.append(event.attributes.get(gen_ai.MESSAGE, event.attributes))
        elif event.name == gen_ai.DETAILS_EVENT:
            inputs += _present(event.attributes, gen_ai.INPUT_MESSAGES)
            outputs += _present(event.attributes, gen_ai.OUTPUT_MESSAGES)
    return _numbered(inputs), _numbered(outputs)


def _present(attributes: dict[str, Any], key: str) -> list[Any]:
    return [attributes[key]] if key in attributes else []


def _numbered(values: list[Any]) -> Payload | None:
    return _joined({str(number): value for number, value in enumerate(values)}) if values else None


def _joined(parts: dict[str, Any]) -> Payload:
    """The payload of these parts; of a single one its value."""
    return Payload(parts, is_in_parts=True) if len(parts) > 1 else Payload(*parts.values())
