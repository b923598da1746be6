"""Nodes of n8n as its editor copies and pastes them: JSON with `nodes` and `connections`.

Upstream: `n8n`. Downstream: `given`.
Source: n8n-workflow's `INode` (retryOnFail, maxTries, waitBetweenTries, onError) and the nodes' own parameters.
"""

import json
from typing import Any

from longpole.advice.observations import NodeInfo
from longpole.advice.remedies.given import json_text

MOST_TRIES = 5
"""What n8n's panel allows."""
MOST_WAIT_MS = 5_000
"""Likewise."""
_TYPES = {
    "http_request": ("n8n-nodes-base.httpRequest", 4.2),
    "code": ("n8n-nodes-base.code", 2),
    "llm": ("@n8n/n8n-nodes-langchain.chainLlm", 1.5),
    "agent": ("@n8n/n8n-nodes-langchain.agent", 2),
    "loop": ("n8n-nodes-base.splitInBatches", 3),
    "iteration": ("n8n-nodes-base.splitInBatches", 3),
}
_ANY = ("n8n-nodes-base.httpRequest", 4.2)
_LOOK_UP, _KNOWN, _KEEP = "Look up in the cache", "Is it there?", "Keep the result"


def tries(attempts: int) -> int:
    """Within what n8n allows."""
    return min(max(attempts, 2), MOST_TRIES)


def wait_ms(seconds: float) -> int:
    """Within what n8n allows."""
    return min(round(seconds * 1_000), MOST_WAIT_MS)


def pasted(*nodes: dict[str, Any], connections: dict[str, Any] | None = None) -> str:
    """Nodes as the editor takes them."""
    return json.dumps({"nodes": list(nodes), "connections": connections or {}}, indent=2) + "\n"


def changed(node: NodeInfo, **fields: Any) -> dict[str, Any]:
    """The node, with these fields as they are to be."""
    kind, version = _TYPES.get(node.node_type, _ANY)
    return {**_node(node.node_title or node.node_id, kind, version, {}), **fields}


def _node(name: str, kind: str, version: float, parameters: dict[str, Any], place: int = 0) -> dict[str, Any]:
    return {"name": name, "type": kind, "typeVersion": version, "position": [220 * place, 0], "parameters": parameters}


def _to(*names: str) -> dict[str, Any]:
    return {"main": [[{"node": name, "type": "main", "index": 0}] for name in names]}


def _if(name: str, left: str, operation: str, right: Any, place: int) -> dict[str, Any]:
    kind = "number" if isinstance(right, int) else "string"
    condition = {"id": "1", "leftValue": left, "rightValue": right, "operator": {"type": kind, "operation": operation}}
    rules = {"options": {"version": 2, "caseSensitive": True, "typeValidation": "loose"}, "combinator": "and"}
    return _node(name, "n8n-nodes-base.if", 2.2, {"conditions": {**rules, "conditions": [condition]}}, place)


def look_up(node: NodeInfo, *, ttl_hours: float, seconds: float, is_per_user: bool) -> str:
    """Ask Longpole's cache before the node, and tell it the result behind it."""
    kind, node_id = json_text(node.node_type), json_text(node.node_id)
    inputs = "{ question: $json.question, user: $json.user_id }" if is_per_user else "{ question: $json.question }"
    asked_for = f"node_type: {kind}, node_id: {node_id}, ttl_hours: {ttl_hours:.6g}"
    asked = f"node_type: {kind}, node_id: {node_id}, input_data: {inputs}"
    found = f"$('{_LOOK_UP}').item.json"
    kept = f"cache_key: {found}.cache_key, lease: {found}.lease, {asked_for}, execution_time: {seconds:.6g}"
    name = node.node_title or node.node_id
    return pasted(
        _post(_LOOK_UP, "/cache/lookup", f"={{{{ JSON.stringify({{ {asked} }}) }}}}", 0),
        _if(_KNOWN, "={{ $json.state }}", "equals", "hit", 1),
        {**changed(node), "position": [440, 100]},
        _post(_KEEP, "/cache/store", f"={{{{ JSON.stringify({{ {kept}, output: $json }}) }}}}", 3),
        connections={
            _LOOK_UP: _to(_KNOWN),
            _KNOWN: {"main": [[], [{"node": name, "type": "main", "index": 0}]]},
            name: _to(_KEEP),
        },
    )


def _post(name: str, path: str, body: str, place: int) -> dict[str, Any]:
    parameters = {
        "method": "POST",
        "url": "={{ $env.LONGPOLE_WORKFLOW_URL }}" + path,
        "sendBody": True,
        "specifyBody": "json",
        "jsonBody": body,
        "options": {"timeout": 2000},
    }
    return {**_node(name, *_ANY, parameters, place), "onError": "continueRegularOutput"}


def with_error_output(node: NodeInfo) -> str:
    """The node, and one that shows what went wrong."""
    name, shown = node.node_title or node.node_id, "What went wrong"
    fields = [{"id": "1", "name": "error", "type": "string", "value": "={{ $json.error }}"}]
    return pasted(
        changed(node, onError="continueErrorOutput"),
        _node(shown, "n8n-nodes-base.set", 3.4, {"assignments": {"assignments": fields}, "options": {}}, 1),
        connections={name: {"main": [[], [{"node": shown, "type": "main", "index": 0}]]}},
    )


def sub_workflow(name: str) -> str:
    """A workflow that is started and not waited for."""
    parameters = {"workflowId": {"__rl": True, "mode": "list", "value": ""}, "options": {"waitForSubWorkflow": False}}
    return pasted(_node(f"Start {name}", "n8n-nodes-base.executeWorkflow", 1.2, parameters))


def chat_model(node: NodeInfo, **options: Any) -> dict[str, Any]:
    """The model of an LLM node."""
    name = f"Model of {node.node_title or node.node_id}"
    return _node(name, "@n8n/n8n-nodes-langchain.lmChatOpenAi", 1.2, {"options": options})


def memory(node: NodeInfo, turns: int) -> dict[str, Any]:
    """The memory of an agent."""
    name = f"Memory of {node.node_title or node.node_id}"
    return _node(name, "@n8n/n8n-nodes-langchain.memoryBufferWindow", 1.3, {"contextWindowLength": turns})


def agent(node: NodeInfo) -> dict[str, Any]:
    """An agent whose system message stays the same."""
    parameters = {
        "promptType": "define",
        "text": "={{ $json.question }}\n\nToday is {{ $today.toISODate() }}.",
        "options": {"systemMessage": "You answer questions about orders."},
    }
    return _node(node.node_title or node.node_id, *_TYPES["agent"], parameters)


def only_fields(node: NodeInfo) -> dict[str, Any]:
    """Only what later nodes read."""
    name = f"Only what is used of {node.node_title or node.node_id}"
    fields = [{"id": "1", "name": "id", "type": "string", "value": "={{ $json.id }}"}]
    parameters = {"includeOtherFields": False, "assignments": {"assignments": fields}, "options": {}}
    return _node(name, "n8n-nodes-base.set", 3.4, parameters)


def two_arms(share: float) -> str:
    """A part of the users for another model; the same user always gets the same one."""
    code = (
        "const user = String($json.user_id ?? $execution.id);\n"
        "let digest = 2166136261;\n"
        "for (const each of `model-test:${user}`) digest = Math.imul(digest ^ each.codePointAt(0), 16777619) >>> 0;\n"
        f"return {{ json: {{ ...$json, arm: digest < {share:.4g} * 2 ** 32 ? 'other' : 'usual' }} }};\n"
    )
    draw, branch = "Which model", "Other model?"
    return pasted(
        _node(draw, "n8n-nodes-base.code", 2, {"mode": "runOnceForEachItem", "jsCode": code}),
        _if(branch, "={{ $json.arm }}", "equals", "other", 1),
        connections={draw: _to(branch)},
    )


def environment(name: str, value: str) -> str:
    """A variable of n8n's own container."""
    return json.dumps({"services": {"n8n": {"environment": {name: value}}}}, indent=2) + "\n"


def bounded(node: NodeInfo, most: int) -> str:
    """A loop that is left in time."""
    name, check = node.node_title or node.node_id, "Enough rounds?"
    return pasted(
        {**changed(node), "type": "n8n-nodes-base.splitInBatches", "typeVersion": 3, "parameters": {"options": {}}},
        _if(check, "={{ $runIndex }}", "gte", most, 1),
        connections={name: {"main": [[], [{"node": check, "type": "main", "index": 0}]]}},
    )
