"""`longpole forecast` draws what was and what is to come, and says how far it can be trusted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from longpole import runtime as runtime_module
from longpole.cli.commands import app
from longpole.cli.forecast_picture import picture
from longpole.domain.forecasts import Backtest, Forecast, ForecastMetric, ForecastPoint, ForecastTotal, PastPoint
from longpole.runtime import Runtime
from longpole.services.performance import WorkflowPerformanceService as Performance

START = datetime(2026, 11, 10, tzinfo=UTC)
DAY = timedelta(days=1)
END = datetime(2026, 12, 1, tzinfo=UTC)
MADE = Forecast(
    "app",
    "flow",
    ForecastMetric.COST,
    "dollars",
    2,
    "daily",
    20,
    None,
    past=(PastPoint(START - 2 * DAY, 8.0), PastPoint(START - DAY, None)),
    points=(
        ForecastPoint(START, START + DAY, 4.0, 2.0, 8.0),
        ForecastPoint(START + DAY, START + 2 * DAY, 4.0, 2.0, 8.0),
    ),
    total=ForecastTotal(START, START + 2 * DAY, 0.0, 8.0, 6.0, 10.0, 0.6),
    month=ForecastTotal(START.replace(day=1), END, 50.0, 90.0, 80.0, 100.0, 0.02),
    backtest=Backtest(START - 2 * DAY, START, 9.0, 7.0, 11.0, 10.0, 0.1, held=True, coverage=0.5),
    budget=9.0,
)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def drawn(made: Forecast) -> str:
    console = Console(file=StringIO(), width=160, highlight=False)
    console.print(picture(made))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_past_middle_and_bounds() -> None:
    rows = drawn(MADE).splitlines()[2:10]
    assert [row.split(" ", 1)[0] for row in rows[:1]] == [""]
    assert "$8.00 █ │░░" in rows[0]
    assert "█ │▒▒" in rows[4]
    assert rows[7].endswith("0 █ │██")


def test_what_is_said_of_it() -> None:
    shown = drawn(MADE)
    assert "app/flow: cost, the next 2 days" in shown
    assert "in all, 10 Nov to 12 Nov: $8.00 ($6.00 to $10.00, 4 of 5 times), over $9.00: 60 %" in shown
    assert "November ($50.00 so far): $90.00 ($80.00 to $100.00, 4 of 5 times), over $9.00: 2 %" in shown
    assert "it would have said $9.00; $10.00 came, 10 % off, within its bounds. 50 % of the points" in shown


def test_a_range_only() -> None:
    assert MADE.total is not None
    shown = drawn(replace(MADE, declined="Too few days.", total=replace(MADE.total, value=None), budget=None))
    assert "$6.00 to $10.00 (4 of 5 times)" in shown
    assert "Too few days." in shown


def test_a_name_is_shown_and_not_obeyed() -> None:
    assert "\x1b" not in drawn(replace(MADE, workflow_id="\x1b[31m"))


def test_many_days_share_columns() -> None:
    many = tuple(PastPoint(START, 1.0) for _ in range(100))
    assert "a column is 2 days" in drawn(replace(MADE, past=many))


def run(on: Runtime, *words: str) -> Result:
    done = CliRunner().invoke(app, ["forecast", *words, "--database-url", on.settings.database_url])
    runtime_module.install(on)
    return done


def test_a_workflow_and_an_application(runtime: Runtime) -> None:
    for number in range(4):
        end = datetime.now(UTC) - timedelta(days=number, seconds=1)
        Performance.record_workflow_execution(
            "shop", "trip", f"run-{number}", 2.0, total_tokens_cost=1, finished_at=end
        )
    assert "shop/trip: cost, the next 30 days" in run(runtime, "shop/trip").output
    shown = run(runtime, "shop", "--metric", "run_count", "--days", "1", "--budget", "5").output
    assert "shop (all workflows): run_count, the next day" in shown
    assert "over 5:" in shown
    assert "No forecast. Nothing is known of it." in run(runtime, "shop", "--metric", "tokens").output
    assert run(runtime, "nobody").exit_code != 0
