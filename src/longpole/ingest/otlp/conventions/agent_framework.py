"""Microsoft's Agent Framework: executors are the nodes; edges and messages hold the tree together.

A workflow's id is a fresh one per build, its name is its identity. Building a
workflow is a trace of its own, and no run; it says the whole graph. An executor
is linked to the messages that it was given, which are inside of who sent them.

Source: RULE 3 and §1.4 of the design's OTLP contract; agent-framework-core 1.23.0 on the wire.
"""

from longpole.assembly.facts import Role
from longpole.domain.semconv import agent_framework
from longpole.ingest.otlp.conventions.convention import Convention, View
from longpole.ingest.otlp.conventions.values import MAX_ITEMS
from longpole.ingest.otlp.span import Span

_TYPES = {agent_framework.WORKFLOW_RUN: "workflow", agent_framework.EXECUTOR_PROCESS: "node"}
_HIDDEN = frozenset({agent_framework.EDGE_GROUP_PROCESS, agent_framework.MESSAGE_SEND, agent_framework.WORKFLOW_BUILD})


def _refine(view: View) -> None:
    draft = view.draft
    operation = view.span.name.split(" ", 1)[0]
    if operation in _HIDDEN:
        draft["role"] = Role.HIDDEN
        draft["node_type"] = None
    elif operation in _TYPES and draft.get("node_type") is None:
        draft["node_type"] = _TYPES[operation]
        draft["is_step"] = operation == agent_framework.EXECUTOR_PROCESS
    if view.span.links and operation == agent_framework.EXECUTOR_PROCESS:
        draft["follows"] = _messages(view.span)


def _messages(span: Span) -> tuple[bytes, ...]:
    """The messages that an executor was given: the spans that sent them, of its own trace."""
    here = (link.span_id for link in span.links if link.trace_id == span.trace_id)
    return tuple(dict.fromkeys(here))[:MAX_ITEMS]


CONVENTION = Convention("agent_framework", scopes=frozenset({agent_framework.SCOPE}), refine=_refine)
