"""The API's description is the one that the dashboard's types are made of."""

import json
import re
from pathlib import Path

from fastapi.testclient import TestClient

ROOT = Path(__file__).parents[2]
SNAPSHOT = ROOT / "tests" / "snapshots" / "api" / "openapi.json"
TYPES = ROOT / "web" / "src" / "api" / "schema.d.ts"
AGAIN = "make it anew: `python web/openapi.py`, then `npm run types` in web/"


def test_the_description_is_the_recorded_one(border: TestClient) -> None:
    assert json.loads(SNAPSHOT.read_text()) == border.get("/openapi.json").json(), AGAIN


def test_the_types_of_the_dashboard_know_every_path_and_schema() -> None:
    api = json.loads(SNAPSHOT.read_text())
    types = TYPES.read_text()
    assert set(re.findall(r'^    readonly "(/[^"]*)": \{$', types, re.MULTILINE)) == set(api["paths"]), AGAIN
    for name in api["components"]["schemas"]:
        assert re.search(rf"^        readonly \"?{re.escape(name)}\"?:", types, re.MULTILINE), f"{name}: {AGAIN}"
