"""A price file that is wrong is told of before anything starts, not when the first run is priced."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "command", [["serve", "--port", "0", "--grpc-port", "-1"], ["reprice", "--since", "2026-01-01"]]
)
def test_a_wrong_price_file_ends_the_command(command: list[str], tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text('[{"model": "gpt-4o", "input": -1}]')
    settings = {"LONGPOLE_PRICES": str(prices), "LONGPOLE_DATABASE_URL": f"sqlite:///{tmp_path / 'longpole.db'}"}
    done = subprocess.run(
        [sys.executable, "-m", "longpole", *command],
        env=os.environ | settings, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "LONGPOLE_PRICES: entry 1 (gpt-4o): input must be US dollars per million tokens" in done.stderr
    assert "Traceback" not in done.stderr
