"""`longpole alerts` makes rules, shows them without their secrets, and tries them out."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from alerting_scenes import SECRET
from longpole import runtime as runtime_module
from longpole.cli import alert_options
from longpole.cli.commands import app
from longpole.domain.alerts import AlertRule, ErrorRateCondition
from longpole.domain.errors import InvalidInputError
from longpole.runtime import Runtime
from longpole.services import alert_rules
from longpole.settings import Settings
from receivers import answering, http_receiver


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")


def run(url: str, *words: str) -> Result:
    return CliRunner().invoke(app, ["alerts", *words, "--database-url", url])


def kept(url: str) -> list[AlertRule]:
    on = Runtime(Settings(database_url=url))
    try:
        with runtime_module.use(on):
            return list(alert_rules.listed())
    finally:
        on.close()


def test_a_rule_is_made_shown_changed_and_removed(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("https://hooks.example/t0ken\n")
    (tmp_path / "secret").write_text(SECRET)
    where = ["--webhook", f"@{tmp_path / 'url'}", "--secret", f"@{tmp_path / 'secret'}"]
    made = run(
        sqlite_url, "add", "error_rate", "--app", "shop", "--workflow", "checkout", "-c", "above=0.05", *where,
        "--quiet", "22:00-07:00", "--time-zone", "Europe/Berlin",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    [rule] = kept(sqlite_url)
    assert (rule.target.url, rule.target.secret, rule.name) == (
        "https://hooks.example/t0ken",
        SECRET,
        "error_rate of checkout",
    )
    shown = run(sqlite_url, "list").output
    assert all(word in shown for word in (rule.id, "shop/checkout", "above=0.05", "webhook: hooks.example", "22:00-07"))
    assert "t0ken" not in shown
    assert SECRET not in shown

    edited = run(sqlite_url, "edit", rule.id, "-c", "min_runs=50", "--quiet", "never", "--off", "--name", "n")
    assert edited.exit_code == 0, edited.output
    [changed] = kept(sqlite_url)
    assert changed.condition == ErrorRateCondition(0.05, 1, 50)
    assert (changed.name, changed.quiet_hours, changed.is_enabled) == ("n", None, False)
    assert changed.target == rule.target
    assert run(sqlite_url, "remove", rule.id).output == "Removed.\n"
    assert "There is no alert rule." in run(sqlite_url, "list", "--app", "shop").output


def test_a_rule_is_tried_out(sqlite_url: str) -> None:
    with http_receiver() as receiver:
        run(sqlite_url, "add", "degradation", "--app", "shop", "--slack", receiver.url)
        [rule] = kept(sqlite_url)
        assert "Nothing was told" in run(sqlite_url, "deliveries", rule.id).output
        assert run(sqlite_url, "test", rule.id).output == "Delivered.\n"
        receiver.behave = answering(500)
        failed = run(sqlite_url, "test", rule.id)
    assert failed.exit_code == 1
    assert "Not delivered: answered 500" in failed.output
    shown = run(sqlite_url, "deliveries", rule.id).output
    assert "delivered" in shown
    assert "answered 500" in shown


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "one of them must say where messages go"),
        (["--slack", "https://x", "--email", "a@example.org"], "only one of them"),
        (["--webhook", "https://x", "--secret", SECRET], "must be @FILE"),
        (["--webhook", "@/nowhere"], "cannot be read"),
        (["--email", "a@example.org", "-c", "above"], "must be NAME=VALUE"),
        (["--email", "a@example.org", "--quiet", "night"], "must be FROM-TO"),
        (["--email", "nobody"], "must be an e-mail address"),
    ],
)
def test_what_is_unclear_is_refused(sqlite_url: str, words: list[str], problem: str) -> None:
    refused = run(sqlite_url, "add", "error_rate", "--app", "shop", "-c", "above=0.1", *words)
    assert isinstance(refused.exception, InvalidInputError)
    assert problem in str(refused.exception)


@pytest.mark.parametrize(
    ("parts", "meant"),
    [
        (["metric=cost", "amount=250.10"], {"metric": "cost", "amount": 250.1}),
        (["thresholds=0.5,1", "metrics=cost"], {"thresholds": [0.5, 1], "metrics": ["cost"]}),
        (["hours=null"], {"hours": None}),
    ],
)
def test_a_condition_is_read_as_it_is_written(parts: list[str], meant: dict[str, Any]) -> None:
    assert alert_options.condition(parts) == meant
