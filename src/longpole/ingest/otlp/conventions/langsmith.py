"""LangSmith's exporter: the run type says what a span is; LangGraph's keys come as metadata.

Every exception is sent as `Exception`; `errors` finds its class at the head of
its message. The environment variables among the metadata are never read.

Source: RULE 3 and §1.4 of the design's OTLP contract; langsmith 0.14.17 on the wire.
"""

from collections.abc import Callable
from typing import Any

from longpole.ingest.otlp.conventions.values import clean, json_object, one_of, tokens

node_type = one_of(
    {
        "llm": "llm",
        "chain": "chain",
        "tool": "tool",
        "retriever": "retriever",
        "embedding": "embedding",
        "prompt": "prompt",
        "parser": "parser",
    }
)
_LANGGRAPH_TAGS = ("graph:step:", "seq:step:")


def tags(value: Any) -> tuple[str, ...]:
    """Tags out of a comma-separated string, without those that count LangGraph's steps."""
    if not isinstance(value, str):
        return ()
    found = (clean(tag.strip()) for tag in value.split(","))
    return tuple(tag for tag in found if tag and not tag.startswith(_LANGGRAPH_TAGS))


def detail(key: str) -> Callable[[Any], int | None]:
    """Reads one of the token details, which are sent as Python writes a dict."""

    def read_detail(value: Any) -> int | None:
        as_json = value.replace("'", '"') if isinstance(value, str) else value
        return tokens((json_object(as_json) or {}).get(key))

    return read_detail
