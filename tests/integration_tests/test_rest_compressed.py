"""Large answers to reads are compressed for who takes them so, and nothing else is."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

Sent = tuple[str | None, int]


@pytest.fixture
def sent(border: TestClient, trip: Callable[..., dict[str, Any]]) -> Callable[[str, str, str], Sent]:
    """Asks for something, and gives its encoding and its size on the wire. There is a run of 200 nodes."""
    run = trip("long")
    nodes = [{**run["nodes"][0], "node_execution_id": f"n-{number}"} for number in range(200)]
    assert border.post("/apps/shop/workflows/trip/runs", json={**run, "nodes": nodes}).status_code == 200

    def ask(method: str, path: str, accepted: str) -> Sent:
        with border.stream(method, path, headers={"accept-encoding": accepted}) as answer:
            size = sum(map(len, answer.iter_raw()))
        assert answer.status_code < 400
        return answer.headers.get("content-encoding"), size

    return ask


def test_a_large_answer_is_compressed(sent: Callable[[str, str, str], Sent]) -> None:
    encoding, small = sent("GET", "/runs/long", "gzip")
    whole, large = sent("GET", "/runs/long", "identity")
    assert (encoding, whole) == ("gzip", None)
    assert small < large / 5


@pytest.mark.parametrize(("method", "path"), [("GET", "/health"), ("POST", "/apps/a/workflows/w/cache/cleanup")])
def test_a_small_one_and_one_to_a_post_are_not(sent: Callable[[str, str, str], Sent], method: str, path: str) -> None:
    assert sent(method, path, "gzip")[0] is None
