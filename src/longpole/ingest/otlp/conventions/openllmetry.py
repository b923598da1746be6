"""OpenLLMetry: decorators of Traceloop say workflow, task, agent and tool.

Its LangGraph instrumentation wraps a graph in two spans that both look like a
workflow; the outer one has no kind and becomes an agent.

Source: RULE 3 and §1.4 of the design's OTLP contract.
"""

from longpole.domain.semconv import openllmetry
from longpole.ingest.otlp.conventions.convention import Convention, View
from longpole.ingest.otlp.conventions.values import one_of

node_type = one_of({"workflow": "workflow", "agent": "agent", "task": "node", "tool": "tool"})


def _refine(view: View) -> None:
    if view.draft.get("node_type") == "node":
        view.draft["is_step"] = True


CONVENTION = Convention("openllmetry", keys=frozenset({openllmetry.SPAN_KIND}), refine=_refine)
