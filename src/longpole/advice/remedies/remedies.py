"""What can be done about a finding is said in the words of the engine that runs the workflow.

Invariant: every engine knows every action; a remedy promises no gain.

Upstream: rules. Downstream: a file per engine.
"""

from collections.abc import Callable, Mapping

from longpole.advice.observations import NodeInfo
from longpole.advice.remedies import dify, generic, langgraph, n8n
from longpole.advice.remedies.given import Given
from longpole.advice.remedies.remedy import Action, Remedy
from longpole.domain.graphs import Engine

Advise = Callable[[NodeInfo, Given], Remedy]

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
    return _BY_ENGINE[engine][action](node, Given(values))
