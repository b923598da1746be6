"""What a log record says about the span that it names: messages, and how a call failed.

OpenTelemetry's older conventions put each message into a record, the newer
ones all of them into one; other records say nothing that is kept.

Source: row "input / output payload" and RULE 4 of the design's OTLP contract.
"""

from typing import Any

from longpole.assembly.facts import LogFacts
from longpole.domain.semconv import dify, gen_ai, general
from longpole.ingest.otlp.conventions.masking import masked
from longpole.ingest.otlp.conventions.payload import INPUTS, OUTPUTS, Payload, read_payload, slots_in
from longpole.ingest.otlp.conventions.status import exception_type
from longpole.ingest.otlp.conventions.values import text
from longpole.ingest.otlp.span import LogRecord


def map_log(log: LogRecord) -> LogFacts | None:
    """The facts of a log record; None if it says nothing that is kept."""
    name = log.event_name or text(log.attributes.get(general.EVENT_NAME))
    if name == gen_ai.EXCEPTION_EVENT:
        return _failure(log)
    if name in gen_ai.INPUT_MESSAGE_EVENTS:
        return _measured(log, Payload(_message(log, gen_ai.CONTENT)), None)
    if name == gen_ai.CHOICE_EVENT:
        return _measured(log, None, Payload(_message(log, gen_ai.MESSAGE)))
    if name == gen_ai.DETAILS_EVENT or dify.EVENT_NAME in log.attributes:
        return _details(log)
    return None


def _message(log: LogRecord, key: str) -> Any:
    """What the record says, or the part of it that is the message."""
    body = log.body if log.body is not None else log.attributes
    return body.get(key, body) if isinstance(body, dict) else body


def _failure(log: LogRecord) -> LogFacts:
    message = log.attributes.get(general.EXCEPTION_MESSAGE)
    return LogFacts(
        trace_id=log.trace_id,
        span_id=log.span_id,
        error_type=exception_type(log.attributes),
        error_message=masked(message if isinstance(message, str) else None),
    )


def _details(log: LogRecord) -> LogFacts | None:
    keys = frozenset(log.attributes)
    return _measured(
        log,
        read_payload(log.attributes, slots_in(keys, INPUTS)),
        read_payload(log.attributes, slots_in(keys, OUTPUTS)),
    )


def _measured(log: LogRecord, given: Payload | None, made: Payload | None) -> LogFacts | None:
    if given is None and made is None:
        return None
    input_bytes, input_fingerprint = (None, None) if given is None else given.measured()
    output_bytes, output_fingerprint = (None, None) if made is None else made.measured()
    return LogFacts(
        trace_id=log.trace_id,
        span_id=log.span_id,
        input_bytes=input_bytes,
        output_bytes=output_bytes,
        input_fingerprint=input_fingerprint,
        output_fingerprint=output_fingerprint,
    )
