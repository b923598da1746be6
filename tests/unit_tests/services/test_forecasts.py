"""What days, a month and an application will come to; what is said where little is known; how the last one did."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import Run, RunRecord, RunStatus, TokenUsage
from longpole.domain.units import instant_ns
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.services.forecasts import forecast
from longpole.store.engine import writing
from longpole.store.run_writes import write_records

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
WEEK = [10.0, 10.0, 10.0, 10.0, 10.0, 4.0, 2.0]


@pytest.fixture(autouse=True)
def _at_noon(runtime: Runtime) -> None:
    runtime.clock = lambda: instant_ns(NOON)


def spend(
    runtime: Runtime,
    dollars: Sequence[float | None],
    workflow: str = "flow",
    step: timedelta = timedelta(days=1),
    **said: Any,
) -> None:
    """A run a day (or `step`) up to now, each of which cost so much."""
    records = []
    for place, cost in enumerate(dollars):
        end = instant_ns(NOON - (len(dollars) - 1 - place) * step - timedelta(minutes=1))
        usd = None if cost is None else Decimal(str(cost))
        run = Run(
            f"{workflow}-{place}", "app", workflow, is_ended=True, start_ns=end - 10**9, end_ns=end, elapsed_ns=10**9,
            node_count=1, status=RunStatus.SUCCEEDED, tokens=TokenUsage(60, 40), cost_usd=usd, known_cost_usd=usd,
            **said,
        )  # fmt: skip
        records.append(RunRecord(run, ()))
    with writing(runtime.engine) as connection:
        write_records(connection, records, now_ns=instant_ns(NOON))
    rollups.refresh()


def weeks(count: int, times: float = 1.0) -> list[float]:
    """Whole weeks that end on the Sunday, and the Monday that goes on."""
    return [cost * times for cost in WEEK] * count + [10.0 * times]


def test_a_steady_month(runtime: Runtime) -> None:
    spend(runtime, weeks(9))
    found = forecast("app", "flow", "cost", 14, budget=120.0)

    assert (found.declined, found.unit, found.period_type, found.known_days) == (None, "dollars", "daily", 63)
    assert [point.period_start.day for point in found.points][:2] == [17, 18]
    assert [point.value for point in found.points] == pytest.approx([*WEEK[1:], *WEEK, WEEK[0]], rel=0.01)
    assert all(point.low <= (point.value or 0) <= point.high for point in found.points)
    assert found.total is not None
    assert (found.total.value, found.total.so_far) == (pytest.approx(112.0, rel=0.01), 0.0)
    assert found.total.low < 112 < found.total.high
    assert found.total.over_budget is not None
    assert 0.0 < found.total.over_budget < 0.5
    assert found.backtest is not None
    assert (found.backtest.actual, found.backtest.held) == (112.0, True)
    assert found.backtest.error == pytest.approx(0.0, abs=0.01)
    assert found.backtest.period_end == datetime(2026, 11, 16, tzinfo=UTC)
    assert found.past[-1].value == WEEK[-1]


def test_this_month_is_what_was_and_what_is_to_come(runtime: Runtime) -> None:
    spend(runtime, weeks(9))
    month = forecast("app", "flow", "cost", 30, budget=1_000.0).month

    assert month is not None
    assert (month.period_start.day, month.period_end) == (1, datetime(2026, 12, 1, tzinfo=UTC))
    assert month.so_far == pytest.approx(2.0 + 2 * sum(WEEK) + 10.0)  # Sunday the 1st, two weeks, today
    assert month.value == pytest.approx(month.so_far + 10.0 / 2 + sum(WEEK[1:]) + sum(WEEK) + WEEK[0], rel=0.01)
    assert month.low < (month.value or 0) < month.high
    assert month.over_budget == 0.0


def test_up_to_a_week_is_told_by_the_hour(runtime: Runtime) -> None:
    spend(runtime, [float(1 + hour % 3) for hour in range(24 * 20)], step=timedelta(hours=1))
    found = forecast("app", "flow", "cost", 2)

    assert (found.period_type, len(found.points)) == ("hourly", 48)
    assert found.points[0].period_start == datetime(2026, 11, 16, 13, tzinfo=UTC)
    assert found.total is not None
    assert found.total.value == pytest.approx(96.0, rel=0.02)


def test_of_few_days_only_the_range_is_told(runtime: Runtime) -> None:
    spend(runtime, [10.0, 12.0, 8.0, 9.0, 11.0, 10.0, 5.0])
    found = forecast("app", "flow", "cost", 30, budget=300.0)

    assert found.declined is not None
    assert "Fewer than 14 days" in found.declined
    assert {point.value for point in found.points} == {None}
    assert found.total is not None
    assert found.total.value is None
    assert found.total.low < 300 < found.total.high
    assert found.total.over_budget is not None
    assert found.month is not None
    assert found.month.value is None
    assert found.backtest is None


def test_an_application_is_the_sum_of_its_workflows(runtime: Runtime) -> None:
    spend(runtime, weeks(9), "one")
    spend(runtime, weeks(9, 3.0), "two")
    found = forecast("app", None, "cost", 14)

    assert found.workflow_id is None
    assert found.total is not None
    assert found.total.value == pytest.approx(4 * 112.0, rel=0.01)


def test_every_metric(runtime: Runtime) -> None:
    spend(runtime, weeks(4), memory_peak_bytes=1_000, cpu_ns=2 * 10**9)
    totals = {}
    for metric in ("run_count", "tokens", "memory_peak", "cpu_time"):
        found = forecast("app", "flow", metric, 10)
        assert found.total is not None
        totals[metric] = found.total.value
        assert (found.month is None) == (metric == "memory_peak")
    assert totals == {
        "run_count": pytest.approx(10.0, rel=0.01),
        "tokens": pytest.approx(1_000.0, rel=0.01),
        "memory_peak": pytest.approx(1_000.0, rel=0.4),  # the greatest of ten days
        "cpu_time": pytest.approx(20.0, rel=0.01),
    }


def test_a_day_without_runs_used_nothing_and_unknown_cost_is_not_nothing(runtime: Runtime) -> None:
    half = [10.0 if day % 2 else None for day in range(40)]
    spend(runtime, half)
    assert forecast("app", "flow", "cost", 10).total.value == pytest.approx(100.0, rel=0.05)  # type: ignore[union-attr] - there is one

    spend(runtime, [10.0] * 15, "seldom", timedelta(days=2))
    assert forecast("app", "seldom", "cost", 10).total.value == pytest.approx(50.0, rel=0.3)  # type: ignore[union-attr] - likewise


@pytest.mark.parametrize("workflow_id", ["nothing", None])
def test_nothing_known(runtime: Runtime, workflow_id: str | None) -> None:
    found = forecast("nobody", workflow_id, "cost", 30)
    assert (found.declined, found.points, found.total, found.month) == ("Nothing is known of it.", (), None, None)
    assert found.backtest is None


def test_processor_time_that_no_run_said(runtime: Runtime) -> None:
    spend(runtime, weeks(3))
    assert forecast("app", "flow", "cpu_time").declined == "No run that is kept has said its processor time."


def test_the_same_question_has_the_same_answer(runtime: Runtime) -> None:
    spend(runtime, [cost + day % 3 for day, cost in enumerate(weeks(5))])
    assert forecast("app", "flow", "cost", 30, 250.0) == forecast("app", "flow", "cost", 30, 250.0)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"metric": "beauty"}, "metric"),
        ({"days": 0}, "days"),
        ({"days": 91}, "days"),
        ({"budget": -1.0}, "budget"),
        ({"budget": float("nan")}, "budget"),
    ],
)
def test_what_is_not_acceptable_is_named(runtime: Runtime, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        forecast("app", "flow", **asked)
    assert error.value.field == field
