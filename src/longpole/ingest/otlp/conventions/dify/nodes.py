"""A node execution of Dify.

Failed is what its status says has failed: a node that was retried and then
succeeded keeps the last error's text, and some exporters call it an error for
that. Failed attempts of the native export look like successes: they are
attempts because they share an execution id.

Source: RULE 4 of the design's OTLP contract; the design's sheet on Dify, §1.4, §3.2 to §3.6 and §7.
"""

from typing import Any

from longpole.domain.semconv import dify, openinference
from longpole.ingest.otlp.conventions.convention import View
from longpole.ingest.otlp.conventions.dify.readers import Word, price, run_id_in_output, usage_in_output, word
from longpole.ingest.otlp.conventions.status import CANCELLED
from longpole.ingest.otlp.conventions.usage import forget_usage
from longpole.ingest.otlp.conventions.values import json_object, quoted, seconds_ns, text, tokens

DRAFT_TAG = "draft"

_FAILED = frozenset({Word.FAILED, Word.HANDLED, Word.CANCELLED})
_MODELS = frozenset({"llm", "question_classifier", "parameter_extractor", "agent"})
_UNTYPED = "node"


def refine_node(view: View) -> None:
    """Complete the draft of a node."""
    draft = view.draft
    draft["is_step"] = True
    draft["node_type"] = draft.get("node_type") or _UNTYPED
    draft["own_name"] = None
    _name(view)
    _judge(view)
    _count(view)
    if draft.get("provider") is not None:
        draft["provider"] = draft["provider"].rsplit("/", 1)[-1] or None
    if view.span.name == dify.DRAFT_SPAN:
        draft["tags"] = (*draft.get("tags", ()), DRAFT_TAG)
    if draft.get("run_id") is None and dify.NATIVE_EXECUTION_ID in view.attributes:
        draft["run_id"] = run_id_in_output(view.attributes.get(openinference.OUTPUT_VALUE))


def _name(view: View) -> None:
    """Title as users see it; where the graph's id was not sent the title is the identity too."""
    draft = view.draft
    if draft.get("node_title") is None:
        title = text(view.span.name)
        kind = quoted(view.metadata.get(dify.META_NODE_TYPE))
        if title is not None and kind is not None and title.startswith(f"{kind}_"):
            title = title[len(kind) + 1 :] or title
        draft["node_title"] = title
    if dify.NODE_ID in view.attributes or dify.META_NODE_ID not in view.metadata:
        return
    is_of_graph = dify.META_NODE_EXECUTION_ID in view.metadata
    draft["node_id"] = quoted(view.metadata[dify.META_NODE_ID]) if is_of_graph else draft["node_title"]


def _judge(view: View) -> None:
    draft = view.draft
    said = None
    for value in (
        view.attributes.get(dify.NODE_STATUS),
        view.metadata.get(dify.META_STATUS),
        view.attributes.get(dify.SPAN_STATUS),
    ):
        said = said or word(value)
    if said is None:
        return
    draft["is_failed"] = said in _FAILED
    draft["is_skipped"] = said == Word.SKIPPED
    if said == Word.CANCELLED:
        draft["error_type"] = CANCELLED


def _count(view: View) -> None:
    """Tokens and cost; nodes without a model are sent with zeros, which say nothing."""
    draft = view.draft
    usage = usage_in_output(view.attributes.get(openinference.OUTPUT_VALUE)) if draft["node_type"] in _MODELS else {}
    if not _has_tokens(view):
        draft["input_tokens"] = tokens(usage.get(dify.META_PROMPT_TOKENS))
        draft["output_tokens"] = tokens(usage.get(dify.META_COMPLETION_TOKENS))
    cost = _cost(view, usage)
    if not _has_tokens(view):
        forget_usage(draft)
    draft["cost_pico_usd"] = cost if cost or _has_tokens(view) else None
    if draft.get("first_token_ns") is None:
        draft["first_token_ns"] = seconds_ns(usage.get(dify.META_TIME_TO_FIRST_TOKEN))


def _has_tokens(view: View) -> bool:
    return bool(view.draft.get("input_tokens") or view.draft.get("output_tokens"))


def _cost(view: View, usage: dict[str, Any]) -> int | None:
    for holder, price_key, currency_key in (
        (view.attributes, dify.NODE_PRICE, dify.NODE_CURRENCY),
        (view.metadata, dify.META_TOTAL_PRICE, dify.META_CURRENCY),
        (json_object(view.attributes.get(dify.USAGE)) or {}, dify.META_TOTAL_PRICE, dify.META_CURRENCY),
        (usage, dify.META_TOTAL_PRICE, dify.META_CURRENCY),
    ):
        if price_key in holder:
            return price(holder, price_key, currency_key)
    return None
