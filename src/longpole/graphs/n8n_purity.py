"""What running an n8n step does to the world, as its type and its parameters tell.

Nothing is pure because nothing speaks against it: what is not on a list here
is unknown. An operation that n8n leaves out of a file is its type's usual one,
which differs: unknown as well.

Upstream: `n8n`. Source: n8n-nodes-base and @n8n/n8n-nodes-langchain, as of n8n 2.41.
"""

from typing import Any

from longpole.domain.graphs import Purity
from longpole.domain.node_types import snake_case
from longpole.graphs.purity_of_code import code_purity

_PURE = frozenset({
    "aggregate", "compare_datasets", "edit_fields", "filter", "if", "item_lists", "limit", "manual_trigger", "markdown",
    "merge", "no_op", "rename_keys", "schedule_trigger", "set", "sort", "split_in_batches", "split_out",
    "stop_and_error", "summarize", "switch", "webhook", "xml",
})  # fmt: skip
_READ_ONLY = frozenset({
    "chain_llm", "chain_retrieval_qa", "chain_summarization", "information_extractor", "rss_feed_read",
    "sentiment_analysis", "text_classifier",
})  # fmt: skip
_READ_ONLY_BEGINNINGS = ("lm_chat_", "lm_", "embeddings_", "output_parser_", "text_splitter_", "reranker_")
_WRITES = frozenset({"respond_to_webhook", "send_and_wait", "email_send"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_READING = frozenset({"get", "getall", "getmany", "search", "list", "select", "read", "lookup"})
_WRITING = frozenset({
    "append", "create", "delete", "insert", "post", "publish", "remove", "send", "update", "upload", "upsert", "write",
})  # fmt: skip
_MEMORY = "memory_"


def n8n_purity(raw_type: str, parameters: Any) -> Purity:
    """What running a step of this type does, with these parameters."""
    kind = snake_case(raw_type)
    given = parameters if isinstance(parameters, dict) else {}
    if kind == "http_request":
        return _of_request(given)
    if kind == "code":
        return _of_code(given)
    if kind in _PURE:
        return Purity.PURE
    operation = given.get("operation")
    verb = operation.lower() if isinstance(operation, str) else ""
    if kind in _READ_ONLY or kind.startswith(_READ_ONLY_BEGINNINGS) or verb in _READING:
        return Purity.READ_ONLY
    return Purity.WRITES if kind in _WRITES or kind.startswith(_MEMORY) or verb in _WRITING else Purity.UNKNOWN


def n8n_writes(raw_type: str) -> tuple[str, ...]:
    """The shared things that such a step writes, as far as they have a name."""
    return ("memory",) if snake_case(raw_type).startswith(_MEMORY) else ()


def _of_request(given: dict[str, Any]) -> Purity:
    """GET is what n8n asks for unless told otherwise; a method that is an expression may be any."""
    method = given.get("method", given.get("requestMethod", "GET"))
    if not isinstance(method, str) or method.startswith("="):
        return Purity.UNKNOWN
    if method.upper() not in _SAFE_METHODS:
        return Purity.WRITES
    return Purity.UNKNOWN if given.get("sendBody") else Purity.READ_ONLY


def _of_code(given: dict[str, Any]) -> Purity:
    if given.get("language") in ("python", "pythonNative"):
        return code_purity("python3", given.get("pythonCode"))
    return Purity.UNKNOWN  # JavaScript, with n8n's own helpers in reach
