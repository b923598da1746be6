"""A workflow's hours, days, weeks and months have a row per metric, which follow its runs."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from longpole.domain.runs import NodeExecution, Run, RunRecord, RunStatus, TokenUsage
from longpole.domain.units import instant_ns
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.services.trends import refresh_trends
from longpole.store.engine import reading, writing
from longpole.store.run_writes import delete_runs, write_records
from longpole.store.tables import trends

SECOND = 1_000_000_000
TUESDAY = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)


def write(runtime: Runtime, run_id: str, ended: datetime, seconds: int = 2, **said: Any) -> None:
    end = instant_ns(ended)
    nodes = (
        NodeExecution(run_id, "a", "a", "llm", "A", start_ns=end - SECOND, end_ns=end, attempts=2),
        NodeExecution(run_id, "b", "b", "llm", "B", start_ns=end - 3 * SECOND // 2, end_ns=end - SECOND),
    )
    run = Run(
        run_id,
        "app",
        "flow",
        is_ended=True,
        start_ns=end - seconds * SECOND,
        end_ns=end,
        elapsed_ns=seconds * SECOND,
        node_count=2,
        **{"status": RunStatus.SUCCEEDED, **said},
    )
    with writing(runtime.engine) as connection:
        write_records(connection, [RunRecord(run, nodes)], now_ns=end)


def rows(runtime: Runtime, **where: Any) -> list[Any]:
    with reading(runtime.engine) as connection:
        query = select(trends).where(*(trends.c[name] == value for name, value in where.items()))
        return list(
            connection.execute(query.order_by(trends.c.period_type, trends.c.period_start, trends.c.metric_type))
        )


def refresh() -> int:
    rollups.refresh()
    return refresh_trends()


def test_each_period_type_has_its_period(runtime: Runtime) -> None:
    write(runtime, "a", TUESDAY)
    assert refresh() == 1

    found = [(row.period_type, row.period_start, row.period_end) for row in rows(runtime, metric_type="run_count")]
    assert found == [
        ("daily", datetime(2026, 3, 31, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)),
        ("hourly", datetime(2026, 3, 31, 22, tzinfo=UTC), datetime(2026, 3, 31, 23, tzinfo=UTC)),
        ("monthly", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)),
        ("weekly", datetime(2026, 3, 30, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC)),
    ]


def test_the_headline_is_a_median_a_sum_or_a_ratio_by_metric(runtime: Runtime) -> None:
    usage = {"tokens": TokenUsage(10, 5, 2, None, 1), "cost_usd": Decimal("0.5"), "known_cost_usd": Decimal("0.5")}
    write(runtime, "a", TUESDAY, 2, **usage, cache_hit_rate=50.0)
    write(runtime, "b", TUESDAY, 4, status=RunStatus.FAILED, known_cost_usd=Decimal("0.25"))
    refresh()

    found = {row.metric_type: row for row in rows(runtime, period_type="monthly")}
    values = {metric: row.metric_value for metric, row in found.items()}
    assert values == {
        "run_count": 2.0,
        "error_rate": 0.5,
        "run_time": 3.0,
        "node_time": pytest.approx(0.75, rel=0.011),
        "critical_time": 1.5,
        "waiting_time": 1.5,
        "tokens_input": 10.0,
        "tokens_output": 5.0,
        "tokens_cache_read": 2.0,
        "tokens_reasoning": 1.0,
        "cost": 0.75,
        "retries": 2.0,
        "cache_hit_rate": 50.0,
        "node_count": 4.0,
    }
    times = found["run_time"]
    assert (times.min_value, times.max_value, times.avg_value, times.stddev_value) == (2.0, 4.0, 3.0, 1.0)
    assert (times.percentile_50, times.percentile_95, times.sample_count) == (3.0, pytest.approx(3.9), 2)
    assert (found["cost"].sample_count, found["node_time"].sample_count) == (1, 4)


def test_writing_the_same_again_changes_no_row(runtime: Runtime) -> None:
    write(runtime, "a", TUESDAY)
    refresh()
    before = rows(runtime)
    write(runtime, "a", TUESDAY)
    runtime.clock = lambda: instant_ns(TUESDAY) + SECOND

    assert refresh() == 1
    assert rows(runtime) == before
    assert refresh() == 0


def test_rows_follow_their_runs_and_go_with_them(runtime: Runtime) -> None:
    write(runtime, "a", TUESDAY)
    write(runtime, "b", TUESDAY.replace(day=1))
    refresh()
    with writing(runtime.engine) as connection:
        delete_runs(connection, ["a"])
    refresh()

    found = {
        (row.period_type, row.period_start.day): row.metric_value for row in rows(runtime, metric_type="run_count")
    }
    assert found == {("daily", 1): 1.0, ("hourly", 1): 1.0, ("monthly", 1): 1.0, ("weekly", 23): 1.0}


def test_a_row_keeps_its_id(runtime: Runtime) -> None:
    write(runtime, "a", TUESDAY)
    refresh()
    [before] = rows(runtime, metric_type="run_count", period_type="hourly")
    write(runtime, "b", TUESDAY)
    refresh()
    [after] = rows(runtime, metric_type="run_count", period_type="hourly")

    assert (after.id, after.created_at, after.metric_value) == (before.id, before.created_at, 2.0)
    assert after.updated_at >= before.updated_at
