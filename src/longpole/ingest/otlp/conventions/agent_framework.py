"""Microsoft's Agent Framework: executors are the nodes; edges and messages hold the tree together.

A workflow's id is a fresh one per build, its name is its identity. Building a
workflow is a trace of its own, and no run.

Source: RULE 3 and §1.4 of the design's OTLP contract; agent-framework-core 1.23.0 on the wire.
"""

from longpole.assembly.facts import Role
from longpole.domain.semconv import agent_framework
from longpole.ingest.otlp.conventions.convention import Convention, View

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


CONVENTION = Convention("agent_framework", scopes=frozenset({agent_framework.SCOPE}), refine=_refine)
