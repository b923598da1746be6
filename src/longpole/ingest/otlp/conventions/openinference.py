"""OpenInference: the kind of a span says what it is; most of the rest is in the table.

LlamaIndex's workflows send their steps as chains named `Class.step`; the run
itself is `Class.run`.

Source: §1.4 of the design's OTLP contract; openinference-instrumentation-llama-index 4.6.1.
"""

import re

from longpole.domain.semconv import openinference
from longpole.ingest.otlp.conventions.convention import Convention, View
from longpole.ingest.otlp.conventions.values import one_of

node_type = one_of(
    {
        kind: kind
        for kind in (
            "llm",
            "embedding",
            "tool",
            "agent",
            "chain",
            "retriever",
            "reranker",
            "guardrail",
            "evaluator",
            "prompt",
        )
    }
)
_STEP = re.compile(r"\w+\.(?!run$)[A-Za-z]\w*")


def _refine(view: View) -> None:
    if view.draft.get("node_type") == "chain" and _STEP.fullmatch(view.span.name):
        view.draft["node_type"] = "node"
        view.draft["is_step"] = True


CONVENTION = Convention("openinference", scopes=frozenset({openinference.LLAMA_INDEX_SCOPE}), refine=_refine)
