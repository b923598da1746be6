"""How a span ended: an unset status is success, and only some errors are said by the status code.

What an engine says in words (`dify.node.status`, `n8n.execution.status`, a
level, a task's status) was read by its convention; the code is read here.

Source: RULE 4 of the design's OTLP contract.
"""

import re
from typing import Any

from longpole.domain.semconv import general
from longpole.ingest.otlp.conventions.convention import Draft
from longpole.ingest.otlp.conventions.masking import masked
from longpole.ingest.otlp.conventions.values import text
from longpole.ingest.otlp.span import Event, Span, StatusCode

CANCELLED = "cancelled"
"""The error type of what was stopped: that counts as failed."""

_ERROR = int(StatusCode.ERROR)
_ANY_EXCEPTION = "Exception"
_CLASS = re.compile(
    r"([A-Za-z_][\w.]{0,200}(?:Error|Exception|Timeout|Interrupt|Cancelled|Exit|Warning|Exceeded))(?=[(:]|\s*$)"
)


def finish_status(span: Span, draft: Draft) -> None:
    """Complete failure, error type and error message. A status in words that was read before stands."""
    exception = last_exception(span) if span.events else None
    if exception is not None:
        draft["has_exception"] = True
    failed = draft.setdefault("is_failed", span.status_code == _ERROR)
    if not failed and exception is None and draft.get("error_message") is None:
        return
    message = draft.get("error_message") or span.status_message or _message(exception)
    if draft.get("error_type") is None:
        draft["error_type"] = _type(exception, message, failed=failed)
    draft["error_message"] = masked(message)


def last_exception(span: Span) -> Event | None:
    """The last exception that the span recorded."""
    return next((event for event in reversed(span.events) if event.name == general.EXCEPTION_EVENT), None)


def class_at_head(message: Any) -> str | None:
    """`ConnectionError` of `ConnectionError('…')Traceback…`; None where a message begins with something else."""
    found = _CLASS.match(message) if isinstance(message, str) else None
    return found[1] if found else None


def exception_type(attributes: dict[str, Any]) -> str | None:
    """The class of an exception event or log; that in the message where the event only says `Exception`."""
    named = text(attributes.get(general.EXCEPTION_TYPE))
    if named is None or named == _ANY_EXCEPTION:
        return class_at_head(attributes.get(general.EXCEPTION_MESSAGE)) or named
    return named


def _type(exception: Event | None, message: str | None, *, failed: bool) -> str | None:
    if exception is not None:
        return exception_type(exception.attributes)
    return class_at_head(message) if failed else None


def _message(exception: Event | None) -> str | None:
    message = None if exception is None else exception.attributes.get(general.EXCEPTION_MESSAGE)
    return message if isinstance(message, str) else None
