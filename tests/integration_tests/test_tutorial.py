"""The tutorial does what it says: its program, a stock exporter, a server of its own, and the node that decides."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
_RUNS = 3
_PATIENCE_S = 20


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server's address, on a free port and an empty database."""
    options = ["serve", "--port", "0", "--grpc-port", "-1", "--database-url", f"sqlite:///{tmp_path / 'tutorial.db'}"]
    process = subprocess.Popen([sys.executable, "-m", "longpole", *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = iter(process.stdout.readline, "")
    yield next(found[0] for line in said if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
    process.kill()
    process.communicate()


def _bottlenecks(address: str, app: str) -> Any:
    """What the API answers once all runs are there."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        with urllib.request.urlopen(f"{address}/apps/{app}/workflows/trip_planner/performance/bottlenecks") as answer:
            found = json.load(answer)
        if found["runs_analysed"] == _RUNS or time.monotonic() > deadline:
            return found
        time.sleep(0.05)  # runs are assembled some milliseconds after they were acknowledged


def test_the_tutorial_finds_the_node_that_decides(address: str, tmp_path: Path) -> None:
    program = re.search(r"^```python\n(.*?)^```", _TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert program is not None
    (tmp_path / "trip.py").write_text(program[1], encoding="utf-8")
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_SERVICE_NAME": "trips"}

    subprocess.run([sys.executable, "trip.py", "0.3", "0.1"], cwd=tmp_path, env=environment, check=True)
    found = _bottlenecks(address, "trips")

    assert found["runs_analysed"] == _RUNS
    assert [item["node_id"] for item in found["items"]] == ["flights", "book", "plan"]
