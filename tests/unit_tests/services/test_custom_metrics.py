"""Metrics of users' own: sent or defined, they have the figures of the others, from when they count on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from longpole import runtime as runtime_module
from longpole.domain.errors import InvalidInputError, NotFoundError
from longpole.domain.metrics import Level
from longpole.domain.trends import UNITS, TrendSeries
from longpole.runtime import Runtime
from longpole.services import custom_metrics, rollups
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.services.system import MetricsState, system_state
from longpole.services.trends import refresh_trends
from longpole.settings import Settings
from longpole.store import tables
from longpole.store.engine import reading

NOON = datetime(2026, 11, 8, 12, 3, tzinfo=UTC)


class At:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return round(self.now.timestamp()) * 10**9


@pytest.fixture
def clock(database_url: str) -> Iterator[At]:
    at = At()
    made = Runtime(Settings(database_url=database_url, metrics_max=3), clock=at)
    runtime_module.install(made)
    yield at
    made.close()


def record(run_id: str, at: datetime, **said: Any) -> None:
    Performance.record_workflow_execution(
        "shop", said.pop("workflow_id", "support"), run_id, said.pop("total_execution_time", 2.0), **said,
        execution_status="succeeded", started_at=at - timedelta(seconds=2), finished_at=at,
    )  # fmt: skip


def node(run_id: str, name: str, **said: Any) -> None:
    Performance.record_node_execution(run_id, name, name, "llm", name, **said, status="succeeded")


def series(metric: str, by: str | None = None) -> TrendSeries:
    return Performance.get_performance_trends("shop", "support", metric, by=by)


def value(metric: str) -> tuple[float, int] | None:
    points = [point for line in series(metric).items for point in line.points]
    return (points[-1].value, points[-1].count) if points else None


def refresh() -> None:
    rollups.refresh(everything=True)
    refresh_trends()


def rows(metric: str) -> dict[str, Any]:
    """The rows of trends of a metric, by length of the period."""
    with reading(runtime_module.current().engine) as connection:
        found = connection.execute(select(tables.trends).where(tables.trends.c.metric_type == metric)).all()
    return {row.period_type: row for row in found}


def test_a_number_sent_with_a_run_has_figures_without_any_definition(clock: At) -> None:
    for number, quality in enumerate((0.5, -2.0, 0.9)):
        record(f"r{number}", NOON, metrics={"quality": quality})
    assert value("quality") == (pytest.approx(0.5, rel=0.011), 3)  # before any refresh

    refresh()

    assert set(rows("quality")) == {"hourly", "daily", "weekly", "monthly"}
    day = rows("quality")["daily"]
    assert (day.min_value, day.max_value, day.avg_value) == (-2.0, 0.9, pytest.approx(-0.2))
    assert (day.metric_value, day.sample_count) == (pytest.approx(0.5, rel=0.011), 3)
    assert value("quality") == (day.metric_value, 3)
    assert series("quality").unit == "number"


def test_a_number_sent_with_nodes_has_figures_of_each_node(clock: At) -> None:
    record("r", NOON)
    node("r", "ask", start_time=NOON, execution_time=1, metrics={"rows": 7})
    node("r", "tell", start_time=NOON, execution_time=1, metrics={"rows": 1_000})
    refresh()

    assert value("rows") == (pytest.approx(503.5, rel=0.011), 2)
    of_nodes = {line.name: (line.points[0].value, line.points[0].count) for line in series("rows", "node").items}
    assert of_nodes == {"ask": (7.0, 1), "tell": (1_000.0, 1)}
    (of_type,) = series("rows", "node_type").items
    assert (of_type.name, of_type.points[0].count) == ("llm", 2)
    with pytest.raises(InvalidInputError, match="is not known by model"):
        series("rows", "model")


def test_a_formula_counts_from_its_definition_on(clock: At) -> None:
    record("before", NOON - timedelta(minutes=10), input_tokens=4, output_tokens=40)
    refresh()
    made = custom_metrics.define("shop", "speed", "output_tokens / execution_time", unit="tokens/s")
    assert made.counts_from == NOON.replace(minute=0)
    record("after", NOON, input_tokens=4, output_tokens=60)
    record("unknown", NOON)
    record("zero", NOON, total_execution_time=0.0, input_tokens=4, output_tokens=60)
    assert value("speed") == (30.0, 1)

    refresh()

    assert value("speed") == (30.0, 1)
    assert series("speed").unit == "tokens/s"
    assert rows("speed")["monthly"].avg_value == 30.0


def test_backfilled_it_counts_for_all_that_is_kept(clock: At) -> None:
    record("before", NOON - timedelta(days=40), output_tokens=40, cpu_seconds=2)
    record("other", NOON - timedelta(days=3), output_tokens=80, cpu_seconds=1)
    node("other", "ask", start_time=NOON - timedelta(days=3), execution_time=1, time_to_first_token=0.5, cpu_seconds=3)
    refresh()
    custom_metrics.define("shop", "thrift", "output_tokens / cpu_seconds", backfill=True)
    custom_metrics.define(
        "shop",
        "lead",
        "first_token_seconds + attempts + cpu_seconds",
        level="node",
        workflow_id="support",
        backfill=True,
    )
    refresh()

    assert rows("thrift")["monthly"].sample_count == 1
    assert value("thrift") == (80.0, 1)
    assert value("lead") == (4.5, 1)
    assert [line.points[0].value for line in series("lead", "node").items] == [4.5]


def test_changed_or_removed_its_figures_are_computed_anew(clock: At) -> None:
    record("r", NOON, output_tokens=40)
    custom_metrics.define("shop", "speed", "output_tokens", backfill=True)
    refresh()
    custom_metrics.define("shop", "speed", "output_tokens * 2")
    refresh()
    assert value("speed") == (80.0, 1)

    custom_metrics.define("shop", "speed", "output_tokens * 3", workflow_id="support", backfill=True)
    refresh()
    assert value("speed") == (120.0, 1)
    custom_metrics.remove("shop", "speed", "support")
    refresh()
    assert value("speed") == (80.0, 1)
    custom_metrics.remove("shop", "speed")
    refresh()
    assert rows("speed") == {}
    with pytest.raises(InvalidInputError, match="or one of your own that is known"):
        series("speed")
    with pytest.raises(NotFoundError):
        custom_metrics.remove("shop", "speed")


def test_said_again_it_changes_nothing(clock: At) -> None:
    record("r", NOON, output_tokens=40)
    first = custom_metrics.define("shop", "speed", "output_tokens")
    refresh()
    clock.now += timedelta(hours=1)
    again = custom_metrics.define("shop", "speed", "output_tokens", unit="tokens")
    with reading(runtime_module.current().engine) as connection:
        marks = connection.scalar(select(func.count()).select_from(tables.dirty_marks))

    assert (again.counts_from, again.created_at, marks) == (first.counts_from, first.created_at, 0)
    assert again.updated_at == clock.now
    assert [each.unit for each in custom_metrics.list_metrics("shop")] == ["tokens"]


def test_a_formula_may_use_what_is_sent(clock: At) -> None:
    with pytest.raises(InvalidInputError, match="no field of a run, and no metric that was sent or defined"):
        custom_metrics.define("shop", "thrift", "quality / cost")
    custom_metrics.define("shop", "quality")
    record("r", NOON, total_tokens_cost="0.5", metrics={"quality": 0.25, "answer.score": 2, "input_bytes": 3})
    refresh()
    custom_metrics.define("shop", "thrift", "quality / cost + answer.score * input_bytes")

    assert value("thrift") == (6.5, 1)


@pytest.mark.parametrize(
    ("name", "formula", "problem"),
    [
        ("Speed", "cost", "name: must be lower-case"),
        ("x" * 65, "cost", "name: must be lower-case"),
        ("cost", "execution_time", "name: has a meaning already"),
        ("run_time", None, "name: has a meaning already"),
        ("speed", "cost *", "expression: a number, a name or a bracket was expected at character 7"),
        ("speed", "3", "expression: is made of nothing that is recorded"),
        ("speed", "outptu_tokens", "did you mean output_tokens?"),
        ("speed", "attempts", "attempts, at character 1, is not known of a run"),
        ("speed", "other_speed + 1", "other_speed is a formula itself, at character 1"),
    ],
)
def test_what_is_refused(clock: At, name: str, formula: str | None, problem: str) -> None:
    custom_metrics.define("shop", "other_speed", "cost")
    with pytest.raises(InvalidInputError) as error:
        custom_metrics.define("shop", name, formula)
    assert problem in str(error.value)


def test_no_more_formulas_than_there_may_be(clock: At) -> None:
    for name in "abc":
        custom_metrics.define("shop", name, "cost", workflow_id="support")
    with pytest.raises(InvalidInputError, match="there are 3 formulas already"):
        custom_metrics.define("shop", "d", "cost", workflow_id="support")
    custom_metrics.define("shop", "c", "cost + 1", workflow_id="support")
    custom_metrics.define("shop", "d", "cost", workflow_id="another")


def test_beyond_the_limit_the_first_by_name_have_figures_and_the_rest_is_counted(clock: At) -> None:
    assert system_state(0).metrics == MetricsState(3, 0, None)
    record("r", NOON, metrics={f"of_customer_{number}": 1.0 for number in range(7)} | {"Quality": 2.0})
    record("s", NOON, workflow_id="another", metrics={"z": 1.0})
    refresh()

    with reading(runtime_module.current().engine) as connection:
        kept = select(tables.trends.c.metric_type).where(tables.trends.c.metric_type.not_in(list(UNITS)))
        names = set(connection.scalars(kept))
    assert names == {"Quality", "of_customer_0", "of_customer_1", "z"}
    assert system_state(0).metrics == MetricsState(3, 5, NOON)
    assert value("of_customer_1") == (1.0, 1)


def test_the_list_has_what_was_defined_and_what_is_only_sent(clock: At) -> None:
    custom_metrics.define("shop", "quality", workflow_id="support", unit="points")
    custom_metrics.define("shop", "speed", "output_tokens / execution_time", level="node")
    record("r", NOON, metrics={"quality": 1, "rows": 2})
    record("s", NOON, workflow_id="another", metrics={"quality": 1})
    refresh()

    found = [(each.name, each.workflow_id, each.level, each.expression) for each in custom_metrics.list_metrics("shop")]
    assert found == [
        ("quality", "another", None, None),
        ("quality", "support", Level.RUN, None),
        ("rows", "support", None, None),
        ("speed", None, Level.NODE, "output_tokens / execution_time"),
    ]
    assert [each.name for each in custom_metrics.list_metrics("shop", "another")] == ["quality", "speed"]
    assert custom_metrics.list_metrics("elsewhere") == ()
