"""`longpole compare` and `longpole gate`: how sides are written, what is printed, which exit code."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner, Result

from compared import NOW, recorded
from longpole import runtime as runtime_module
from longpole.cli.commands import app
from longpole.cli.compare import asked
from longpole.cli.gate import bound
from longpole.cli.sides import side, sides
from longpole.domain.comparisons import Side
from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import RunStatus
from longpole.runtime import Runtime
from longpole.services.gate import Bound
from longpole.settings import Settings


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def versions(sqlite_url: str) -> Runtime:
    """Two versions of a workflow that ended a while ago; the second answers half as slowly again."""
    made = Runtime(Settings(database_url=sqlite_url))
    runtime_module.install(made)
    start = int(datetime.now(UTC).timestamp()) * 10**9 - NOW
    recorded(made, "v1", 130, seed=1, start_ns=start)
    recorded(made, "v2", 130, seed=2, slower=1.5, start_ns=start)
    return made


def run(on: Runtime, *words: str) -> Result:
    done = CliRunner().invoke(app, [*words, "--database-url", on.settings.database_url])
    runtime_module.install(on)
    return done


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version=v1", Side(version="v1")),
        ("version=a=b, last7d", Side(version="a=b", days=7)),
        ("last12h", Side(days=0.5)),
        ("last1.5w", Side(days=10.5)),
        (
            "2026-11-01..2026-11-08",
            Side(since=datetime(2026, 11, 1, tzinfo=UTC), until=datetime(2026, 11, 8, tzinfo=UTC)),
        ),
        ("2026-11-01T14:00+00:00..", Side(since=datetime(2026, 11, 1, 14, tzinfo=UTC))),
        ("user=alice,tag=beta", Side(user_id="alice", tag="beta")),
        ("session=s,environment=ci,status=failed", Side(session_id="s", environment="ci", status=RunStatus.FAILED)),
        ("previous", Side()),
    ],
)
def test_a_side_is_read(text: str, expected: Side) -> None:
    assert side(text, "--a") == expected


@pytest.mark.parametrize(
    ("a", "b", "problem"),
    [
        ("v1", None, "--a: must be version=v1"),
        ("version=", None, "--a: must be version=v1"),
        ("version=v1,version=v2", None, "--a: says version twice"),
        ("yesterday..today", None, "--a: must be a day like 2026-11-01"),
        ("status=well", None, "--a: status is one of"),
        ("last7d,previous", "last7d", "--a: previous is a period already"),
        ("previous", "version=v2,last7d", "--a: previous: say of the same runs as --b"),
        (None, "previous", "--b: previous is the time before this side"),
    ],
)
def test_what_is_no_side_is_refused(a: str | None, b: str | None, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem.split(": ", 1)[1]):
        sides(a, b)


@pytest.mark.parametrize(
    ("words", "a", "b"),
    [
        ((["shop/trip@v1", "shop/trip@v2"], None, None, None), Side(version="v1"), Side(version="v2")),
        ((["shop/trip@v1", "shop/trip@v2"], "last2d", None, None), Side(version="v1", days=2), Side(version="v2")),
        ((["shop/trip", "version=v1", "version=v2"], None, None, None), Side(version="v1"), Side(version="v2")),
        ((["version=v1", "version=v2"], None, None, "shop/trip"), Side(version="v1"), Side(version="v2")),
        ((["shop/trip"], "version=v1", "version=v2", None), Side(version="v1"), Side(version="v2")),
        ((["shop/trip"], None, None, None), Side(), Side()),
    ],
)
def test_every_way_to_name_two_sides(
    words: tuple[list[str], str | None, str | None, str | None], a: Side, b: Side
) -> None:
    assert asked(*words) == ("shop/trip", a, b)


@pytest.mark.parametrize("words", [["a/b@1", "c/d@2"], ["a/b", "last7d"], ["a", "b", "c", "d"]])
def test_what_names_no_two_sides_is_refused(words: list[str]) -> None:
    with pytest.raises(InvalidInputError):
        asked(words, None, None, None)


def test_a_table_with_verdicts(versions: Runtime) -> None:
    shown = run(versions, "compare", "shop/trip@v1", "shop/trip@v2").output
    assert "A  version v1, " in shown
    assert "130 runs" in shown
    lines = {line.split("  ")[0].strip(): line for line in shown.splitlines()}
    assert "worse" in lines["Median run time"]
    assert "●" in lines["Median run time"]
    assert lines["Cost per run"].split()[3:7] == ["$0.0100", "$0.0150", "+50", "%"]
    assert "no evidence" in lines["Tokens per run"]
    assert "worse" in lines["Answer"]
    assert "no evidence" in lines["Fetch"]


def test_json(versions: Runtime) -> None:
    found = json.loads(run(versions, "compare", "shop/trip", "version=v1", "version=v2", "--json").output)
    assert (found["a"]["run_count"], found["figures"][0]["verdict"]) == (130, "worse")


GATE = ("gate", "shop/trip", "--baseline", "version=v1", "--candidate", "version=v2")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((*GATE, "--max-regression", "p50=10%"), 1, "shop/trip: the gate fails"),
        ((*GATE, "--max-regression", "p50=0.1", "--max-regression", "tokens=5%"), 1, "worse beyond chance"),
        ((*GATE, "--max-regression", "cost=60%"), 0, "worse, but not by more than is allowed"),
        ((*GATE, "--max-regression", "error_rate=1%"), 0, "+1 points"),
        ((*GATE, "--max-regression", "p99=10%"), 2, "130 and 130 runs are too few"),
        ((*GATE, "--max-regression", "p99=10%", "--on-too-few", "pass"), 0, "passes"),
        ((*GATE, "--max-regression", "p99=10%", "--on-too-few", "fail"), 1, "fails"),
        ((*GATE, "--max-regression", "cost=60%", "--min-runs", "500"), 2, "cannot decide"),
        ((*GATE, "--max-regression", "cost=60%", "--expected-share", "0.9"), 2, "a has 50.0% of the runs"),
        ((*GATE, "--max-regression", "speed=10%"), 2, "must be like p95=10%"),
        ((*GATE, "--max-regression", "p95"), 2, "must be like p95=10%"),
        ((*GATE, "--max-regression", "p95=-1%"), 2, "must be like p95=10%"),
        (("gate", "shop/gone", *GATE[2:], "--max-regression", "p95=10%"), 2, "the gate cannot decide"),
        (("gate", "other/gone", *GATE[2:], "--max-regression", "p95=10%"), 2, "There is no workflow"),
        (GATE, 2, "max-regression"),
    ],
)
def test_exit_codes(versions: Runtime, words: tuple[str, ...], code: int, said: str) -> None:
    done = run(versions, *words)
    assert (done.exit_code, said in done.output) == (code, True), done.output


def test_markdown_and_json_of_a_gate(versions: Runtime) -> None:
    asked_for = (*GATE, "--max-regression", "cost=5%")
    shown = run(versions, *asked_for, "--markdown").output.splitlines()
    assert shown[0] == "### `shop/trip`: the gate fails"
    assert shown[4].startswith("| Cost per run | $0.0100 | $0.0150 | +50 % (+50 % to +50 %) | +5 % | **fail**: worse")
    found = json.loads(run(versions, *asked_for, "--json").output)
    assert (found["outcome"], found["checked"][0]["bound"]) == ("fail", {"figure": "cost_per_run", "most": 0.05})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p95=10%", Bound("run_time_p95", 0.1)),
        ("error_rate=1%", Bound("error_rate", 0.01)),
        ("cache_hit_rate=5%", Bound("cache_hit_rate", 5.0)),
        ("retries=0.2", Bound("retries_per_run", 0.2)),
        ("run_time_p50=0%", Bound("run_time_p50", 0.0)),
    ],
)
def test_bounds(text: str, expected: Bound) -> None:
    assert bound(text) == expected
