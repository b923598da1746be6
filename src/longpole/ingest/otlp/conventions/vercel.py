"""Vercel's AI SDK: a wrapper per call, inside it one span per request to the model.

Providers are named with the kind of their API (`openai.chat`). Before version
6 Anthropic's input tokens exclude what was cached: they are made inclusive.

Source: RULE 3 and §1.3 of the design's OTLP contract; ai 6.0.326 and 7.0.173 on the wire.
"""

from functools import lru_cache
from typing import Any

from longpole.domain.semconv import vercel
from longpole.ingest.otlp.conventions.convention import Convention, Draft, View
from longpole.ingest.otlp.conventions.values import json_object, text, tokens

_ENDINGS = {".doGenerate": "llm", ".doStream": "llm", ".doEmbed": "embedding", ".doRerank": "reranker"}
_WHOLE = {
    "ai.toolCall": "tool",
    "ai.generateText": "agent",
    "ai.streamText": "agent",
    "ai.generateObject": "agent",
    "ai.streamObject": "agent",
    "ai.embed": "chain",
    "ai.embedMany": "chain",
    "ai.rerank": "chain",
}
_ANTHROPIC = "anthropic"


def node_type(value: Any) -> str | None:
    """The type of an operation id, or of an operation name, which has the function's id after a space."""
    name = text(value)
    return None if name is None else _type_of(name)


@lru_cache(maxsize=4096)
def _type_of(operation: str) -> str | None:
    name = operation.split(" ", 1)[0]
    if not name.startswith("ai."):
        return None
    ending = next((kind for end, kind in _ENDINGS.items() if name.endswith(end)), None)
    return ending or _WHOLE.get(name, "span")


def provider(value: Any) -> str | None:
    """`openai` of `openai.chat`."""
    name = text(value)
    return None if name is None else name.split(".", 1)[0] or None


def _refine(view: View) -> None:
    view.draft["provider"] = provider(view.draft.get("provider"))
    if view.span.scope_name != vercel.SCOPE_7:
        _add_hidden_usage(view)


def _add_hidden_usage(view: View) -> None:
    """What only the provider's own metadata says, and whether the input excludes it."""
    draft = view.draft
    added = json_object(view.attributes.get(vercel.PROVIDER_METADATA)) or {}
    openai, anthropic = added.get("openai"), added.get(_ANTHROPIC)
    if isinstance(openai, dict):
        _fill(draft, "cache_read_tokens", openai.get("cachedPromptTokens"))
        _fill(draft, "reasoning_tokens", openai.get("reasoningTokens"))
    if not isinstance(anthropic, dict):
        return
    raw = anthropic.get("usage")
    raw = raw if isinstance(raw, dict) else {}
    _fill(draft, "cache_read_tokens", anthropic.get("cacheReadInputTokens", raw.get("cache_read_input_tokens")))
    _fill(
        draft, "cache_write_tokens", anthropic.get("cacheCreationInputTokens", raw.get("cache_creation_input_tokens"))
    )
    is_detailed = any(key.startswith(vercel.INPUT_DETAILS_PREFIX) for key in view.attributes)
    excluding = tokens(raw.get("input_tokens"))
    draft["is_exclusive"] = not is_detailed and (excluding is None or excluding == draft.get("input_tokens"))


def _fill(draft: Draft, field: str, value: Any) -> None:
    if draft.get(field) is None:
        draft[field] = tokens(value)


CONVENTION = Convention(
    "vercel", scopes=frozenset({vercel.SCOPE, vercel.SCOPE_7}), prefixes=("ai.telemetry.",), refine=_refine
)
