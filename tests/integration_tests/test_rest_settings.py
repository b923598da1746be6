"""What is set, over HTTP."""

from fastapi.testclient import TestClient

from longpole import __version__


def test_it_works(border: TestClient) -> None:
    answer = border.get("/settings")
    assert answer.status_code == 200
    told = answer.json()
    assert told["version"] == __version__
    assert told["address"] == {"http": str(border.base_url).rstrip("/"), "grpc_port": None}
    settles = next(each for each in told["items"] if each["name"] == "run_settle_seconds")
    assert settles == {
        "name": "run_settle_seconds",
        "variable": "LONGPOLE_RUN_SETTLE_SECONDS",
        "value": 5.0,
        "default": 10.0,
        "is_default": False,
        "is_secret": False,
        "description": "How long after its last news a run whose root has ended is called complete.",
    }
    assert {"node_type": "llm", "hours": 24.0, "is_set": False} in told["cache_ttls"]
