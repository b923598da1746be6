"""`longpole advise` prints what to change, how to say no, and what was missing to see more."""

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from hotel_runs import DAY, START_NS, hotel_runs, slow_hotel
from longpole import runtime as runtime_module
from longpole.advice.analyses import RULES, Analysis
from longpole.cli.advice_pictures import Picture
from longpole.cli.commands import app
from longpole.domain.errors import InvalidInputError, NotFoundError, RecommendationNotFoundError
from longpole.runtime import Runtime
from longpole.services.graphs import import_graph
from longpole.settings import Settings
from longpole.store.run_writes import write_records

Run = Callable[..., str]
OF = "shop/trip_planner"


@pytest.fixture
def on(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """A database with one day of slow searches; commands see the same moment."""
    monkeypatch.setenv("COLUMNS", "120")
    for each in tuple(RULES):
        monkeypatch.setitem(RULES, each, lambda _: ())
    monkeypatch.setitem(RULES, Analysis.CACHE_OPPORTUNITIES, slow_hotel)
    made = Runtime(Settings(database_url=sqlite_url), clock=lambda: START_NS + DAY)
    monkeypatch.setattr("longpole.cli.advise.installed_runtime", lambda _: _again(made))
    runtime_module.install(made)
    record(made, 2.0)
    return made


def _again(made: Runtime) -> Runtime:
    runtime_module.install(made)
    return made


def record(on: Runtime, seconds: float) -> None:
    with runtime_module.use(on), runtime_module.unit_of_work() as connection:
        write_records(connection, hotel_runs(60, START_NS, START_NS + DAY - 1, seconds), now_ns=START_NS + DAY)


@pytest.fixture
def run(on: Runtime) -> Run:
    def invoke(*words: str) -> str:
        done = CliRunner().invoke(app, ["advise", *words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return invoke


def the_id(run: Run) -> str:
    found: str = json.loads(run(OF, "--json"))["items"][0]["id"]
    return found


def test_it_says_what_to_change(run: Run) -> None:
    shown = run(OF)

    assert "shop/trip_planner: 1 recommendation" in shown
    assert "Cache the hotel search" in shown
    assert "before   ████" in shown
    assert "1. Turn on caching for the node." in shown
    assert "Seen in runs run-1" in shown
    assert f"longpole advise dismiss {the_id(run)}" in shown
    assert "Looked at 60 runs of the last 7 days." in shown
    assert run("workflow", OF) == shown


def test_what_would_show_more_is_said(run: Run, on: Runtime) -> None:
    assert "longpole graph import FILE" in run(OF)

    graph = {"nodes": [{"id": "plan", "data": {}}, {"id": "hotel", "data": {}}], "edges": []}
    import_graph("shop", "trip_planner", json.dumps(graph))

    assert "longpole graph import FILE" not in run(OF)
    assert "LONGPOLE_CAPTURE_CONTENT=true" in run(OF)


def test_where_nothing_is_found_it_says_what_was_looked_at(run: Run, on: Runtime) -> None:
    record(on, 0.1)

    assert "shop/trip_planner: nothing to change was found in 60 runs of the last 7 days." in run(OF)


def test_a_severity_is_picked(run: Run) -> None:
    assert "none of them of severity low" in run(OF, "--severity", "low")


def test_one_is_dismissed_and_followed(run: Run) -> None:
    one = the_id(run)

    assert run("dismiss", one, "--reason", "Not now") == (
        "Dismissed: Cache the hotel search. It comes back if it gets markedly worse.\n"
    )
    assert "nothing to change was found" in run(OF)
    assert "dismissed" in run(OF, "--status", "dismissed")

    followed = run("implement", one, "--note", "Cached.")

    assert "Cached." in followed
    assert "implemented" in followed
    assert "Too few runs to say yet" in followed
    assert "Cache the hotel search" in run(OF, "--status", "implemented")


def test_since_when_is_in_utc_where_no_zone_is_named(run: Run) -> None:
    one = the_id(run)
    run("implement", one, "--at", "2026-02-16")

    assert json.loads(run("show", one, "--json"))["implemented_at"] == "2026-02-16T00:00:00Z"
    with pytest.raises(InvalidInputError, match="future"):
        run("implement", one, "--at", "2126-02-16T00:00:00+01:00")


def test_one_is_shown_whole(run: Run) -> None:
    assert "Turn on caching" in run("show", the_id(run))


def test_what_is_not_there_is_said(run: Run) -> None:
    with pytest.raises(NotFoundError, match="longpole report"):
        run("shop/other")
    with pytest.raises(RecommendationNotFoundError):
        run("show", "nothing")


def test_help_tells_how_to_call_it(run: Run) -> None:
    shown = run("--help")

    assert "longpole advise [OPTIONS] APP/WORKFLOW | COMMAND" in " ".join(shown.split())
    assert "longpole advise shop/trip_planner" in shown
    assert shown == run("-h")


def test_a_picture_shows_the_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - beside its only use

    Console(width=80, force_terminal=False).print(Picture("execution_time_p95", "s", 8.0, 4.0, 3.0, 5.0))
    before, after = capsys.readouterr().out.splitlines()

    assert before.count("█") == 39
    assert (after.count("█"), after.count("▓"), after.count("░")) == (15, 5, 4)
    assert after.strip().endswith("4.00 s (3.00–5.00)")
