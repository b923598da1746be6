"""n8n: one span per execution of a workflow, one per node, and all nodes right under it.

An execution that was resumed is a second trace with the same execution id. A
node that was running when its workflow was cancelled says so, and failed.

Source: RULE 3, RULE 4 and §1.4 of the design's OTLP contract; n8n, execution-level-tracer.ts.
"""

from typing import Any

from longpole.domain.node_types import snake_case
from longpole.domain.runs import RunStatus
from longpole.domain.semconv import n8n
from longpole.ingest.otlp.conventions.convention import Convention, View
from longpole.ingest.otlp.conventions.status import CANCELLED
from longpole.ingest.otlp.conventions.values import clean, one_of, text, tokens

_STATUS = one_of(
    {
        "success": RunStatus.SUCCEEDED,
        "error": RunStatus.FAILED,
        "crashed": RunStatus.FAILED,
        "canceled": CANCELLED,
        "cancelled": CANCELLED,
    }
)
_TOKENS = {
    "input": "input_tokens",
    "prompt": "input_tokens",
    "output": "output_tokens",
    "completion": "output_tokens",
}


def node_type(value: Any) -> str | None:
    """The last part of a node's type: `http_request` of `n8n-nodes-base.httpRequest`."""
    name = text(value)
    return None if name is None else snake_case(name) or None


def _refine(view: View) -> None:
    if n8n.EXECUTION_ID in view.attributes or view.span.name == n8n.WORKFLOW_SPAN:
        _refine_run(view)
    elif n8n.NODE_ID in view.attributes or view.span.name == n8n.NODE_SPAN:
        _refine_node(view)
    elif view.draft.get("node_type") is None:
        view.draft["node_type"] = _agents_type(view.span.name)


def _agents_type(name: str) -> str | None:
    """What a span of n8n's agents is, where it does not say so itself: `writer.generate`, `execute_tool search`."""
    if name.endswith(n8n.AGENT_SUFFIXES):
        return "agent"
    return "tool" if name.startswith(n8n.TOOL_PREFIX) else None


def _refine_run(view: View) -> None:
    draft = view.draft
    draft["node_type"] = "workflow"
    draft["is_run"] = True
    status = _STATUS(view.attributes.get(n8n.EXECUTION_STATUS))
    if status == CANCELLED:
        status = RunStatus.FAILED
        draft["error_type"] = CANCELLED
    draft["run_status"] = status
    if status == RunStatus.FAILED:
        draft["is_failed"] = True
    retried = text(view.attributes.get(n8n.EXECUTION_RETRY_OF))
    if retried is not None:
        draft["tags"] = (*draft.get("tags", ()), clean(f"retry_of={retried}"))


def _refine_node(view: View) -> None:
    draft = view.draft
    draft["is_step"] = True
    draft.setdefault("node_type", "node")
    reason = text(view.attributes.get(n8n.NODE_TERMINATION_REASON))
    if reason is not None:
        draft["is_failed"] = True
        draft.setdefault("error_type", reason)
    for key, value in view.attributes.items():
        if key.startswith(n8n.TOKEN_PREFIX):
            field = _TOKENS.get(key[len(n8n.TOKEN_PREFIX) :].removesuffix("_tokens"))
            if field is not None:
                draft.setdefault(field, tokens(value))


CONVENTION = Convention("n8n", prefixes=("n8n.",), scopes=frozenset({n8n.AGENTS_SCOPE}), refine=_refine)
