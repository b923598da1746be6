"""MLflow: every value is JSON in a string, a type among them.

Source: RULE 3 and §1.4 of the design's OTLP contract; mlflow 3.17.2 on the wire.
"""

from typing import Any

from longpole.ingest.otlp.conventions.convention import Convention
from longpole.ingest.otlp.conventions.values import json_object, one_of, pico_usd

node_type = one_of(
    {
        "chat_model": "llm",
        "llm": "llm",
        "embedding": "embedding",
        "tool": "tool",
        "agent": "agent",
        "chain": "chain",
        "retriever": "retriever",
        "reranker": "reranker",
        "parser": "parser",
        "workflow": "workflow",
        "task": "node",
        "guardrail": "guardrail",
        "evaluator": "evaluator",
        "memory": "tool",
        "unknown": "span",
    }
)


def cost(value: Any) -> int | None:
    """Pico-dollars: the total, else input and output together."""
    details = json_object(value) or {}
    total = pico_usd(details.get("total_cost"))
    if total is not None:
        return total
    parts = [amount for key in ("input_cost", "output_cost") if (amount := pico_usd(details.get(key))) is not None]
    return sum(parts) if parts else None


CONVENTION = Convention("mlflow", prefixes=("mlflow.",))
