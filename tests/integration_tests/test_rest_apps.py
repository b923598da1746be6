"""What there is to look at, the server's own pages, and its answers to what is not there."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

Snapshot = Callable[[str, Any], None]


class TestApps:
    def test_it_works(self, trips: TestClient, snapshot: Snapshot) -> None:
        answer = trips.get("/apps")
        assert answer.status_code == 200
        snapshot("apps", answer.json())

    def test_none_at_first(self, client: TestClient) -> None:
        assert client.get("/apps").json() == {"items": []}


class TestWorkflows:
    def test_it_works(self, trips: TestClient, snapshot: Snapshot) -> None:
        answer = trips.get("/apps/shop/workflows")
        assert answer.status_code == 200
        snapshot("workflows", answer.json())

    def test_an_unknown_application_has_none(self, client: TestClient) -> None:
        assert client.get("/apps/nothing/workflows").json() == {"items": []}


class TestHealth:
    @pytest.mark.parametrize("path", ["/health", "/ready"])
    def test_it_works(self, client: TestClient, path: str) -> None:
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


class TestPages:
    def test_the_description_needs_nothing_from_elsewhere(self, border: TestClient) -> None:
        answer = border.get("/docs")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "src=" not in answer.text
        assert "http" not in answer.text.replace("http://testserver", "").replace("http/protobuf", "")

    def test_docs_list_every_call(self, border: TestClient) -> None:
        page = border.get("/docs").text
        assert "GET /apps/{app_id}/workflows/{workflow_id}/performance/summary" in page
        assert "POST /v1/traces" in page


class TestProblems:
    @pytest.mark.parametrize(
        "path", ["/nothing", "/apps/a", "/apps//workflows", "/runs/", "/runs/a/b", "/apps/", "/redoc"]
    )
    def test_no_such_path_is_404(self, border: TestClient, path: str) -> None:
        answer = border.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert answer.json() == {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "There is nothing at this address: /openapi.json lists what there is.",
        }

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_no_such_method_is_405_and_says_which_there_are(self, border: TestClient, method: str) -> None:
        answer = border.request(method, "/apps")
        assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
        assert answer.json()["detail"] == f"This address takes {answer.headers['allow']}."
        assert answer.headers["allow"] == "GET"

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ("/runs/r", "DELETE, GET"),
            ("/apps/a/workflows/w/runs", "GET, POST"),
            ("/apps/a%2Fb/workflows/w/optimization/recommendations", "GET, POST"),
            ("/v1/traces", "POST"),
        ],
    )
    def test_all_methods_of_a_path_are_named(self, border: TestClient, path: str, allowed: str) -> None:
        assert border.options(path).headers["allow"] == allowed

    def test_a_body_that_is_not_json_is_400(self, border: TestClient) -> None:
        answer = border.post(
            "/apps/a/workflows/w/runs",
            content=b'{"workflow_run_id": NaN}',
            headers={"content-type": "application/json"},
        )
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


class TestOpenApi:
    def test_it_works(self, border: TestClient) -> None:
        described = border.get("/openapi.json").json()
        assert described["info"]["title"] == "Longpole"
        assert "Problem" in described["components"]["schemas"]

    def test_every_reference_leads_somewhere(self, border: TestClient) -> None:
        described = border.get("/openapi.json").json()
        references = {each.split('"')[0] for each in json.dumps(described).split('"$ref": "')[1:]}
        assert references
        for reference in references:
            assert reference.removeprefix("#/components/schemas/") in described["components"]["schemas"]

    def test_every_call_says_what_it_is_for_and_which_problems_it_answers(self, border: TestClient) -> None:
        described = border.get("/openapi.json").json()
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                assert operation.get("description") or operation["summary"], (method, path)
                if not path.endswith(("traces", "logs", "metrics")):
                    assert "application/problem+json" in operation["responses"]["422"]["content"], (method, path)
