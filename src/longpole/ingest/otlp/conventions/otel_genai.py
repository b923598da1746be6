"""OpenTelemetry's own conventions for generative AI, and what all their dialects share.

An operation name makes the type; old and new names mean the same. A name of a
framework in the provider's place is none.

Source: RULE 3 and §1.2 of the design's OTLP contract.
"""

from typing import Any

from longpole.domain.semconv import gen_ai
from longpole.ingest.otlp.conventions.convention import Convention, View
from longpole.ingest.otlp.conventions.values import one_of, quoted, text

_OPERATIONS = {
    "chat": "llm",
    "text_completion": "llm",
    "generate_content": "llm",
    "completion": "llm",
    "generate": "llm",
    "embeddings": "embedding",
    "retrieval": "retriever",
    "rerank": "reranker",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "create_agent": "agent",
    "invoke_workflow": "workflow",
    "plan": "chain",
    "chain": "chain",
    "execute_task": "node",
    "agent_step": "internal",
    # Strands
    "invoke_graph": "workflow",
    "invoke_swarm": "workflow",
    "execute_event_loop_cycle": "internal",
    # Dify, Alibaba
    "workflow": "workflow",
    "task": "node",
}
_FRAMEWORKS = frozenset(
    {
        "langchain",
        "langgraph",
        "strands-agents",
        "microsoft.agent_framework",
        "gcp.vertex.agent",
        "crewai",
        "llama_index",
        "llamaindex",
    }
)
_TASK_STATUS = one_of({"success": "ok", "failure": "failed", "skipped": "skipped"})


def node_type(value: Any) -> str | None:
    """The type of an operation; one that is not known is still a part of an AI workflow."""
    name = text(value)
    if name is None:
        return None
    name = name.lower()
    return _OPERATIONS.get(name) or ("tool" if "_memory" in name else "span")


def provider(value: Any) -> str | None:
    """Who runs the model."""
    name = quoted(value)
    return None if name is None or name.lower() in _FRAMEWORKS else name


def node_count(value: Any) -> int | None:
    """How many nodes a declared graph has."""
    return len(value) if isinstance(value, list) and value else None


def _refine(view: View) -> None:
    if view.draft.get("node_type") == "node":
        view.draft["is_step"] = True
    status = _TASK_STATUS(view.attributes.get(gen_ai.TASK_STATUS))
    if status == "failed":
        view.draft["is_failed"] = True
    elif status == "skipped":
        view.draft["is_skipped"] = True


CONVENTION = Convention("otel_genai", keys=frozenset({gen_ai.OPERATION_NAME, gen_ai.TASK_STATUS}), refine=_refine)
