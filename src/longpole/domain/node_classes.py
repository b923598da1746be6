"""What running a node again would do, as its type and configuration tell.

    pure          always the same output: code, templates
    read only     the world's answer of the moment: retrieval, HTTP GET, a model that is asked to be deterministic
    sampling      another output each time: a model with a temperature
    unknown       nobody says: tools, agents, types that we have not heard of
    side effects  the world is another one afterwards: HTTP POST, tools that write
    never         the frame of a workflow: start, end, answer, human input

Upstream: `caching.policy`, `advice`. Source: the design's caching sheet, "What may be cached".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from longpole.domain.cache import NodeClass
from longpole.domain.node_types import snake_case

NEVER = frozenset({"start", "end", "answer", "human_input"})
_PURE = frozenset({
    "code", "template_transform", "template", "variable_aggregator", "variable_assigner", "list_operator", "if_else",
    "document_extractor", "parser",
})  # fmt: skip
_READ_ONLY = frozenset({"knowledge_retrieval", "retriever", "embedding", "reranker", "search"})
_MODELS = frozenset({"llm", "question_classifier", "parameter_extractor", "chat", "completion"})
_HTTP = frozenset({"http_request", "http"})
_READING_METHODS = frozenset({"get", "head"})
_SETTINGS_OF_MODELS = (
    "model", "completion_params", "parameters", "params", "options", "generation_config", "model_config",
    "model_parameters",
)  # fmt: skip


def node_class(node_type: str, node_config: Mapping[str, Any] | None) -> NodeClass:
    """The class of a node. What its configuration says of side effects counts before its type."""
    kind, config = snake_case(node_type), node_config or {}
    if kind in NEVER:
        return NodeClass.NEVER
    writes = _said_to_write(config)
    if writes is not None:
        return NodeClass.SIDE_EFFECTS if writes else NodeClass.READ_ONLY
    if kind in _HTTP:
        method = config.get("method", "get")
        is_reading = isinstance(method, str) and method.strip().lower() in _READING_METHODS
        return NodeClass.READ_ONLY if is_reading else NodeClass.SIDE_EFFECTS
    if kind in _MODELS:
        return NodeClass.READ_ONLY if _is_deterministic(config) else NodeClass.SAMPLING
    if kind in _PURE:
        return NodeClass.PURE
    return NodeClass.READ_ONLY if kind in _READ_ONLY else NodeClass.UNKNOWN


def _said_to_write(config: Mapping[str, Any]) -> bool | None:
    """What a node says of itself: `side_effects`, or the hints of the Model Context Protocol's tools."""
    said = config.get("side_effects")
    if isinstance(said, bool):
        return said
    hints = config.get("annotations")
    read_only = hints.get("readOnlyHint") if isinstance(hints, Mapping) else None
    return not read_only if isinstance(read_only, bool) else None


def _is_deterministic(config: Mapping[str, Any]) -> bool:
    for settings in _model_settings(config):
        temperature = settings.get("temperature")
        if settings.get("seed") is not None or (temperature == 0 and not isinstance(temperature, bool)):
            return True
    return False


def _model_settings(config: Mapping[str, Any], depth: int = 2) -> Iterator[Mapping[str, Any]]:
    yield config
    for name in _SETTINGS_OF_MODELS if depth else ():
        inner = config.get(name)
        if isinstance(inner, Mapping):
            yield from _model_settings(inner, depth - 1)
