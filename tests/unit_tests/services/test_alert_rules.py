"""Rules are checked strictly, changed in part, and keep what is secret to themselves."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from alerting_scenes import NOW, NOW_NS, SECRET, a_rule
from hotel_runs import MovingClock
from longpole import runtime as runtime_module
from longpole.domain.alerts import BudgetCondition, ErrorRateCondition, Target
from longpole.domain.errors import AlertRuleNotFoundError, InvalidInputError
from longpole.runtime import Runtime
from longpole.services import alert_rules
from longpole.settings import Settings


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(NOW_NS)


@pytest.fixture
def runtime(database_url: str, clock: MovingClock) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=database_url), clock=clock)
    runtime_module.install(made)
    yield made
    made.close()


def test_a_rule_is_kept_changed_and_removed(runtime: Runtime, clock: MovingClock) -> None:
    made = alert_rules.create(a_rule())
    assert (made.condition, made.created_at) == (ErrorRateCondition(0.05), NOW)
    assert alert_rules.get(made.id) == made

    clock.now_ns += 10**9
    quiet = {"start": "22:00", "end": "07:00", "time_zone": "Europe/Berlin"}
    changed = alert_rules.change(made.id, {"name": "n", "quiet_hours": quiet, "condition": {"above": 0.1}})
    assert changed.updated_at > changed.created_at
    assert (changed.name, changed.condition, changed.target) == ("n", ErrorRateCondition(0.1), made.target)
    assert alert_rules.listed() == (changed,)
    assert alert_rules.change(made.id, {"quiet_hours": None}).quiet_hours is None

    alert_rules.delete(made.id)
    assert alert_rules.listed() == ()
    for call in (alert_rules.get, alert_rules.delete, alert_rules.deliveries, lambda id_: alert_rules.change(id_, {})):
        with pytest.raises(AlertRuleNotFoundError):
            call(made.id)


def test_rules_are_listed_by_application_and_workflow(runtime: Runtime) -> None:
    one = alert_rules.create(a_rule())
    whole = alert_rules.create(a_rule(workflow_id=None))
    other = alert_rules.create(a_rule(app_id="other"))

    assert set(alert_rules.listed()) == {one, whole, other}
    assert set(alert_rules.listed("shop")) == {one, whole}
    assert alert_rules.listed("shop", "checkout") == (one,)


def test_a_secret_is_kept_until_it_is_replaced_or_taken_away(runtime: Runtime) -> None:
    made = alert_rules.create(a_rule())
    elsewhere = alert_rules.change(made.id, {"target": {"url": "https://hooks.example/y"}})
    assert elsewhere.target == Target("https://hooks.example/y", "hooks.example", SECRET)
    assert alert_rules.change(made.id, {"target": {"secret": None}}).target == replace(elsewhere.target, secret=None)
    mailed = alert_rules.change(made.id, {"channel": "email", "target": {"to": "a@example.org"}})
    assert mailed.target == Target(to=("a@example.org",))


def test_what_is_secret_is_not_shown(runtime: Runtime) -> None:
    shown = alert_rules.shown_target(alert_rules.create(a_rule()).target)
    assert shown == {"host": "127.0.0.1", "url": "set", "secret": "set"}
    mailed = alert_rules.create(a_rule(channel="email", target={"to": ["a@example.org"]}))
    assert alert_rules.shown_target(mailed.target) == {"to": ["a@example.org"]}


def test_an_amount_is_exact(runtime: Runtime) -> None:
    made = alert_rules.create(
        a_rule(kind="budget", condition={"metric": "cost", "amount": 0.1, "thresholds": [1, 0.5]})
    )
    assert isinstance(made.condition, BudgetCondition)
    assert str(alert_rules.get(made.id).condition.amount) == "0.1"  # type: ignore[union-attr]  # a budget's
    assert made.condition.thresholds == (0.5, 1)


BUDGET = {"metric": "cost", "amount": 5}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("app_id", {"app_id": " "}),
        ("workflow_id", {"workflow_id": "x" * 256}),
        ("workflow_id", {"kind": "digest", "condition": {}}),
        ("name", {"name": "a\nb"}),
        ("name", {"name": ""}),
        ("kind", {"kind": "weather"}),
        ("kind", {"kind": None}),
        ("channel", {"channel": "pigeon"}),
        ("is_enabled", {"is_enabled": 1}),
        ("condition", {"condition": []}),
        ("condition", {"condition": {"above": 0.1, "below": 1}}),
        ("condition.above", {"condition": {}}),
        ("condition.above", {"condition": {"above": 1}}),
        ("condition.above", {"condition": {"above": float("nan")}}),
        ("condition.window_hours", {"condition": {"above": 0.1, "window_hours": 0.5}}),
        ("condition.min_runs", {"condition": {"above": 0.1, "min_runs": 0}}),
        ("condition.remind_hours", {"condition": {"above": 0.1, "remind_hours": 0}}),
        ("condition.amount", {"kind": "budget", "condition": {"metric": "cost"}}),
        ("condition.amount", {"kind": "budget", "condition": BUDGET | {"amount": 0}}),
        ("condition.amount", {"kind": "budget", "condition": BUDGET | {"amount": "much"}}),
        ("condition.metric", {"kind": "budget", "condition": BUDGET | {"metric": "runs"}}),
        ("condition.thresholds", {"kind": "budget", "condition": BUDGET | {"thresholds": []}}),
        ("condition.thresholds[1]", {"kind": "budget", "condition": BUDGET | {"thresholds": [0.5, 0]}}),
        ("condition.forecast_probability", {"kind": "budget", "condition": BUDGET | {"forecast_probability": 0.2}}),
        ("condition.time_zone", {"kind": "budget", "condition": BUDGET | {"time_zone": "../etc/passwd"}}),
        ("condition.hours", {"kind": "absence", "condition": {"hours": 0}}),
        ("condition.weekday", {"kind": "digest", "condition": {"weekday": "8"}, "workflow_id": None}),
        ("condition.hour", {"kind": "digest", "condition": {"hour": 24}, "workflow_id": None}),
        ("condition.metrics[0]", {"kind": "degradation", "condition": {"metrics": ["x"]}}),
        ("condition.min_ratio", {"kind": "degradation", "condition": {"min_ratio": 0.5}}),
        ("target", {"target": None}),
        ("target", {"target": {"url": "https://x", "to": ["a@b"]}}),
        ("target.url", {"target": {}}),
        ("target.url", {"target": {"url": "ftp://x"}}),
        ("target.url", {"target": {"url": "file:///etc/passwd"}}),
        ("target.url", {"target": {"url": "https://"}}),
        ("target.url", {"target": {"url": "https://user:t0ken@x"}}),
        ("target.url", {"target": {"url": "https://x/\r\nHost: y"}}),
        ("target.url", {"target": {"url": "https://x:99999/"}}),
        ("target.url", {"target": {"url": "https://[::1"}}),
        ("target.secret", {"target": {"url": "https://x", "secret": "short"}}),
        ("target.to", {"channel": "email", "target": {"to": []}}),
        ("target.to[0]", {"channel": "email", "target": {"to": ["a@b\r\nBcc: c@d"]}}),
        ("target.to[1]", {"channel": "email", "target": {"to": ["a@b", "nobody"]}}),
        ("quiet_hours", {"quiet_hours": {"from": "22:00"}}),
        ("quiet_hours.start", {"quiet_hours": {"start": "25:00", "end": "07:00", "time_zone": "UTC"}}),
        ("quiet_hours.end", {"quiet_hours": {"start": "22:00", "end": "22:00", "time_zone": "UTC"}}),
        ("quiet_hours.time_zone", {"quiet_hours": {"start": "22:00", "end": "07:00", "time_zone": "Mars"}}),
    ],
)
def test_what_is_wrong_is_named(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        alert_rules.create(a_rule(**wrong))
    assert caught.value.field == field
    assert "t0ken" not in str(caught.value)


@pytest.mark.parametrize("field", ["id", "app_id", "kind", "created_at"])
def test_what_a_rule_is_about_cannot_be_changed(field: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot be changed"):
        alert_rules.change("any", {field: "x"})
