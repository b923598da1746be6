"""The soak for some seconds: `make soak` runs the same for ten minutes."""

import subprocess
import sys
from pathlib import Path

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


def test_nothing_is_lost_and_the_memory_stays_bounded() -> None:
    ran = subprocess.run(
        [sys.executable, SOAK, "--seconds", "4", "--clients", "2"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "until queryable" in ran.stdout
