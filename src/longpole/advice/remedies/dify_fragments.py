"""Pieces of a Dify app's file (its DSL), in the keys of Dify itself.

What is shown stands under `workflow.graph` of an exported app: nodes by their
id, of which only the fields to change are given, and edges.

Upstream: `dify`. Downstream: `yaml_text`.
Source: files exported from Dify 1.14.1 (DSL 0.6.0).
"""

from collections.abc import Mapping
from typing import Any

from longpole.advice.observations import NodeInfo
from longpole.advice.remedies.given import json_text
from longpole.advice.remedies.yaml_text import yaml_text

MOST_RETRIES = 10
"""What Dify's panel allows."""
MOST_RETRY_MS = 5_000
"""Likewise."""
_RESULTS = {"llm": "text", "agent": "text", "tool": "text", "http-request": "body", "template-transform": "output"}


def kind(node: NodeInfo) -> str:
    """The node's type as Dify writes it."""
    return node.node_type.replace("_", "-") or "code"


def changed(node: NodeInfo, **fields: Any) -> dict[str, Any]:
    """The node, with these fields of its `data` as they are to be."""
    return {"id": node.node_id, "data": {"type": kind(node), "title": node.node_title, **fields}}


def edge(source: str, target: str, handle: str = "source") -> dict[str, Any]:
    """An edge; `handle` names the branch that it leaves by."""
    return {
        "id": f"{source}-{handle}-{target}-target",
        "source": source,
        "sourceHandle": handle,
        "target": target,
        "targetHandle": "target",
        "type": "custom",
    }


def fragment(nodes: list[dict[str, Any]], edges: list[dict[str, Any]] | None = None) -> str:
    """Nodes and edges where they belong in the file."""
    graph: dict[str, Any] = {"nodes": nodes} if nodes else {}
    if edges:
        graph["edges"] = edges
    return yaml_text({"workflow": {"graph": graph}})


def environment(services: Mapping[str, Mapping[str, Any]]) -> str:
    """Variables of Dify's own containers, as a `docker-compose.override.yaml`."""
    return yaml_text({"services": {name: {"environment": dict(values)} for name, values in services.items()}})


def retries(attempts: int, wait_s: float) -> dict[str, Any]:
    """`retry_config`, within what Dify allows; an attempt is one more than a retry."""
    return {
        "retry_enabled": attempts > 1,
        "max_retries": min(max(attempts - 1, 1), MOST_RETRIES),
        "retry_interval": min(max(round(wait_s * 1_000), 100), MOST_RETRY_MS),
    }


def defaults(node: NodeInfo) -> list[dict[str, Any]]:
    """`default_value` by what the node's type gives."""
    if kind(node) == "http-request":
        return [
            {"key": "body", "type": "string", "value": ""},
            {"key": "status_code", "type": "number", "value": 0},
            {"key": "headers", "type": "object", "value": "{}"},
        ]
    return [{"key": "text", "type": "string", "value": "Sorry, that is not available just now."}]


def look_up(node: NodeInfo, *, ttl_hours: float, seconds: float, is_per_user: bool) -> str:
    """Ask Longpole's cache before the node, and tell it the result behind it."""
    find, known, keep = (f"{node.node_id}{end}" for end in ("_lookup", "_known", "_store"))
    user = ', "user": "{{#sys.user_id#}}"' if is_per_user else ""
    hit = {"comparison_operator": "contains", "id": "hit", "value": '"state":"hit"', "varType": "string"}
    condition = {**hit, "variable_selector": [find, "body"]}
    asked = (
        f'"node_type": {json_text(kind(node).replace("-", "_"))}, "node_id": {json_text(node.node_id)}, '
        f'"node_config": {{"cache": {{"ttl_hours": {ttl_hours:.6g}}}}}, '
        f'"input_data": {{"query": "{{{{#sys.query#}}}}"{user}}}'
    )
    result = _RESULTS.get(kind(node), "result")
    output = f'{{"{result}": "{{{{#{node.node_id}.{result}#}}}}"}}'
    nodes = [
        _post(find, "Look up in the cache", "/cache/lookup", f"{{{asked}}}"),
        {
            "id": known,
            "data": {
                "type": "if-else",
                "title": "Is it there?",
                "cases": [{"case_id": "true", "id": "true", "logical_operator": "and", "conditions": [condition]}],
            },
        },
        changed(node),
        _post(
            keep,
            "Keep the result",
            "/cache/store",
            f'{{{asked}, "execution_time": {seconds:.6g}, "output": {output}}}',
        ),
    ]
    return fragment(nodes, [edge(find, known), edge(known, node.node_id, "false"), edge(node.node_id, keep)])


def _post(node_id: str, title: str, path: str, body: str) -> dict[str, Any]:
    return {
        "id": node_id,
        "data": {
            "type": "http-request",
            "title": title,
            "method": "post",
            "url": "{{#env.LONGPOLE_WORKFLOW_URL#}}" + path,
            "authorization": {"type": "no-auth", "config": None},
            "headers": "Content-Type:application/json",
            "params": "",
            "body": {"type": "json", "data": [{"id": "body", "key": "", "type": "text", "value": body}]},
            "timeout": {"max_connect_timeout": 1, "max_read_timeout": 2, "max_write_timeout": 2},
            "error_strategy": "default-value",
            "default_value": [{"key": "body", "type": "string", "value": "{}"}],
            "variables": [],
        },
    }


def two_arms(node: NodeInfo, model: str, share: float) -> str:
    """A code node that draws the arm, a branch, and a second LLM node."""
    draw, branch, other = (f"{node.node_id}{end}" for end in ("_arm", "_which", "_other_model"))
    code = (
        "import hashlib\n\n\ndef main(user_id: str) -> dict:\n"
        '    digest = hashlib.sha256(f"model-test:{user_id}".encode()).digest()\n'
        f'    is_other = int.from_bytes(digest[:8], "big") < {share:.4g} * 2**64\n'
        '    return {"arm": "other" if is_other else "usual"}\n'
    )
    condition = {
        "comparison_operator": "is",
        "id": "other",
        "value": "other",
        "varType": "string",
        "variable_selector": [draw, "arm"],
    }
    case = {"case_id": "true", "id": "true", "logical_operator": "and", "conditions": [condition]}
    twin = NodeInfo(other, node.enclosing_node_id, node.node_type, f"{node.node_title} (other model)")
    nodes = [
        {
            "id": draw,
            "data": {
                "type": "code",
                "title": "Which model",
                "code_language": "python3",
                "code": code,
                "variables": [{"variable": "user_id", "value_selector": ["sys", "user_id"]}],
                "outputs": {"arm": {"type": "string", "children": None}},
            },
        },
        {"id": branch, "data": {"type": "if-else", "title": "Other model?", "cases": [case]}},
        changed(twin, model={"name": model, "mode": "chat"}),
    ]
    return fragment(nodes, [edge(draw, branch), edge(branch, other, "true"), edge(branch, node.node_id, "false")])
