"""Langfuse's SDKs: usage and cost are JSON in strings, and an error is a level.

Usage details come in two shapes. OpenAI's are inclusive: cached tokens are
among the prompt's. Langfuse's own are disjoint buckets that are added:

    {"prompt_tokens": 22, "prompt_tokens_details": {"cached_tokens": 16}}   input 22
    {"input": 10, "output": 3, "cache_read_input_tokens": 5}                input 15

Source: RULE 3, RULE 4 and §1.3 of the design's OTLP contract; langfuse 5.0.4 on the wire.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from longpole.domain.semconv import langfuse
from longpole.domain.units import instant_ns
from longpole.ingest.otlp.conventions.convention import Convention, View
from longpole.ingest.otlp.conventions.values import json_object, one_of, pico_usd, quoted, tokens

node_type = one_of(
    {
        "generation": "llm",
        "embedding": "embedding",
        "tool": "tool",
        "agent": "agent",
        "chain": "chain",
        "retriever": "retriever",
        "guardrail": "guardrail",
        "evaluator": "evaluator",
        "span": "span",
        "event": "event",
    }
)
_OPENAI_KEYS = (
    ("prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details"),
    ("input_tokens", "output_tokens", "input_tokens_details", "output_tokens_details"),
)
_CACHE_READ = ("cache_read", "cached")
_CACHE_WRITE = ("cache_creation", "cache_write")


def usage(value: Any) -> dict[str, int] | None:
    """Tokens by field of `SpanFacts`, inclusive, of either shape."""
    details = json_object(value)
    if details is None:
        return None
    for keys in _OPENAI_KEYS:
        if _is_openai(details, keys):
            return _openai(details, keys)
    return _buckets(details)


def _is_openai(details: dict[str, Any], keys: tuple[str, str, str, str]) -> bool:
    """Anthropic's `input_tokens` come without details and are a bucket."""
    prompt, completion, *detail_keys = keys
    return (prompt == "prompt_tokens" and (prompt in details or completion in details)) or any(
        key in details for key in detail_keys
    )


def _openai(details: dict[str, Any], keys: tuple[str, str, str, str]) -> dict[str, int]:
    prompt, completion, prompt_details, completion_details = keys
    cached = json_object(details.get(prompt_details)) or {}
    thought = json_object(details.get(completion_details)) or {}
    return _known(
        {
            "input_tokens": tokens(details.get(prompt)),
            "output_tokens": tokens(details.get(completion)),
            "cache_read_tokens": tokens(cached.get("cached_tokens")),
            "reasoning_tokens": tokens(thought.get("reasoning_tokens")),
        }
    )


def _buckets(details: dict[str, Any]) -> dict[str, int]:
    amounts = _known({str(key): tokens(amount) for key, amount in details.items()})
    inputs = {key: amount for key, amount in amounts.items() if "input" in key or "prompt" in key}
    outputs = {key: amount for key, amount in amounts.items() if "output" in key or "completion" in key}
    return _known(
        {
            "input_tokens": _total(inputs.values()),
            "output_tokens": _total(outputs.values()),
            "cache_read_tokens": _total(amount for key, amount in inputs.items() if _has(key, _CACHE_READ)),
            "cache_write_tokens": _total(amount for key, amount in inputs.items() if _has(key, _CACHE_WRITE)),
            "reasoning_tokens": _total(amount for key, amount in outputs.items() if "reasoning" in key),
        }
    )


def _has(key: str, words: tuple[str, ...]) -> bool:
    return any(word in key for word in words)


def _known(amounts: dict[str, int | None]) -> dict[str, int]:
    return {key: amount for key, amount in amounts.items() if amount is not None}


def _total(amounts: Iterable[int]) -> int | None:
    listed = list(amounts)
    return sum(listed) if listed else None


def cost(value: Any) -> int | None:
    """Pico-dollars: the total, else the sum of the parts."""
    details = json_object(value) or {}
    total = pico_usd(details.get("total"))
    if total is not None:
        return total
    return _total(amount for amount in map(pico_usd, details.values()) if amount is not None)


def _refine(view: View) -> None:
    attributes, draft = view.attributes, view.draft
    for field, amount in (usage(attributes.get(langfuse.USAGE_DETAILS)) or {}).items():
        draft.setdefault(field, amount)
    if attributes.get(langfuse.LEVEL) == "ERROR":
        draft["is_failed"] = True
    message = attributes.get(langfuse.STATUS_MESSAGE)
    if isinstance(message, str) and not view.span.status_message:
        draft["error_message"] = message
    started_ns = _instant(attributes.get(langfuse.COMPLETION_START_TIME))
    if started_ns is not None and started_ns >= view.span.start_ns:
        draft.setdefault("first_token_ns", started_ns - view.span.start_ns)


def _instant(value: Any) -> int | None:
    """An ISO 8601 instant, which is quoted once more by some versions."""
    written = quoted(value)
    if written is None:
        return None
    try:
        return instant_ns(datetime.fromisoformat(written))
    except (ValueError, TypeError):  # no date, or one without a zone
        return None


CONVENTION = Convention("langfuse", prefixes=("langfuse.observation.",), refine=_refine)
