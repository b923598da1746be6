"""`longpole what-if` draws before and after, says what it declines, and refuses what is unclear."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from longpole import runtime as runtime_module
from longpole.cli.commands import app
from longpole.cli.what_if_picture import in_words, picture
from longpole.domain.errors import InvalidInputError
from longpole.domain.what_if import (
    Cached,
    Change,
    Faster,
    OtherDurations,
    ParallelIteration,
    Removed,
    Retries,
    Shift,
    Slots,
    WhatIf,
    WithoutEdges,
)
from longpole.runtime import Runtime
from longpole.services.performance import WorkflowPerformanceService as Performance


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def trips(runtime: Runtime) -> Runtime:
    """Six runs of a plan of 2 s and an answer of 8 s."""
    for number in range(6):
        start = datetime.now(UTC) - timedelta(hours=1 + number)
        times = (("plan", 0, 2), ("answer", 2, 10))
        for name, begin, end in times:
            Performance.record_node_execution(
                f"run-{number}", name, f"{number}/{name}", "llm", start_time=start + timedelta(seconds=begin),
                end_time=start + timedelta(seconds=end), status="succeeded",
            )  # fmt: skip
        Performance.record_workflow_execution(
            "shop", "trip", f"run-{number}", execution_status="succeeded", started_at=start,
            finished_at=start + timedelta(seconds=10),
        )  # fmt: skip
    return runtime


def run(on: Runtime, *words: str) -> Result:
    done = CliRunner().invoke(app, ["what-if", *words, "--database-url", on.settings.database_url])
    runtime_module.install(on)
    return done


def test_before_and_after(trips: Runtime) -> None:
    shown = run(trips, "shop/trip", "--node", "answer", "--faster", "50%").output
    assert "shop/trip: answer 50 % faster" in shown
    assert f"p50  before {'█' * 40} 10.0 s" in shown
    assert f"     after  {'█' * 24}{' ' * 16} 6.00 s, −40 %" in shown
    assert "6 runs of the last 7 days, replayed; 95 % intervals." in shown
    assert "The most that this could bring: p50 2.00 s, p95 2.00 s." in shown


def test_several_changes_at_once(trips: Runtime) -> None:
    shown = run(trips, "shop/trip", "--node", "plan", "--removed", "--slots", "1").output
    assert "shop/trip: without plan, 1 at a time" in shown
    assert "8.00 s, −20 %" in shown


def test_it_says_why_there_is_no_answer(trips: Runtime) -> None:
    shown = run(trips, "shop/trip", "--node", "gone", "--removed").output
    assert "No answer. No run has a node 'gone'." in shown


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "what is to be different"),
        (("--faster", "30%"), "--node: says which node is meant"),
        (("--node", "answer"), "what is to be different"),
        (("--node", "answer", "--faster", "much"), "must be a percentage like 30%"),
        (("--node", "answer", "--faster", "130%"), "at most 100%"),
    ],
)
def test_what_is_unclear_is_refused(runtime: Runtime, words: tuple[str, ...], problem: str) -> None:
    done = run(runtime, "shop/trip", *words)
    assert isinstance(done.exception, InvalidInputError)
    assert problem in str(done.exception)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Faster("n", 0.3), "n 30 % faster"),
        (Faster("n", -0.2), "n 20 % slower"),
        (Removed("n"), "without n"),
        (Cached("n"), "n cached"),
        (WithoutEdges((("a", "b"),)), "b not after a"),
        (ParallelIteration("n", 4), "4 turns of n at a time"),
        (ParallelIteration("n", None), "all turns of n at a time"),
        (Retries("n", 2), "n tried at most 2 times"),
        (Retries("n", None, 0.5), "n tried as often as before, 50 % of the waits"),
        (OtherDurations("n", (1,)), "n taking other times"),
        (Slots(8, "gpu"), "8 of gpu at a time"),
        (Slots(None), "any number at a time"),
    ],
)
def test_a_change_in_words(change: Change, words: str) -> None:
    assert in_words(change) == words


def test_an_interval_is_shade_and_figures() -> None:
    shift = Shift(10.0, 6.0, 5.0, 7.0)
    answer = WhatIf(40, 0.996, 0.002, mean=shift, p50=shift, p95=shift, limit_p50=3.0, limit_p95=4.0, failed_runs=3)
    console = Console(width=120, record=True, file=StringIO())
    console.print(picture("a/b", [Removed("n")], answer, 7))
    shown = console.export_text()

    assert f"     after  {'█' * 20}{'▒' * 8}{' ' * 12} 6.00 s (5.00 s to 7.00 s), −40 %" in shown
    assert "account for 99.6 % of their time" in shown
    assert "Unchanged runs are missed by 0.2 % (median)." in shown
    assert "3 failed runs are left out: they end early." in shown
