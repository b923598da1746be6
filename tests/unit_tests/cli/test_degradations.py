"""`longpole degradations` draws the step, says what was behind it, and answers JSON."""

import json
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from known_degradations import SINCE, SLOWER, over
from longpole import runtime as runtime_module
from longpole.analysis.watched import Points
from longpole.cli.commands import app
from longpole.cli.degradation_pictures import picture
from longpole.domain.degradations import Cause, CauseKind, Degradation, DegradedMetric, DetectionMethod
from longpole.runtime import Runtime
from longpole.store import degradations as store


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def drawn(event: Degradation, points: Points | None) -> list[str]:
    console = Console(file=StringIO(), width=160)
    console.print(picture(event, points))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def test_the_step_is_marked_in_its_series() -> None:
    values = np.array([2.0] * 10 + [3.0] * 4)
    values[3] = np.nan
    start = int(SINCE.timestamp()) - 10 * 3_600
    points = Points(DegradedMetric.RUN_TIME_P95, start, 3_600, values, np.full(14, 200))

    assert drawn(SLOWER, points) == [
        "shop/trip  95th percentile of run time worse since 2026-11-08 06:00:00Z",
        "  2.00 s → 3.00 s  ×1.50 (1.40–1.60), found as a step of its series",
        "  ▆▆▆ ▆▆▆▆▆▆┃████  a point is 1 h",
        "  1. other model answer: small → large: explains 91 %  (10 % → 100 %)",
        "  2. node answer: explains 97 %  (1.20 s → 2.20 s a run)",
        "",
    ]


def test_what_is_over_better_of_a_version_or_without_causes_is_said() -> None:
    better = over(1, ratio=0.5, low=0.4, high=0.6, workflow_version="v2", causes=())
    assert drawn(replace(better, metric=DegradedMetric.COST, method=DetectionMethod.SEQUENTIAL), None) == [
        "shop/trip (v2)  cost a run better since 2026-11-07 06:00:00Z, until 2026-11-08 02:00:00Z (over)",
        "  $2.00 → $3.00  ×0.50 (0.40–0.60), found run by run",
        "  What was behind it is not known: too few of its runs are kept.",
        "",
    ]
    size = Cause(CauseKind.INPUT_SIZE, "plan", 0.5, {"before": 900.0, "after": 2_000.0, "elasticity": 0.7})
    assert (
        "size of inputs at plan: explains 50 %  (900 → 2000 tokens or bytes)"
        in drawn(replace(SLOWER, causes=(size,)), None)[2]
    )


def test_the_command(runtime: Runtime) -> None:
    url = runtime.settings.database_url
    assert "No change of level is known" in CliRunner().invoke(app, ["degradations", "--database-url", url]).output
    runtime_module.install(runtime)
    with runtime_module.unit_of_work() as connection:
        store.add(connection, SLOWER)
        store.add(connection, over(1))

    def said(*options: str) -> str:
        result = CliRunner().invoke(app, ["degradations", *options, "--database-url", url])
        assert result.exit_code == 0, result.output
        return result.output

    assert said().count("95th percentile") == 1
    assert said("--state", "all", "--scan").count("95th percentile") == 2
    [closed] = json.loads(said("--state", "closed", "--json"))["items"]
    assert (closed["id"], closed["state"]) == ("d-over-1", "closed")
