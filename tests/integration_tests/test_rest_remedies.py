"""What remedies have an engine post to the cache is what the cache takes."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from longpole.advice.observations import NodeInfo
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.domain.graphs import Engine

NODE = NodeInfo('llm "1"', None, "llm", "Ask {{the}} model")
NODE_BINARY = shutil.which("node")


def example(engine: Engine) -> str:
    code = remedy(engine, Action.CACHE, NODE, ttl_hours=6, per_user=True, seconds=1.5).code_example
    assert code is not None
    return code


def posted(client: TestClient, path: str, body: Any) -> Any:
    answer = client.post(f"/apps/shop/workflows/flow{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer


def test_dify_asks_keeps_and_is_served(border: TestClient) -> None:
    nodes = [node["data"] for node in yaml.safe_load(example(Engine.DIFY))["workflow"]["graph"]["nodes"]]
    requests = [node for node in nodes if node["type"] == "http-request"]
    paths = [node["url"].removeprefix("{{#env.LONGPOLE_WORKFLOW_URL#}}") for node in requests]
    # Dify puts values in place of its references.
    look_up, keep = (json.loads(re.sub(r"\{\{#[^}]*#\}\}", "x", node["body"]["data"][0]["value"])) for node in requests)
    assert '"state":"lease"' in posted(border, paths[0], look_up).text
    assert posted(border, paths[1], keep).json()["stored"]
    found = posted(border, paths[0], look_up)
    (condition,) = next(node for node in nodes if node["type"] == "if-else")["cases"][0]["conditions"]
    assert condition["comparison_operator"] == "contains"
    assert condition["value"] in found.text
    assert found.json()["output"] == {"text": "x"}


@pytest.mark.skipif(NODE_BINARY is None, reason="n8n's expressions are JavaScript")
def test_n8n_asks_keeps_and_is_served(border: TestClient) -> None:
    nodes = [node for node in json.loads(example(Engine.N8N))["nodes"] if "jsonBody" in node["parameters"]]
    paths = [node["parameters"]["url"].removeprefix("={{ $env.LONGPOLE_WORKFLOW_URL }}") for node in nodes]
    look_up, keep = (node["parameters"]["jsonBody"] for node in nodes)
    asked = evaluated(look_up, {"question": "why?", "user_id": "u1"}, {})
    lease = posted(border, paths[0], asked).json()
    assert lease["state"] == "lease"
    assert posted(border, paths[1], evaluated(keep, {"text": "because"}, lease)).json()["stored"]
    found = posted(border, paths[0], asked).json()
    assert (found["state"], found["output"]) == ("hit", {"text": "because"})


def evaluated(expression: str, item: Any, looked_up: Any) -> Any:
    """What n8n makes of an expression: one item, and what another node gave."""
    inside = expression.removeprefix("={{").removesuffix("}}")
    assert "}}" not in inside.replace("} }", "").replace("})", "")
    script = (
        f"const $json = {json.dumps(item)}; const $ = name => ({{item: {{json: {json.dumps(looked_up)}}}}});"
        f"console.log({inside})"
    )
    assert NODE_BINARY is not None
    return json.loads(subprocess.run([NODE_BINARY, "-e", script], capture_output=True, check=True, timeout=60).stdout)
