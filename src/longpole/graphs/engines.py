"""Which engine ran a workflow, by the types of its nodes as runs have them.

What none of the known engines would call a node is of no engine that advice
knows: generic.

Upstream: `services.graphs`.
Source: Dify 1.14, core/workflow/enums.py; n8n's node packages; what LangGraph's instrumentations send.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from longpole.domain.graphs import Engine

_OF_N8N = ("n8n-nodes-", "@n8n/")
_OF_DIFY = frozenset({
    "answer", "assigner", "document_extractor", "if_else", "iteration_start", "knowledge_retrieval", "list_operator",
    "loop_start", "parameter_extractor", "question_classifier", "template_transform", "variable_aggregator",
})  # fmt: skip
"""Types that no other engine has; `start`, `end`, `code` and the like others have as well."""
_ENDS = (frozenset({"start", "end"}), frozenset({"start", "answer"}))
_GRAPH_STEP, _CHAIN = "node", "chain"


@dataclass(frozen=True, slots=True)
class SeenNode:
    """A node as runs show it; `raw_type` is the type as the engine spells it, where that differs."""

    node_id: str
    node_title: str
    node_type: str
    raw_type: str | None = None


def engine_of_nodes(seen: Iterable[SeenNode]) -> Engine:
    """The engine whose nodes these are."""
    nodes = tuple(seen)
    types = frozenset(node.node_type for node in nodes)
    if any((node.raw_type or "").startswith(_OF_N8N) for node in nodes):
        return Engine.N8N
    if not _OF_DIFY.isdisjoint(types) or any(ends <= types for ends in _ENDS):
        return Engine.DIFY
    return Engine.LANGGRAPH if any(map(_is_langgraph_step, nodes)) else Engine.GENERIC


def _is_langgraph_step(node: SeenNode) -> bool:
    """LangChain sends LangGraph's steps as chains; LlamaIndex's are called `Workflow.step`."""
    is_step = node.node_type == _GRAPH_STEP and (node.raw_type or "").lower() == _CHAIN
    return is_step and "." not in node.node_id
