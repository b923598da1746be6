"""How Dify's values are read.

Source: the design's sheet on Dify, §3; Dify 1.14.1 on the wire; api/core/ops/trace_data.py.
"""

import re
from enum import StrEnum
from typing import Any

from longpole.domain.node_types import snake_case
from longpole.domain.semconv import dify
from longpole.ingest.otlp.conventions.values import count, json_object, one_of, pico_usd, quoted, text

NAME = "dify"

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNKNOWN = "unknown"
_LONGEST_MESSAGE = 16_384
_SPAN_TYPES = {"operation": "span", "retrieval": "retriever", "message": "chain"}

span_kind = one_of({"llm": "llm", "retriever": "retriever", "tool": "tool", "task": "node", "agent": "agent"})


class Word(StrEnum):
    """How Dify says that something ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PARTIAL = "partial"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    HANDLED = "handled"


word = one_of(
    {
        "succeeded": Word.SUCCEEDED,
        "ok": Word.SUCCEEDED,
        "failed": Word.FAILED,
        "error": Word.FAILED,
        "exception": Word.FAILED,
        "partial-succeeded": Word.PARTIAL,
        "partial_succeeded": Word.PARTIAL,
        "stopped": Word.CANCELLED,
        "cancelled": Word.CANCELLED,
        "skipped": Word.SKIPPED,
        "handled_error": Word.HANDLED,
    }
)


def node_type(value: Any) -> str | None:
    """`http_request` of `http-request`."""
    name = quoted(value)
    return None if name is None else snake_case(name) or None


def span_type(value: Any) -> str | None:
    """The type of a span in the words of pull request 42008."""
    name = node_type(value)
    return None if name is None else _SPAN_TYPES.get(name, name)


def known_id(value: Any) -> str | None:
    """A workflow id; it is `unknown` while a request has not been routed yet."""
    name = text(value)
    return None if name == _UNKNOWN else name


def execution_id(value: Any) -> str | None:
    """A node id that is the id of an execution: so sent to Phoenix before 1.15."""
    name = quoted(value)
    return name if name is not None and _UUID.fullmatch(name) else None


def attempts(value: Any) -> int | None:
    """All attempts, of the number of retries, or of the number of an attempt that counts from 0."""
    retries = count(value)
    return None if retries is None else retries + 1


def message(value: Any) -> str | None:
    """An error message, of any length that is reasonable."""
    return value[:_LONGEST_MESSAGE] or None if isinstance(value, str) else None


def price(holder: dict[str, Any], price_key: str, currency_key: str) -> int | None:
    """Pico-dollars of a price beside its currency; None where that is not US dollars."""
    currency = text(holder.get(currency_key))
    return None if currency is not None and currency.upper() != "USD" else pico_usd(holder.get(price_key))


def usage_in_output(output: Any) -> dict[str, Any]:
    """The usage that a node with a model has among its outputs."""
    outputs = json_object(output) or {}
    return json_object(outputs.get("usage")) or json_object(outputs.get("__usage")) or {}


def run_id_in_output(output: Any) -> str | None:
    """The run's id, which in the native export only the start node has, among its outputs."""
    if not isinstance(output, str) or dify.SYS_WORKFLOW_RUN_ID not in output:
        return None
    return text((json_object(output) or {}).get(dify.SYS_WORKFLOW_RUN_ID))
