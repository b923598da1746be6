"""What lasts is told once, reminded of as wanted, and told again when it is over: for each kind of rule."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from alerting_scenes import DAY, HOUR, MINUTE, NOW, NOW_NS, a_rule, ended_runs
from hotel_runs import MovingClock
from longpole import runtime as runtime_module
from longpole.domain.alerts import AlertEvent, Delivery, DeliveryState, DigestCondition, Weekday
from longpole.domain.recommendations import Severity
from longpole.domain.runs import RunRecord, TokenUsage
from longpole.runtime import Runtime
from longpole.services import alert_rules
from longpole.services.alert_digest import last_due
from longpole.services.alerting import evaluate
from longpole.services.performance import WorkflowPerformanceService
from longpole.settings import Settings
from longpole.store import alert_deliveries
from longpole.store.run_writes import write_records
from longpole.store.tables import degradations


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(NOW_NS)


@pytest.fixture
def runtime(database_url: str, clock: MovingClock) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=database_url), clock=clock)
    runtime_module.install(made)
    yield made
    made.close()


def ran(records: list[RunRecord]) -> None:
    with runtime_module.unit_of_work() as connection:
        write_records(connection, records, now_ns=runtime_module.current().clock())


def rule(**given: Any) -> str:
    return alert_rules.create(a_rule(**given)).id


def told(rule_id: str) -> list[tuple[str, str]]:
    """Events and titles, the oldest first."""
    return [(each.message.event.value, each.message.title) for each in messages(rule_id)]


def messages(rule_id: str) -> list[Delivery]:
    return list(reversed(alert_rules.deliveries(rule_id)))


def events(rule_id: str) -> list[str]:
    return [event for event, _ in told(rule_id)]


def delivered(rule_id: str) -> None:
    """As if all that waits had arrived."""
    with runtime_module.unit_of_work() as connection:
        for each in alert_rules.deliveries(rule_id):
            if each.state is DeliveryState.PENDING:
                done = {**{name: getattr(each, name) for name in Delivery.__slots__}, "state": DeliveryState.DELIVERED}
                alert_deliveries.settle(connection, Delivery(**done))


def test_one_of_two_runs_is_no_alert_and_twelve_of_forty_is(runtime: Runtime, clock: MovingClock) -> None:
    one = rule(condition={"above": 0.1, "min_runs": 2})
    ran(ended_runs(2, NOW_NS, failed=1))
    assert evaluate() == 0

    ran(ended_runs(40, NOW_NS, failed=12))
    assert evaluate() == 1
    [message] = messages(one)
    assert message.message.title == "checkout: 30 % of runs fail"
    assert message.message.lines == (
        "12 of 40 runs failed since 2026-11-10 11:00:00Z: 30 % (18 %–45 %), more than 10 %.",
    )
    assert message.message.severity is Severity.HIGH
    assert message.message.links == {
        "figures": "http://127.0.0.1:4318/ui/w/shop/checkout",
        "rule": f"http://127.0.0.1:4318/ui/settings?tab=alerts&rule={one}",
    }


def test_too_few_runs_are_no_alert(runtime: Runtime) -> None:
    one = rule()
    ran(ended_runs(19, NOW_NS, failed=19))
    evaluate()
    assert events(one) == []


def test_what_lasts_is_told_once_and_when_it_is_over_and_then_anew(runtime: Runtime, clock: MovingClock) -> None:
    one = rule()
    ran(ended_runs(40, NOW_NS, failed=20))
    assert [evaluate() for _ in range(3)] == [1, 0, 0]
    delivered(one)

    clock.now_ns += 3 * HOUR
    assert evaluate() == 0  # no runs at all say nothing
    ran(ended_runs(40, clock.now_ns, failed=1))
    assert evaluate() == 1
    delivered(one)
    assert evaluate() == 0

    clock.now_ns += 3 * HOUR
    ran(ended_runs(40, clock.now_ns, failed=20))
    assert evaluate() == 1
    assert told(one) == [
        ("firing", "checkout: 50 % of runs fail"),
        ("resolved", "checkout: 2 % of runs fail"),
        ("firing", "checkout: 50 % of runs fail"),
    ]
    assert len({each.id for each in messages(one)}) == 3


def test_between_surely_and_not_it_stays_as_it_is(runtime: Runtime, clock: MovingClock) -> None:
    one = rule(condition={"above": 0.2})
    ran(ended_runs(40, NOW_NS, failed=10))  # 25 %, 14 to 40
    evaluate()
    assert events(one) == []
    clock.now_ns += 3 * HOUR
    ran(ended_runs(40, clock.now_ns, failed=20))
    evaluate()
    clock.now_ns += 3 * HOUR
    ran(ended_runs(40, clock.now_ns, failed=10))
    evaluate()
    assert events(one) == ["firing"]


def test_a_reminder_comes_no_more_often_than_the_rule_says(runtime: Runtime, clock: MovingClock) -> None:
    silent = rule()
    one = rule(condition={"above": 0.05, "remind_hours": 2})
    for _ in range(15):  # five hours
        ran(ended_runs(20, clock.now_ns, failed=10, every_ns=MINUTE // 4))
        evaluate()
        delivered(one)
        clock.now_ns += 20 * MINUTE
    assert events(one) == ["firing", "reminder", "reminder"]
    assert events(silent) == ["firing"]


def test_workflows_of_an_application_are_told_of_one_by_one(runtime: Runtime) -> None:
    one = rule(workflow_id=None)
    for name, failed in (("checkout", 30), ("search", 0), ("refund", 30)):
        ran(ended_runs(40, NOW_NS, failed=failed, workflow_id=name))
    evaluate()
    assert sorted(title for _, title in told(one)) == ["checkout: 75 % of runs fail", "refund: 75 % of runs fail"]
    assert {each.message.workflow_id for each in messages(one)} == {"checkout", "refund"}


def test_in_quiet_hours_it_waits_and_what_passes_is_not_told(runtime: Runtime, clock: MovingClock) -> None:
    one = rule(quiet_hours={"start": "11:00", "end": "20:00", "time_zone": "UTC"})
    ran(ended_runs(40, NOW_NS, failed=20))
    evaluate()
    assert [each.next_attempt_at for each in messages(one)] == [NOW.replace(hour=20)]

    clock.now_ns += 3 * HOUR
    ran(ended_runs(40, clock.now_ns))
    evaluate()
    assert [each.state for each in messages(one)] == [DeliveryState.SUPPRESSED] * 2
    assert events(one) == ["firing", "resolved"]


def test_who_was_told_before_the_quiet_hours_is_told_that_it_is_over(runtime: Runtime, clock: MovingClock) -> None:
    one = rule(
        condition={"above": 0.05, "remind_hours": 1}, quiet_hours={"start": "13:00", "end": "20:00", "time_zone": "UTC"}
    )
    ran(ended_runs(40, NOW_NS, failed=20))
    evaluate()
    delivered(one)
    clock.now_ns += 90 * MINUTE
    ran(ended_runs(40, clock.now_ns, failed=20))
    evaluate()
    clock.now_ns += 3 * HOUR
    ran(ended_runs(40, clock.now_ns))
    evaluate()
    assert [(each.message.event, each.state) for each in messages(one)] == [
        (AlertEvent.FIRING, DeliveryState.DELIVERED),
        (AlertEvent.REMINDER, DeliveryState.SUPPRESSED),
        (AlertEvent.RESOLVED, DeliveryState.PENDING),
    ]


def test_a_rule_that_was_off_tells_what_lasts_when_it_is_on_again(runtime: Runtime) -> None:
    one = rule()
    ran(ended_runs(40, NOW_NS, failed=20))
    evaluate()
    alert_rules.change(one, {"is_enabled": False})
    assert [each.state for each in messages(one)] == [DeliveryState.SUPPRESSED]
    assert evaluate() == 0
    alert_rules.change(one, {"is_enabled": True})
    assert evaluate() == 1


def test_each_threshold_of_a_budget_is_told_once_a_month(runtime: Runtime, clock: MovingClock) -> None:
    one = rule(kind="budget", workflow_id=None, condition={"metric": "cost", "amount": "10"})
    dollar = {"cost_usd": Decimal(1), "known_cost_usd": Decimal(1)}
    ran(ended_runs(4, NOW_NS - 10 * DAY, **dollar))  # of the month before
    ran(ended_runs(4, NOW_NS, **dollar))
    assert evaluate() == 0
    ran(ended_runs(1, NOW_NS + 1, workflow_id="search", **dollar))
    assert [evaluate(), evaluate()] == [1, 0]
    clock.now_ns += DAY
    ran(ended_runs(8, clock.now_ns, **dollar))
    assert [evaluate(), evaluate()] == [1, 0]
    assert told(one) == [
        ("firing", "shop: 50 % of the month's cost budget is spent"),
        ("firing", "shop: 100 % of the month's cost budget is spent"),
    ]
    assert messages(one)[1].message.lines == ("$13.00 of $10.00 (130 %) in 2026-11 so far.",)
    clock.now_ns += 30 * DAY
    assert evaluate() == 0
    ran(ended_runs(5, clock.now_ns, **dollar))
    assert evaluate() == 1


def spending_days(clock: MovingClock, days: int) -> None:
    """A dollar an hour, up to now."""
    dollar = {"cost_usd": Decimal(1), "known_cost_usd": Decimal(1)}
    ran(ended_runs(24 * days, clock.now_ns, every_ns=HOUR, **dollar))


def test_that_a_month_will_end_above_its_budget_is_told_once(runtime: Runtime, clock: MovingClock) -> None:
    condition = {"metric": "cost", "amount": 500, "forecast_probability": 0.9}
    tight = rule(kind="budget", condition=condition)
    wide = rule(kind="budget", condition=condition | {"amount": 1_000})
    spending_days(clock, 40)  # 228 dollars of this month so far, 720 in the end
    clock.now_ns += 10 * MINUTE
    assert evaluate() == 0  # not at this minute
    clock.now_ns += 50 * MINUTE
    assert [evaluate(), evaluate()] == [1, 0]
    assert (events(wide), told(tight)) == (
        [],
        [("firing", "checkout: the month will probably end above its cost budget")],
    )
    [message] = [each.message for each in messages(tight)]
    assert message.lines[0].startswith("$229.00 of $500.00 in 2026-11 so far; the forecast for the whole month is $7")
    assert message.facts["probability"] >= 0.9


def test_what_is_known_for_less_than_two_weeks_is_not_forecast(runtime: Runtime, clock: MovingClock) -> None:
    one = rule(kind="budget", condition={"metric": "cost", "amount": 500, "forecast_probability": 0.9})
    spending_days(clock, 8)
    evaluate()
    assert events(one) == []


def test_a_budget_of_tokens_in_the_months_of_a_zone(runtime: Runtime, clock: MovingClock) -> None:
    clock.now_ns = int(datetime(2026, 11, 1, 3, tzinfo=UTC).timestamp()) * 10**9
    tokens = {"tokens": TokenUsage(input=600, output=400)}
    condition = {"metric": "tokens", "amount": 2_000, "thresholds": [1]}
    here = rule(kind="budget", condition=condition)
    there = rule(kind="budget", condition=condition | {"time_zone": "America/New_York"})  # where it is still October
    ran(ended_runs(2, clock.now_ns - DAY, **tokens))
    ran(ended_runs(1, clock.now_ns, **tokens))
    evaluate()
    assert (events(here), events(there)) == ([], ["firing"])
    assert messages(there)[0].message.lines == ("3000 tokens of 2000 tokens (150 %) in 2026-10 so far.",)


def test_silence_for_hours_is_told_until_a_run_ends(runtime: Runtime, clock: MovingClock) -> None:
    one = rule(kind="absence", condition={"hours": 6})
    never = rule(kind="absence", condition={"hours": 6}, workflow_id="never")
    ran(ended_runs(3, NOW_NS))
    clock.now_ns += 6 * HOUR - MINUTE
    assert evaluate() == 0
    clock.now_ns += MINUTE
    assert [evaluate(), evaluate()] == [1, 0]
    delivered(one)
    clock.now_ns += HOUR
    ran(ended_runs(1, clock.now_ns))
    assert [evaluate(), evaluate()] == [1, 0]
    assert told(one) == [("firing", "checkout: no run for 6 h 00 min"), ("resolved", "checkout: it runs again")]
    assert events(never) == []


def working_weeks(weeks: int, clock: MovingClock) -> None:
    """Runs each ten minutes from 8 to 17 o'clock on working days, up to now."""
    for back in range(weeks * 7, -1, -1):
        day = NOW.replace(hour=8) - timedelta(days=back)
        if day.weekday() < 5:
            until = min(int(day.timestamp()) * 10**9 + 9 * HOUR, clock.now_ns)
            count = (until - int(day.timestamp()) * 10**9) // (10 * MINUTE)
            ran(ended_runs(count, until, every_ns=10 * MINUTE))


def test_a_silence_is_learnt_from_the_weeks_before(runtime: Runtime, clock: MovingClock) -> None:
    one = rule(kind="absence", condition={})
    working_weeks(3, clock)
    clock.now_ns = NOW_NS + 50 * MINUTE
    assert evaluate() == 0
    clock.now_ns = NOW_NS + 130 * MINUTE  # two in the afternoon of a Tuesday, none since noon
    assert [evaluate(), evaluate()] == [1, 0]
    assert messages(one)[0].message.lines[1] == "In the same stretch of each week before there were 12 runs or more."
    delivered(one)
    ran(ended_runs(1, NOW_NS + 5 * HOUR))
    clock.now_ns = NOW_NS + 8 * HOUR  # upkeep was away since that run, and now it is evening
    evaluate()
    assert events(one) == ["firing", "resolved"]


def test_a_weekend_that_was_silent_before_is_no_silence(runtime: Runtime, clock: MovingClock) -> None:
    clock.now_ns = NOW_NS + 3 * DAY + 5 * HOUR  # Friday at five
    working_weeks(3, clock)
    for day in range(1, 4):
        ran(ended_runs(54, NOW_NS + day * DAY + 5 * HOUR, every_ns=10 * MINUTE))
    one = rule(kind="absence", condition={})
    for hour in range(3, 64, 6):
        clock.now_ns = NOW_NS + 3 * DAY + (5 + hour) * HOUR
        evaluate()
    assert events(one) == []


def test_what_is_younger_than_two_weeks_has_no_habits(runtime: Runtime, clock: MovingClock) -> None:
    one = rule(kind="absence", condition={})
    working_weeks(1, clock)
    clock.now_ns = NOW_NS + 5 * HOUR
    evaluate()
    assert events(one) == []


def degraded(**other: Any) -> None:
    """An event as the scan stores it."""
    given = {
        "id": "d1",
        "app_id": "shop",
        "workflow_id": "checkout",
        "metric": "run_time_p95",
        "state": "open",
        "started_at": NOW,
        "found_at": NOW,
        "last_seen_at": NOW,
        "ratio": 1.6,
        "low": 1.4,
        "high": 1.8,
        "before": 5.0,
        "after": 8.0,
        "p_value": 1e-6,
        "attribution": [{"kind": "node", "name": "pay", "share": 0.9, "n": 3}],
        "method": "change_point",
        "fingerprint": "f",
        "created_at": NOW,
        "updated_at": NOW,
    }
    with runtime_module.unit_of_work() as connection:
        connection.execute(degradations.delete().where(degradations.c.id == (given | other)["id"]))
        connection.execute(degradations.insert().values(**(given | other)))


def test_a_degradation_is_told_and_when_it_is_over(runtime: Runtime, clock: MovingClock) -> None:
    degraded(id="old", fingerprint="old", found_at=NOW - timedelta(hours=1))
    one = rule(kind="degradation", condition={"min_ratio": 1.2})
    costs = rule(kind="degradation", condition={"metrics": ["cost"]})
    other = rule(kind="degradation", condition={}, workflow_id="search")
    degraded()
    degraded(id="d2", fingerprint="f2", ratio=1.1)
    degraded(id="d3", fingerprint="f3", ratio=0.5)
    assert [evaluate(), evaluate()] == [1, 0]
    [message] = [each.message for each in messages(one)]
    assert (message.title, message.severity) == ("checkout: p95 run time 5.00 s → 8.00 s", Severity.HIGH)
    assert message.lines == (
        "P95 run time 5.00 s → 8.00 s, ×1.60 (1.40–1.80), since 2026-11-10 12:00:00Z.",
        "Likely behind it: node pay, 90 % of it.",
    )
    delivered(one)
    clock.now_ns += HOUR
    degraded(state="closed", closed_at=NOW + timedelta(minutes=30))
    assert [evaluate(), evaluate()] == [1, 0]
    assert told(one)[1] == ("resolved", "checkout: p95 run time 5.00 s → 8.00 s")
    assert (events(costs), events(other)) == ([], [])


def test_the_week_is_told_once(runtime: Runtime, clock: MovingClock) -> None:
    monday = NOW.replace(day=16, hour=8)
    one = rule(kind="digest", workflow_id=None, condition={"time_zone": "Europe/Berlin", "hour": 9})
    cost = {"cost_usd": Decimal(2), "known_cost_usd": Decimal(2)}
    ran(ended_runs(10, int((monday - timedelta(days=9)).timestamp()) * 10**9, **cost))
    ran(ended_runs(20, int((monday - timedelta(days=3)).timestamp()) * 10**9, failed=1, **cost))
    WorkflowPerformanceService.create_optimization_recommendation(
        "shop", "checkout", "Cache pay", "It repeats.", "performance", "high", "2 s less"
    )
    degraded()
    clock.now_ns = int(monday.timestamp()) * 10**9 - MINUTE
    assert evaluate() == 0
    clock.now_ns += MINUTE
    assert [evaluate(), evaluate()] == [1, 0]
    clock.now_ns += 2 * HOUR
    assert evaluate() == 0
    [message] = [each.message for each in messages(one)]
    assert (message.event, message.title) == (AlertEvent.DIGEST, "shop: the week up to 2026-11-16")
    assert message.lines == (
        "Runs: 20 (+100 % to the week before), 1 failed.",
        "Cost: $40.00, $20.00 the week before (+100 %).",
        "Cache: nothing was served from it.",
        "Advice: 1 open, of the most worth:",
        "• [high] checkout: Cache pay: 2 s less",
        "Degradations:",
        "• checkout: p95 run time 5.00 s → 8.00 s, open since 2026-11-10 12:00:00Z",
    )
    clock.now_ns += 7 * DAY
    assert evaluate() == 1


def test_a_digest_that_is_a_day_late_is_left_out(runtime: Runtime, clock: MovingClock) -> None:
    one = rule(kind="digest", workflow_id=None, condition={"weekday": "monday"})
    clock.now_ns += 8 * DAY  # Wednesday
    evaluate()
    assert events(one) == []


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-16T06:59", "2026-11-09T07:00"),
        ("2026-11-16T07:00", "2026-11-16T07:00"),
        ("2026-11-22T23:00", "2026-11-16T07:00"),
        ("2026-10-19T06:00", "2026-10-19T06:00"),  # summer time
        ("2026-10-26T06:30", "2026-10-19T06:00"),  # it ended the day before
    ],
)
def test_a_digest_goes_by_the_clocks_of_its_zone(now: str, due: str) -> None:
    condition = DigestCondition(Weekday.MONDAY, 8, "Europe/Berlin")
    assert last_due(condition, datetime.fromisoformat(f"{now}+00:00")) == datetime.fromisoformat(f"{due}+00:00")


def test_two_processes_write_one_message(runtime: Runtime, clock: MovingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both looked before either wrote."""
    from longpole.services import alerting  # noqa: PLC0415 - to look between looking and writing

    one = rule()
    ran(ended_runs(40, NOW_NS, failed=20))
    look = alerting._next_messages
    seen: list[Any] = []

    def twice(at: Any) -> Any:
        seen.append(look(at))
        return seen[-1] if len(seen) == 1 else seen[0]

    monkeypatch.setattr(alerting, "_next_messages", twice)
    assert [evaluate(), evaluate()] == [1, 0]
    assert events(one) == ["firing"]


def test_a_rule_that_cannot_be_evaluated_stops_no_other(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    from longpole.domain.alerts import RuleKind  # noqa: PLC0415 - as above
    from longpole.domain.errors import StorageUnavailableError  # noqa: PLC0415 - as above
    from longpole.services import alerting  # noqa: PLC0415 - as above

    def broken(_: Any) -> Any:
        raise StorageUnavailableError("away")

    rule(kind="absence", condition={})
    one = rule()
    ran(ended_runs(40, NOW_NS, failed=20))
    monkeypatch.setitem(alerting._KINDS, RuleKind.ABSENCE, broken)  # type: ignore[arg-type]  # a dict
    evaluate()
    assert events(one) == ["firing"]
