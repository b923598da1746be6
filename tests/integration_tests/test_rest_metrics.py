"""Metrics of users' own, from the attribute of a span or the body of a report to the points of a trend."""

from typing import Any

from fastapi.testclient import TestClient
from typer.testing import CliRunner

from longpole import runtime
from longpole.cli.commands import app
from longpole.services import rollups

METRICS = "/apps/shop/metrics"
TRENDS = "/apps/shop/workflows/support/performance/trends"
NOON_NS = 1_794_139_200 * 10**9  # 2026-11-08T12:00:00Z
SECOND = 10**9


def spans() -> dict[str, Any]:
    """A run of 4 s that was 0.75 good, with a call of a model that wrote 60 tokens in 2 s and read 12 rows."""

    def span(number: int, name: str, begin: int, end: int, **attributes: str | float) -> dict[str, Any]:
        kinds = {str: "stringValue", int: "intValue", float: "doubleValue"}
        return {
            "traceId": "0af7651916cd43dd8448eb211c80319c",
            "spanId": f"{number:016x}",
            "parentSpanId": "" if number == 1 else f"{1:016x}",
            "name": name,
            "startTimeUnixNano": str(NOON_NS - begin * SECOND),
            "endTimeUnixNano": str(NOON_NS - end * SECOND),
            "attributes": [
                {"key": key.replace("__", "."), "value": {kinds[type(value)]: value}}
                for key, value in attributes.items()
            ],
        }

    ours = {"longpole__workflow_id": "support", "longpole__app_id": "shop"}
    root = span(1, "support", 104, 100, **ours, longpole__metric__quality=0.75)
    of_model = {"gen_ai__operation__name": "chat", "gen_ai__usage__output_tokens": 60}
    call = span(2, "ask", 103, 101, **of_model, longpole__metric__rows=12)
    return {"resourceSpans": [{"scopeSpans": [{"spans": [root, call]}]}]}


def points(client: TestClient, metric: str, **asked: str) -> list[tuple[float, int]]:
    answer = client.get(TRENDS, params={"metric": metric, "days": 7, **asked})
    assert answer.status_code == 200, answer.text
    return [(point["value"], point["count"]) for line in answer.json()["items"] for point in line["points"]]


def test_from_the_attribute_of_a_span_to_a_trend(client: TestClient) -> None:
    made = client.post(
        METRICS,
        json={"name": "speed", "expression": "output_tokens / execution_time", "level": "node", "backfill": True},
    )
    assert made.status_code == 200
    assert client.post("/v1/traces", json=spans()).status_code == 200
    rollups.refresh(everything=True)

    assert points(client, "quality") == [(0.75, 1)]
    assert points(client, "rows", by="node") == [(12.0, 1)]
    assert points(client, "speed") == [(30.0, 1)]


def test_from_a_report_to_a_trend(client: TestClient) -> None:
    at = "2026-11-08T11:00:00Z"
    node = {
        "node_id": "ask", "node_execution_id": "ask", "node_type": "llm", "node_title": "Ask", "status": "succeeded",
        "start_time": at, "execution_time": 1.0, "metrics": {"rows": -3},
    }  # fmt: skip
    report = {
        "workflow_run_id": "r", "execution_status": "succeeded", "started_at": at, "total_execution_time": 2.0,
        "metrics": {"quality": 0.5}, "nodes": [node],
    }  # fmt: skip
    assert client.post("/apps/shop/workflows/support/runs", json=report).json()["rejected"] == []

    assert points(client, "quality") == [(0.5, 1)]
    assert points(client, "rows") == [(-3.0, 1)]


def test_defined_listed_and_removed(client: TestClient) -> None:
    made = client.post(METRICS, json={"name": "speed", "expression": "cost * 2", "unit": "$", "workflow_id": "support"})

    expected = {
        "app_id": "shop",
        "workflow_id": "support",
        "name": "speed",
        "level": "run",
        "expression": "cost * 2",
        "unit": "$",
        "counts_from": "2026-11-08T12:00:00Z",
        "created_at": "2026-11-08T12:00:00Z",
        "updated_at": "2026-11-08T12:00:00Z",
    }
    assert made.json() == expected
    assert client.get(METRICS).json() == {"items": [expected]}
    assert client.get(METRICS, params={"workflow_id": "another"}).json() == {"items": []}
    assert client.delete(f"{METRICS}/speed").status_code == 404
    assert client.delete(f"{METRICS}/speed", params={"workflow_id": "support"}).json() == {"removed": 1}
    assert client.get(METRICS).json() == {"items": []}


def test_what_is_wrong_is_said(border: TestClient) -> None:
    answer = border.post(METRICS, json={"name": "speed", "expression": "cost *"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "expression", "problem": "a number, a name or a bracket was expected at character 7"}
    ]
    assert border.post(METRICS, json={"name": "cost"}).status_code == 422
    assert border.post(METRICS, json={"name": "a", "expression": "1" * 501}).status_code == 422
    assert border.post(METRICS, json={"name": "a", "levle": "run"}).status_code == 422
    assert border.get(TRENDS, params={"metric": "quality"}).status_code == 422


def test_the_command(client: TestClient) -> None:
    url = runtime.current().settings.database_url

    def run(*said: str) -> str:
        found = CliRunner().invoke(app, ["metrics", *said, "--database-url", url], catch_exceptions=False)
        assert found.exit_code == 0
        return found.stdout

    assert "None is defined" in run("list", "--app", "shop")
    made = run("define", "speed", "output_tokens / execution_time", "--app", "shop", "--backfill")
    assert made == "speed counts for all runs that are kept.\n"
    assert run("define", "quality", "--app", "shop") == "quality is a metric that is sent.\n"
    listed = run("list", "--app", "shop")
    assert "output_tokens / execution_time" in listed
    assert "quality" in listed
    assert run("remove", "speed", "--app", "shop") == "Removed speed.\n"
