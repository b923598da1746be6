"""The node cache over HTTP: what is answered, what is refused, and that nothing changes its value on the way."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from longpole import runtime
from longpole.services.cache import WorkflowCacheService

Snapshot = Callable[[str, Any], None]
PATH = "/apps/shop/workflows/trip_planner/cache"
NODE = {
    "node_type": "llm",
    "node_id": "greet",
    "node_config": {"model": "gpt-4o-mini", "temperature": 0, "api_key": "sk-secret"},
    "input_data": {"prompt": "Hello, world!"},
}


def post(client: TestClient, call: str, body: Any, status: int = 200) -> Any:
    answer = client.post(f"{PATH}/{call}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def made(client: TestClient, output: Any = "x", **more: Any) -> str:
    """A result that is kept; its key."""
    stored = post(client, "store", {**NODE, "output": output, "execution_time": 2.5, **more})
    assert stored["stored"], stored
    key: str = stored["cache_key"]
    return key


class TestLookup:
    def test_from_lease_to_hit(self, client: TestClient) -> None:
        lease = post(client, "lookup", NODE)
        assert set(lease) == {"state", "cache_key", "node_class", "lease", "lease_expires_at"}
        assert (lease["state"], lease["node_class"]) == ("lease", "read_only")
        assert lease["lease_expires_at"] == "2026-11-08T12:00:10Z"
        assert set(post(client, "lookup", {**NODE, "wait_seconds": 0.05})) == {"state", "cache_key", "node_class"}

        body = {**NODE, "lease": lease["lease"], "output": {"text": "Hi"}, "execution_time": 1.5}
        assert post(client, "store", body) == {"stored": True, "reason": None, "cache_key": lease["cache_key"]}

        assert post(client, "lookup", NODE) == {
            "state": "hit",
            "cache_key": lease["cache_key"],
            "node_class": "read_only",
            "output": {"text": "Hi"},
            "stale": False,
            "execution_time": 1.5,
        }

    @pytest.mark.parametrize(
        "output",
        ["null", "false", "0", '""', "[]", "1.0", "-0.0", "1208925819614629174706176", '{"b":[1,2.5],"a":"é\\u0000"}'],
    )
    def test_values_go_out_as_they_came_in(self, client: TestClient, output: str) -> None:
        body = f'{{"cache_key": "k", "output": {output}, "execution_time": 1}}'
        stored = client.post(f"{PATH}/store", content=body, headers={"Content-Type": "application/json"})
        assert stored.json()["stored"] is True
        assert f'"output":{output}' in client.post(f"{PATH}/lookup", json={"cache_key": "k"}).text

    def test_numbers_of_another_type_are_another_key(self, client: TestClient) -> None:
        keys = set()
        for value in ("1", "1.0", "true", "null", '"1"', "[1]", '{"1":1}'):
            body = f'{{"node_type": "code", "input_data": {value}}}'
            answer = client.post(f"{PATH}/lookup", content=body, headers={"Content-Type": "application/json"})
            keys.add(answer.json()["cache_key"])
        assert len(keys) == 7

    def test_who_waits_is_served_what_another_one_stores(self, client: TestClient) -> None:
        lease = post(client, "lookup", NODE)["lease"]
        waiting = threading.Barrier(6)

        def wait(_number: int) -> Any:
            waiting.wait(30)
            return post(client, "lookup", {**NODE, "wait_seconds": 30})["output"]

        with ThreadPoolExecutor(5) as pool:
            answers = [pool.submit(wait, number) for number in range(5)]
            waiting.wait(30)
            made(client, "made once", lease=lease)
            assert [answer.result(30) for answer in answers] == ["made once"] * 5
        figures = client.get(f"{PATH}/statistics").json()
        assert (figures["misses"], figures["hits"] + figures["coalesced"]) == (1, 5)

    def test_nobody_waits_for_a_server_that_leaves(self, client: TestClient) -> None:
        post(client, "lookup", {**NODE, "lease_seconds": 600})
        client.app.state.is_leaving = True  # type: ignore[attr-defined]  # `app` is typed as any ASGI callable
        begun = time.monotonic()
        assert post(client, "lookup", {**NODE, "wait_seconds": 30})["state"] == "wait"
        assert time.monotonic() - begun < 20

    @pytest.mark.parametrize("output", [float("nan"), b"bytes"], ids=repr)
    def test_what_json_does_not_hold_is_bypassed(self, client: TestClient, output: Any) -> None:
        with runtime.use(client.app.state.runtime):  # type: ignore[attr-defined]  # `app` is typed as any ASGI callable
            WorkflowCacheService.store_cached_result(
                "k", "code", {}, {}, output, 1.0, app_id="shop", workflow_id="trip_planner"
            )
        answer = post(client, "lookup", {"cache_key": "k"})
        assert answer == {"state": "bypass", "cache_key": "k", "node_class": None, "reason": "output_type"}

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "node_type"),
            ({"node_type": 7}, "node_type"),
            ({"node_type": ""}, "node_type"),
            ({"cache_key": "a\0"}, "cache_key"),
            ({"cache_key": "k" * 256}, "cache_key"),
            ({"node_type": "llm", "node_config": []}, "node_config"),
            ({"node_type": "llm", "node_config": {"cache": 7}}, "node_config.cache"),
            ({"node_type": "llm", "wait_seconds": 31}, "wait_seconds"),
            ({"node_type": "llm", "wait_seconds": "1"}, "wait_seconds"),
            ({"node_type": "llm", "lease_seconds": 0}, "lease_seconds"),
            ({"node_type": "llm", "lease": "mine"}, "lease"),
            ({"node_type": "llm", "inputs": {}}, "inputs"),
        ],
    )
    def test_what_is_wrong_is_named(self, border: TestClient, body: Any, field: str) -> None:
        problem = post(border, "lookup", body, 422)
        assert problem["errors"][0]["field"] == field

    @pytest.mark.parametrize("call", ["lookup", "store", "invalidate"])
    def test_bodies_are_strict_json(self, border: TestClient, call: str) -> None:
        headers = {"Content-Type": "application/json"}
        answer = border.post(f"{PATH}/{call}", content='{"node_type": NaN}', headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        assert border.post(f"{PATH}/{call}", content="{}").status_code == 415


class TestStore:
    def test_a_result_is_kept_with_what_is_said_of_it(self, client: TestClient) -> None:
        made(client, cost=0.25, tags=["catalogue"], ttl_hours=2)
        post(client, "lookup", NODE)
        assert client.get(f"{PATH}/statistics").json()["cost_saved"] == 0.25
        assert post(client, "invalidate", {"tag": "catalogue"}) == {"removed": 1}

    def test_a_lease_is_given_back(self, client: TestClient) -> None:
        lease = post(client, "lookup", NODE)
        answer = post(client, "store", {"cache_key": lease["cache_key"], "lease": lease["lease"], "release": True})
        assert answer == {"stored": False, "reason": "released", "cache_key": lease["cache_key"]}
        assert post(client, "lookup", NODE)["state"] == "lease"

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({"execution_time": 0.1}, "too_quick"),
            ({"ttl_hours": 0}, "no_ttl"),
            ({"node_type": "answer"}, "never"),
            ({"node_config": {"cache": False}}, "disabled"),
            ({"input_data": 2**64}, "input_type"),
        ],
    )
    def test_what_is_not_kept_has_its_reason(self, client: TestClient, more: Any, reason: str) -> None:
        body = {**NODE, "output": "x", "execution_time": 1, **more}
        answer = post(client, "store", body)
        assert (answer["stored"], answer["reason"]) == (False, reason)
        assert client.get(f"{PATH}/statistics").json()["bypassed"] == {reason: 1}

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"cache_key": "k", "execution_time": 1}, "output"),
            ({"cache_key": "k", "output": 1}, "execution_time"),
            ({"cache_key": "k", "output": 1, "execution_time": None}, "execution_time"),
            ({"cache_key": "k", "output": 1, "execution_time": -1}, "execution_time"),
            ({"output": 1, "execution_time": 1}, "node_type"),
            ({"cache_key": "k", "output": 1, "execution_time": 1, "tags": "a"}, "tags"),
            ({"cache_key": "k", "output": 1, "execution_time": 1, "ttl": 1}, "ttl"),
            ({"cache_key": "k", "release": True}, "lease"),
        ],
    )
    def test_what_is_wrong_is_named(self, border: TestClient, body: Any, field: str) -> None:
        assert post(border, "store", body, 422)["errors"][0]["field"] == field


class TestFigures:
    def test_statistics(self, client: TestClient, snapshot: Snapshot) -> None:
        made(client, cost=0.01)
        post(client, "lookup", NODE)
        post(client, "lookup", {**NODE, "input_data": "other"})
        post(client, "lookup", {**NODE, "node_type": "start"})
        answer = client.get(f"{PATH}/statistics?days=1")
        assert answer.status_code == 200
        snapshot("cache_statistics", answer.json())
        only = client.get(f"{PATH}/statistics?node_type=start").json()
        assert (only["hits"], only["bypassed"], len(only["by_node_type"])) == (0, {"never": 1}, 1)

    def test_top_nodes(self, client: TestClient, snapshot: Snapshot) -> None:
        for node, hits, seconds in (("often", 3, 1.0), ("dear", 1, 60.0)):
            made(client, node_id=node, execution_time=seconds)
            for _ in range(hits):
                post(client, "lookup", {**NODE, "node_id": node})
        answer = client.get(f"{PATH}/top-nodes")
        assert answer.status_code == 200
        snapshot("cache_top_nodes", answer.json())
        by_time = client.get(f"{PATH}/top-nodes?by=time_saved&limit=1").json()["items"]
        assert [each["node_id"] for each in by_time] == ["dear"]

    def test_an_entry_is_explained_without_telling_anything(self, client: TestClient, snapshot: Snapshot) -> None:
        key = made(client, {"text": "a secret answer"})
        post(client, "lookup", NODE)
        client.get(f"{PATH}/statistics")  # writes what was counted
        answer = client.get(f"{PATH}/entries/{key}")
        assert answer.status_code == 200
        explained = answer.json()
        for secret in ("sk-secret", "Hello, world!", "a secret answer"):
            assert secret not in answer.text
        snapshot("cache_entry", explained | {"cache_key": "…"})

    def test_a_key_with_a_slash_is_explained(self, client: TestClient) -> None:
        post(client, "store", {"cache_key": "a/b ü", "output": 1, "execution_time": 1})
        assert client.get(f"{PATH}/entries/a%2Fb%20%C3%BC").json()["state"] == "fresh"
        assert client.get(f"{PATH}/entries/nothing").json()["state"] == "absent"

    @pytest.mark.parametrize(
        "query",
        [
            "statistics?days=0",
            "statistics?days=366",
            "statistics?node_type=",
            "top-nodes?limit=0",
            "top-nodes?limit=101",
            "top-nodes?by=name",
            "top-nodes?days=x",
            "entries/a%00",
        ],
    )
    def test_a_bad_question_is_422(self, border: TestClient, query: str) -> None:
        answer = border.get(f"{PATH}/{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


class TestInvalidate:
    @pytest.mark.parametrize(
        ("criteria", "removed"),
        [
            ({"node_type": "llm"}, 2),
            ({"node_type": "code"}, 0),
            ({"node_id": "greet"}, 1),
            ({"tag": "a"}, 1),
            ({"older_than_hours": 0}, 0),
            ({"node_type": "llm", "node_id": "greet", "tag": "a"}, 0),
            ({"everything": True}, 2),
        ],
    )
    def test_all_criteria_hold(self, client: TestClient, criteria: Any, removed: int) -> None:
        made(client)
        made(client, node_id="other", tags=["a"])
        told = client.get(f"{PATH}/invalidate", params=criteria).json()
        assert (told["entries"], told["bytes"] > 0) == (removed, removed > 0)
        assert client.get(f"{PATH}/statistics").json()["entries"] == 2, "it was only asked"
        assert post(client, "invalidate", criteria) == {"removed": removed}
        assert client.get(f"{PATH}/statistics").json()["entries"] == 2 - removed

    def test_by_key(self, client: TestClient) -> None:
        key = made(client)
        assert post(client, "invalidate", {"cache_key": key}) == {"removed": 1}
        assert post(client, "lookup", NODE)["state"] == "lease"

    @pytest.mark.parametrize("body", [{}, {"node_type": None}, {"everything": False}])
    def test_without_a_criterion_it_says_what_to_do(self, client: TestClient, body: Any) -> None:
        made(client)
        problem = post(client, "invalidate", body, 422)
        assert '{"everything": true} means all entries of this workflow' in problem["detail"]
        assert client.get(f"{PATH}/statistics").json()["entries"] == 1

    @pytest.mark.parametrize(
        "body",
        [{"nodetype": "llm"}, {"older_than_hours": "48"}, {"everything": "yes"}, {"everything": True, "tag": "a"}, [],
         {"older_than_hours": -1}, {"node_type": ["llm"]}, {"tag": ""}],
        ids=json.dumps,
    )  # fmt: skip
    def test_what_is_unclear_removes_nothing(self, client: TestClient, body: Any) -> None:
        made(client, tags=["a"])
        post(client, "invalidate", body, 422)
        assert client.get(f"{PATH}/statistics").json()["entries"] == 1

    @pytest.mark.parametrize(
        "query", ["", "everything=false", "nodetype=llm", "older_than_hours=x", "everything=true&tag=a", "tag="]
    )
    def test_what_is_unclear_is_not_previewed(self, border: TestClient, query: str) -> None:
        answer = border.get(f"{PATH}/invalidate?{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")

    def test_clean_up(self, client: TestClient) -> None:
        made(client)
        assert client.get(f"{PATH}/cleanup").json() == {"entries": 0, "bytes": 0}
        assert client.post(f"{PATH}/cleanup").json() == {"removed": 0}

    def test_a_preview_is_of_this_workflow_alone(self, client: TestClient, snapshot: Snapshot) -> None:
        made(client)
        client.post(
            "/apps/shop/workflows/other/cache/store",
            json={"cache_key": "k", "output": "of another workflow", "execution_time": 1},
        )
        snapshot("cache_removal", client.get(f"{PATH}/invalidate?everything=true").json())


class TestPotential:
    def test_what_shadow_mode_saw(self, client: TestClient, snapshot: Snapshot) -> None:
        scope: dict[str, Any] = {
            "app_id": "shop",
            "workflow_id": "trip_planner",
            "mode": "shadow",
            "min_seconds": 0,
        }
        with runtime.use(client.app.state.runtime):  # type: ignore[attr-defined]  # `app` is typed as any ASGI callable
            for turn in range(3):
                WorkflowCacheService.get_or_compute("code", {}, {}, lambda: "same", node_id="same", **scope)
                WorkflowCacheService.get_or_compute("llm", {}, {}, lambda: turn, node_id="other", **scope)  # noqa: B023 - it is called at once
        answer = client.get(f"{PATH}/potential?days=1")
        assert answer.status_code == 200
        found = answer.json()
        for each in found["items"]:
            each["shadow"]["time_saved"] = 0.0  # how long they took
        snapshot("cache_potential", {"items": sorted(found["items"], key=lambda each: str(each["node_id"]))})

    @pytest.mark.parametrize("query", ["days=0", "days=366"])
    def test_a_bad_question_is_422(self, border: TestClient, query: str) -> None:
        assert border.get(f"{PATH}/potential?{query}").status_code == 422
