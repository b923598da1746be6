"""`longpole trends` draws lines with their gaps, and obeys no name."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from longpole import runtime as runtime_module
from longpole.cli.commands import app
from longpole.cli.trend_pictures import bars, picture, written
from longpole.domain.trends import By, PeriodType, TrendLine, TrendPoint, TrendSeries
from longpole.runtime import Runtime
from longpole.services.performance import WorkflowPerformanceService as Performance

START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def series(*values: float | None, name: str = "a", days: int = 1, unit: str = "seconds") -> TrendSeries:
    points = tuple(
        TrendPoint(at, at + timedelta(days=days), value, 1, *[None] * 7)
        for place, value in enumerate(values)
        if value is not None
        for at in [START + timedelta(days=days * place)]
    )
    line = TrendLine(name, name, "llm", None, points)
    period = PeriodType.DAILY if days == 1 else PeriodType.WEEKLY
    end = START + timedelta(days=days * len(values))
    return TrendSeries(
        "app", "flow", "node_time", unit, period, By.NODE, "UTC", START, end, None, (line,) if points else ()
    )


def drawn(of: TrendSeries) -> str:
    console = Console(file=StringIO(), width=160, highlight=False)
    console.print(picture([of]))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_bars_from_nothing_to_the_largest() -> None:
    assert bars([0.0, 4.0, None, 8.0]) == "▁▅ █"
    assert bars([0.0]) == "▁"


@pytest.mark.parametrize("days", [1, 7])
def test_gaps_are_gaps(days: int) -> None:
    shown = drawn(series(8.0, None, None, 4.0, None, days=days))
    assert "█  ▅   " in shown
    assert "8.00 s" in shown
    assert "4.00 s" in shown


def test_a_name_is_shown_and_not_obeyed() -> None:
    shown = drawn(series(1.0, name="\x1b[31m[bold]red\x07"))
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[bold]red" in shown


def test_nothing_known() -> None:
    assert "Nothing is known of it in this time." in drawn(series(None))


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1.5, "seconds", "1.50 s"),
        (0.0000015, "dollars", "$0.0000015"),
        (0.25, "ratio", "25 %"),
        (25.0, "percent", "25 %"),
        (2e9, "bytes", "2.00 GB"),
        (12.0, "count", "12"),
    ],
)
def test_units(value: float, unit: str, expected: str) -> None:
    assert written(value, unit) == expected


def run(on: Runtime, *words: str) -> Result:
    done = CliRunner().invoke(app, ["trends", *words, "--database-url", on.settings.database_url])
    runtime_module.install(on)
    return done


def test_a_workflow(runtime: Runtime) -> None:
    end = datetime.now(UTC) - timedelta(seconds=1)
    Performance.record_workflow_execution("shop", "trip", "run", 2.0, execution_status="succeeded", finished_at=end)
    shown = run(runtime, "shop/trip").output
    assert "shop/trip: daily" in shown
    assert "run_time" in shown
    assert "2.00 s" in shown
    assert "Nothing is known" in run(runtime, "shop/trip", "--metric", "cost").output
    assert run(runtime, "shop/trip", "--metric", "beauty").exit_code != 0
