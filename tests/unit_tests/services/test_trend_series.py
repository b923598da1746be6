"""Series of a workflow and of its parts, straight from the cells, up to the run that was stored a moment ago."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage
from longpole.domain.trends import TrendLine
from longpole.domain.units import instant_ns
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.services.trends import refresh_trends
from longpole.store.engine import reading, writing
from longpole.store.rollup_horizons import Tier, retire_cells
from longpole.store.run_writes import write_records
from longpole.store.tables import trends

SECOND = 1_000_000_000
NOON = datetime(2026, 10, 26, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon(runtime: Runtime) -> None:
    """The morning after the clocks of Europe were put back."""
    runtime.clock = lambda: instant_ns(NOON)


def write(runtime: Runtime, run_id: str, ended: datetime, seconds: int = 2, **said: Any) -> None:
    end = instant_ns(ended)
    nodes = (
        NodeExecution(
            run_id, "a", "a", "llm", "Ask", status=NodeStatus.SUCCEEDED, start_ns=end - seconds * SECOND,
            end_ns=end - SECOND, elapsed_ns=(seconds - 1) * SECOND, model="gpt", provider="acme",
            tokens=TokenUsage(100, 10),
        ),
        NodeExecution(
            run_id, "b", "b", "code", "Tidy", status=NodeStatus.FAILED, start_ns=end - SECOND, end_ns=end,
            elapsed_ns=SECOND,
        ),
    )  # fmt: skip
    run = Run(
        run_id, "app", "flow", is_ended=True, start_ns=end - seconds * SECOND, end_ns=end, elapsed_ns=seconds * SECOND,
        node_count=2, **{"status": RunStatus.SUCCEEDED, **said},
    )  # fmt: skip
    with writing(runtime.engine) as connection:
        write_records(connection, [RunRecord(run, nodes)], now_ns=end)


def ask(**asked: Any) -> dict[str | None, list[tuple[str, float, int]]]:
    """Start of the period, value and count of each point, by line."""
    series = Performance.get_performance_trends("app", "flow", **asked)
    return {line.name: _points(line) for line in series.items}


def _points(line: TrendLine) -> list[tuple[str, float, int]]:
    return [
        (f"{point.period_start:%m-%d %H}", pytest.approx(point.value, rel=0.011), point.count) for point in line.points
    ]


def test_a_point_for_each_day_that_has_runs(runtime: Runtime) -> None:
    write(runtime, "old", NOON - timedelta(days=3), 4)
    write(runtime, "new", NOON - timedelta(hours=1), 2)
    expected = {None: [("10-23 00", 4.0, 1), ("10-26 00", 2.0, 1)]}

    assert ask() == expected
    rollups.refresh(everything=True)
    assert ask() == expected
    write(runtime, "newest", NOON, 4)
    assert ask() == {None: [("10-23 00", 4.0, 1), ("10-26 00", 3.0, 2)]}


def test_hours_weeks_and_months(runtime: Runtime) -> None:
    for number, hours_ago in enumerate((1, 2, 30, 24 * 20)):
        write(runtime, f"run-{number}", NOON - timedelta(hours=hours_ago))
    rollups.refresh(everything=True)

    assert ask(period="hourly", days=2, metric="run_count") == {
        None: [("10-25 06", 1.0, 1), ("10-26 10", 1.0, 1), ("10-26 11", 1.0, 1)]
    }
    assert ask(period="weekly", metric="run_count") == {
        None: [("10-05 00", 1.0, 1), ("10-19 00", 1.0, 1), ("10-26 00", 2.0, 2)]
    }
    assert ask(period="monthly", metric="run_count") == {None: [("10-01 00", 4.0, 4)]}


def test_days_of_the_callers_zone(runtime: Runtime) -> None:
    """The 25th of October has 25 hours in Berlin: from 22:00 of the day before to 23:00."""
    for number, hour in enumerate(("24 21:30", "24 22:30", "25 22:30", "25 23:30")):
        write(runtime, f"run-{number}", datetime.strptime(f"2026-10-{hour}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC))
    expected = {None: [("10-23 22", 1.0, 1), ("10-24 22", 2.0, 2), ("10-25 23", 1.0, 1)]}

    assert ask(metric="run_count", tz="Europe/Berlin") == expected
    rollups.refresh(everything=True)
    assert ask(metric="run_count", tz="Europe/Berlin") == expected


def test_zones_are_served_while_hours_are_kept(runtime: Runtime) -> None:
    write(runtime, "old", NOON - timedelta(days=5))
    write(runtime, "new", NOON - timedelta(days=1))
    rollups.refresh(everything=True)
    with writing(runtime.engine) as connection:
        retire_cells(connection, Tier.HOUR, int((NOON - timedelta(days=3)).timestamp()))

    series = Performance.get_performance_trends("app", "flow", "run_count", tz="Europe/Berlin")
    assert series.kept_since == datetime(2026, 10, 23, tzinfo=UTC)
    assert series.period_start == datetime(2026, 10, 23, 22, tzinfo=UTC)
    assert [len(line.points) for line in series.items] == [1]
    whole = Performance.get_performance_trends("app", "flow", "run_count")
    assert (whole.kept_since, [len(line.points) for line in whole.items]) == (None, [2])


def test_the_parts_of_a_workflow(runtime: Runtime) -> None:
    write(runtime, "one", NOON - timedelta(days=1), 3, workflow_version="v1")
    write(runtime, "two", NOON - timedelta(hours=1), 5, workflow_version="v2")
    before = [ask(by=by) for by in ("version", "node", "node_type", "model")]

    assert before == [
        {"v2": [("10-26 00", 5.0, 1)], "v1": [("10-25 00", 3.0, 1)]},
        {"a": [("10-25 00", 2.0, 1), ("10-26 00", 4.0, 1)], "b": [("10-25 00", 1.0, 1), ("10-26 00", 1.0, 1)]},
        {"llm": [("10-25 00", 2.0, 1), ("10-26 00", 4.0, 1)], "code": [("10-25 00", 1.0, 1), ("10-26 00", 1.0, 1)]},
        {"gpt": [("10-25 00", 2.0, 1), ("10-26 00", 4.0, 1)]},
    ]
    assert [list(each) for each in before] == [["v2", "v1"], ["a", "b"], ["llm", "code"], ["gpt"]]
    rollups.refresh(everything=True)
    assert [ask(by=by) for by in ("version", "node", "node_type", "model")] == before


def test_metrics_of_nodes_and_models(runtime: Runtime) -> None:
    write(runtime, "one", NOON - timedelta(hours=1), 3)

    assert ask(by="node", metric="error_rate") == {"a": [("10-26 00", 0.0, 1)], "b": [("10-26 00", 1.0, 1)]}
    assert ask(by="node", metric="tokens_input") == {"a": [("10-26 00", 100.0, 1)]}
    assert ask(by="node", metric="critical_time") == {"a": [("10-26 00", 2.0, 1)], "b": [("10-26 00", 1.0, 1)]}
    assert ask(by="model", metric="tokens_output") == {"gpt": [("10-26 00", 10.0, 1)]}
    [line] = Performance.get_performance_trends("app", "flow", by="model").items
    assert (line.name, line.title) == ("gpt", "acme")
    [line] = Performance.get_performance_trends("app", "flow", "tokens_input", by="node").items
    assert (line.name, line.title, line.node_type, line.enclosing_node_id) == ("a", "Ask", "llm", None)


def test_the_points_are_the_rows_of_the_table(runtime: Runtime) -> None:
    for number in range(6):
        write(runtime, f"run-{number}", NOON - timedelta(hours=9 * number), 2 + number, cache_hit_rate=50.0)
    rollups.refresh()
    refresh_trends()
    with reading(runtime.engine) as connection:
        rows = list(connection.execute(select(trends)))
    metrics = {row.metric_type for row in rows}
    assert metrics >= {"run_time", "run_count", "error_rate", "node_time", "critical_time", "cache_hit_rate"}
    for period in ("hourly", "daily", "weekly", "monthly"):
        for metric in metrics:
            [line] = Performance.get_performance_trends("app", "flow", metric, period).items
            stored = {row.period_start: row for row in rows if (row.period_type, row.metric_type) == (period, metric)}
            found = {point.period_start: point for point in line.points}
            assert {start: (point.period_end, point.count) for start, point in found.items()} == {
                start: (row.period_end, row.sample_count) for start, row in stored.items()
            }
            for start, row in stored.items():
                point = found[start]
                assert (point.value, point.avg, point.stddev, point.p95) == pytest.approx(
                    (row.metric_value, row.avg_value, row.stddev_value, row.percentile_95)
                )


def test_a_workflow_that_is_not_known_has_no_lines(runtime: Runtime) -> None:
    assert Performance.get_performance_trends("app", "nothing").items == ()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"metric": "beauty"}, "metric"),
        ({"metric": "run_time", "by": "node"}, "metric"),
        ({"metric": "critical_time", "by": "model"}, "metric"),
        ({"period": "yearly"}, "period"),
        ({"by": "user"}, "by"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": "../etc/passwd"}, "tz"),
        ({"tz": "Europe"}, "tz"),
        ({"tz": "a\0b"}, "tz"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ],
)
def test_what_is_not_acceptable_is_named(runtime: Runtime, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        Performance.get_performance_trends("app", "flow", **asked)
    assert error.value.field == field
