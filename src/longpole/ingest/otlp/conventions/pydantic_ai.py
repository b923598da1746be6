"""Pydantic AI, old and new, and Logfire, which may announce a span before it has ended.

    M  pending_span, parent R, pending_parent_id P      R has begun, its parent is P
    R  the span itself, at its end

The marker is no span of its own: what is made of it are the facts of R, as
far as they are known. A log that is sent as a span is an event, not a step.

Source: RULE 3, §1.4 and §4.4 of the design's OTLP contract; logfire/_internal/tracer.py.
"""

from typing import Any

from msgspec.structs import replace

from longpole.assembly.facts import Role
from longpole.domain.semconv import gen_ai, general, pydantic_ai
from longpole.ingest.otlp.conventions.convention import Convention, View
from longpole.ingest.otlp.conventions.values import text, unwrapped
from longpole.ingest.otlp.span import Span

_PENDING = "pending_span"
_LOG = "log"
_OLD_TYPES = {"agent run": "agent", "running tool": "tool", "running tools": "internal"}
_ROOT = 0


def is_marker(span: Span) -> bool:
    """The span only says that another one has begun."""
    return span.attributes.get(pydantic_ai.LOGFIRE_SPAN_TYPE) == _PENDING and span.parent_span_id is not None


def announced(marker: Span) -> Span:
    """The span that a marker announces; it has not ended: `end_ns` is 0."""
    parent = marker.attributes.get(pydantic_ai.LOGFIRE_PENDING_PARENT_ID)
    return replace(
        marker, span_id=marker.parent_span_id or b"", parent_span_id=_span_id(parent), end_ns=0, events=(), links=()
    )


def _span_id(value: Any) -> bytes | None:
    try:
        number = int(value, 16) if isinstance(value, str) else _ROOT
        return None if number == _ROOT else number.to_bytes(8, "big")
    except (ValueError, OverflowError):
        return None


def prompts(value: Any) -> list[Any] | None:
    """The messages to the model among the events of an old span."""
    return _events(value, choices=False)


def choices(value: Any) -> list[Any] | None:
    """The model's answers among the events of an old span."""
    return _events(value, choices=True)


def _events(value: Any, *, choices: bool) -> list[Any] | None:
    listed = unwrapped(value)
    if not isinstance(listed, list):
        return None
    return [event for event in listed if _is_choice(event) == choices] or None


def _is_choice(event: Any) -> bool:
    return isinstance(event, dict) and event.get(general.EVENT_NAME) == gen_ai.CHOICE_EVENT


def _refine(view: View) -> None:
    draft = view.draft
    kind = text(view.attributes.get(pydantic_ai.LOGFIRE_SPAN_TYPE))
    if kind == _LOG or (kind == _PENDING and view.span.end_ns):
        draft["role"] = Role.HIDDEN
        draft["node_type"] = None
    elif view.span.scope_name == pydantic_ai.SCOPE:
        draft["node_type"] = _OLD_TYPES.get(view.span.name, draft.get("node_type"))


CONVENTION = Convention(
    "pydantic_ai",
    keys=frozenset({pydantic_ai.LOGFIRE_SPAN_TYPE}),
    scopes=frozenset({pydantic_ai.SCOPE}),
    refine=_refine,
)
