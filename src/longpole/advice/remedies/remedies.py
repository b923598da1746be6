"""What can be done about a finding is said in the words of the engine that runs the workflow.

Invariant: every engine knows every action; a remedy promises no gain.

Upstream: rules. Downstream: a file per engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from longpole.advice.observations import NodeInfo
from longpole.advice.remedies import dify, generic, langgraph, n8n
from longpole.advice.remedies.given import Given
from longpole.advice.remedies.remedy import Action, Remedy
from longpole.analysis.error_kinds import http_status
from longpole.domain.graphs import Engine

Advise = Callable[[NodeInfo, Given], Remedy]

_REFUSED = frozenset({401, 403})
_CREDENTIALS = "Check the credentials first: whether the key is right, has run out, or lacks a right for this call."

_BY_ENGINE: Mapping[Engine, Mapping[Action, Advise]] = {
    Engine.DIFY: dify.REMEDIES,
    Engine.LANGGRAPH: langgraph.REMEDIES,
    Engine.N8N: n8n.REMEDIES,
    Engine.GENERIC: generic.REMEDIES,
}


def remedy(engine: Engine, action: Action, node: NodeInfo, **values: object) -> Remedy:
    """Steps and code for `action` at `node`; which values an action takes is said at `Action`.

    Returns:
        Steps, never none, and code or configuration that is valid for the engine whatever the node is called.
    """
    given = Given(values)
    found = _BY_ENGINE[engine][action](node, given)
    return replace(found, steps=(_CREDENTIALS, *found.steps)) if _is_refused(action, given) else found


def _is_refused(action: Action, given: Given) -> bool:
    """Whether what fails is who asks, not what is asked."""
    statuses = (http_status(given.text(name)) for name in ("pattern", "error_type"))
    return action is Action.FIX_ERROR and any(status in _REFUSED for status in statuses)
