"""Which engine it was, by the nodes of runs."""

import pytest

from longpole.domain.graphs import Engine
from longpole.graphs.engines import SeenNode, engine_of_nodes


@pytest.mark.parametrize(
    ("nodes", "engine"),
    [
        ([("http_request", "n8n-nodes-base.httpRequest")], Engine.N8N),
        ([("agent", "@n8n/n8n-nodes-langchain.agent")], Engine.N8N),
        ([("start", None), ("code", None), ("end", None)], Engine.DIFY),
        ([("start", None), ("llm", None), ("answer", None)], Engine.DIFY),
        ([("if_else", "if-else")], Engine.DIFY),
        ([("start", None), ("code", None)], Engine.GENERIC),
        ([("node", "CHAIN"), ("llm", "LLM")], Engine.LANGGRAPH),
        ([("node", "chain")], Engine.LANGGRAPH),
        ([("node", "task")], Engine.GENERIC),
        ([("node", None)], Engine.GENERIC),
        ([("llm", "LLM")], Engine.GENERIC),
        ([], Engine.GENERIC),
    ],
)
def test_it_shows_in_the_types_of_nodes(nodes: list[tuple[str, str | None]], engine: Engine) -> None:
    seen = [SeenNode(f"n{number}", "N", kind, raw) for number, (kind, raw) in enumerate(nodes)]

    assert engine_of_nodes(seen) is engine


def test_steps_of_llama_index_are_none_of_langgraph() -> None:
    assert engine_of_nodes([SeenNode("ReportFlow.write", "write", "node", "CHAIN")]) is Engine.GENERIC
