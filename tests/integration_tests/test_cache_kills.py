"""Whoever is killed while it stores leaves whole results or none; see `cache_killing`."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("cache_killing.py")


def run(url: str, rounds: int) -> None:
    command = [sys.executable, str(PROGRAM), url, str(rounds), "7"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 * rounds, check=False)
    assert done.returncode == 0, done.stderr
    found = [int(line) for line in done.stdout.split()]
    assert len(found) == rounds
    assert max(found) > 10, "hardly anything was stored: this shows nothing"


def test_three_rounds_of_four_processes(database_url: str) -> None:
    run(database_url, 3)


@pytest.mark.soak
def test_sixty_rounds_of_four_processes(database_url: str) -> None:
    run(database_url, 60)
