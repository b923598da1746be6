"""Writes the server's description of its API to where its tests and the dashboard read it: `python web/openapi.py`."""

import json
from pathlib import Path

from longpole.app import create_app
from longpole.runtime import Runtime
from longpole.settings import Settings

SNAPSHOT = Path(__file__).parents[1] / "tests" / "snapshots" / "api" / "openapi.json"


def described() -> str:
    """The description as text, the same for the same API."""
    api = create_app(Runtime(Settings(database_url="sqlite://"))).openapi()
    return json.dumps(api, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(described())
