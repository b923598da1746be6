"""A database that was filled under the first schema keeps its data all the way up and down; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Connection, Double, MetaData, Table, Text, inspect, select, text
from sqlalchemy.exc import IntegrityError

from longpole import runtime as runtime_module
from longpole.domain.runs import RunRecord
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.store import recommendations, schema
from longpole.store.cache_backend import database_backend
from longpole.store.engine import reading, writing
from longpole.store.run_reads import find_record
from longpole.store.run_writes import write_records
from longpole.store.tables import alert_deliveries, alert_rules, custom_metrics, degradations, run_changes
from longpole.store.types import Json, UtcDateTime

OLD_ENTRY: dict[str, Any] = {
    "id": BigInteger,
    **dict.fromkeys(["app_id", "workflow_id", "cache_key", "node_type", "node_id"], Text),
    "output_data": Json,
    "size_bytes": BigInteger,
    "hit_count": BigInteger,
    "original_execution_time": Double,
    "total_time_saved": Double,
    **dict.fromkeys(["expires_at", "created_at", "updated_at"], UtcDateTime),
}
RUN_KEY = 374_850_000_000_000_000  # 2026-11-24
END_NS = 1_795_500_000_000_000_000
WORKFLOW_KEY = 5_743_117_221_429_590_635  # of shop, trip
FILLED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("workflows", {"workflow_key": WORKFLOW_KEY, "app_id": "shop", "workflow_id": "trip"}),
    ("nodes", {"node_key": 6, "node_id": "plan", "node_type": "llm", "node_title": "Plan"}),
    ("models", {"model_key": 7, "model": "gpt", "provider": "openai"}),
    *(
        (
            "runs",
            {
                "run_key": RUN_KEY + number,
                "workflow_run_id": f"run-{number}",
                "workflow_key": WORKFLOW_KEY,
                "source": "otlp",
                "status": 0,
                "is_ended": True,
                "start_ns": END_NS - 10,
                "end_ns": END_NS,
                "elapsed_ns": 10,
                "period_ns": END_NS,
                "recorded_ns": END_NS,
                "updated_ns": END_NS,
                "last_received_ns": END_NS,
                "node_count": 1,
                "successful_nodes": 1,
                "failed_nodes": 0,
                "has_gaps": False,
                "tags": '["a"]',
            },
        )
        for number in (1, 2)
    ),
    (
        "node_executions",
        {
            "run_key": RUN_KEY + 1,
            "node_execution_id": "plan-1",
            "node_key": 6,
            "model_key": 7,
            "status": 0,
            "start_ns": END_NS - 10,
            "elapsed_ns": 10,
            "attempts": 2,
        },
    ),
    ("node_attempts", {"run_key": RUN_KEY + 1, "node_execution_id": "plan-1", "attempt_number": 1, "status": 1}),
    ("node_attempts", {"run_key": RUN_KEY + 1, "node_execution_id": "plan-1", "attempt_number": 2, "status": 0}),
    (
        "workflow_optimization_recommendations",
        {
            "id": "advice-1",
            "app_id": "shop",
            "workflow_id": "trip",
            "title": "Cache Plan",
            "description": "It asks the same again.",
            "category": "performance",
            "severity": "high",
            "status": "dismissed",
            "affected_nodes": '["plan"]',
            "recommendation_steps": '["Cache it."]',
            "evidence": "[]",
            "dismissed_reason": "later",
            "created_at": "2026-11-24 01:02:03.000000",
            "updated_at": "2026-11-24 01:02:03.000000",
        },
    ),
    (
        "trace_chunks",
        {"chunk_key": RUN_KEY, "trace_id": b"t" * 16, "received_ns": END_NS, "is_pending": False, "facts": b"facts"},
    ),
)
CACHED = {
    "app_id": "shop",
    "workflow_id": "trip",
    "node_type": "llm",
    "node_id": "plan",
    "size_bytes": 12,
    "hit_count": 3,
    "original_execution_time": 1.5,
    "total_time_saved": 4.5,
    "expires_at": datetime(2026, 11, 25, 1, 2, 3, 456_789, tzinfo=UTC),
    "created_at": datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC),
    "updated_at": datetime(2026, 11, 24, 2, 2, 3, tzinfo=UTC),
}
NOW = datetime(2026, 11, 24, 1, 2, 3, 456_789, tzinfo=UTC)
STAMPED: dict[str, Any] = {"app_id": "shop", "created_at": NOW, "updated_at": NOW}
DEGRADED = STAMPED | {
    "id": "d-1",
    "workflow_id": "trip",
    "metric": "run_time_p95",
    "state": "open",
    **dict.fromkeys(["started_at", "found_at", "last_seen_at"], NOW),
    "ratio": 1.5,
    "low": 1.4,
    "high": 1.6,
    "before": 2.0,
    "after": 3.0,
    "p_value": 1e-9,
    "attribution": [{"kind": "node", "name": "plan", "share": 0.9}],
    "method": "change_point",
    "resolution_seconds": 3_600,
    "fingerprint": "f",
}
METRIC = STAMPED | {"id": "m-1", "name": "words", "level": "node", "workflow_id": None}
RULE = STAMPED | {
    "id": "r-1",
    "name": "Slow",
    "kind": "degradation",
    "channel": "webhook",
    "is_enabled": True,
    "condition": {},
    "target": {"url": "http://127.0.0.1"},
}
DELIVERY: dict[str, Any] = {
    "id": "a-1",
    "rule_id": "r-1",
    "subject": "d-1",
    "payload": {},
    "state": "pending",
    "attempts": 0,
    **dict.fromkeys(["next_attempt_at", "created_at", "updated_at"], NOW),
}
JSON_COLUMNS = {"tags", "affected_nodes", "recommendation_steps", "evidence"}
INSTANTS = {"created_at", "updated_at"}
TABLES = sorted({table for table, _ in FILLED})


@pytest.fixture
def filled(runtime: Runtime) -> Runtime:
    """A database as the first version left it."""
    schema.downgrade(runtime.engine, "base")
    schema.upgrade(runtime.engine, "0001")
    with writing(runtime.engine) as connection:
        for table, row in FILLED:
            insert(connection, table, row)
    return runtime


def insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    def value(name: str) -> str:
        if connection.dialect.name == "sqlite" or name not in JSON_COLUMNS | INSTANTS:
            return f":{name}"
        return f"CAST(:{name} AS {'json' if name in JSON_COLUMNS else 'timestamptz'})"

    values = ", ".join(map(value, row))
    connection.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})"), row)


def counts(runtime: Runtime) -> dict[str, int]:
    with reading(runtime.engine) as connection:
        return {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in TABLES}


def read(run_id: str) -> RunRecord:
    with runtime_module.reading() as connection:
        record = find_record(connection, run_id)
    assert record is not None
    return record


def test_data_of_the_first_schema_is_there_under_the_newest(filled: Runtime) -> None:
    before = counts(filled)
    schema.upgrade(filled.engine)

    assert counts(filled) == before
    record = read("run-1")
    [node] = record.nodes
    assert (record.run.app_id, record.run.tags, record.run.end_ns) == ("shop", ("a",), END_NS)
    assert (node.node_title, node.model, len(node.attempt_log)) == ("Plan", "gpt", 2)


def test_it_is_counted_and_can_be_written(filled: Runtime) -> None:
    schema.upgrade(filled.engine)
    with writing(filled.engine) as connection:
        write_records(connection, [read("run-1"), read("run-2")], now_ns=END_NS)  # replaces, as the ids are known
    rollups.refresh(everything=True)

    assert counts(filled)["runs"] == 2
    with reading(filled.engine) as connection:
        cells = connection.execute(text("SELECT workflow_key, run_count FROM run_cells WHERE tier = 2")).all()
        view = "SELECT app_id, workflow_run_id, execution_status FROM workflow_performance_metrics ORDER BY 2"
        shown = connection.execute(text(view)).all()
    assert [tuple(cell) for cell in cells] == [(WORKFLOW_KEY, 2)]
    assert [tuple(row) for row in shown] == [("shop", "run-1", "succeeded"), ("shop", "run-2", "succeeded")]


def test_cached_results_go_up_and_down_with_their_figures(filled: Runtime) -> None:
    old = Table("workflow_cache_entries", MetaData(), *(Column(name, type_) for name, type_ in OLD_ENTRY.items()))
    rows = [
        {**CACHED, "id": number, "cache_key": f"key {number}", "output_data": output}
        for number, output in enumerate([{"text": "Hi"}, 1.5, "1.5"])
    ]
    with writing(filled.engine) as connection:
        connection.execute(old.insert(), rows)
    schema.upgrade(filled.engine)
    with reading(filled.engine) as connection:
        columns = "app_id, workflow_id, cache_key, node_type, node_id, hit_count, original_execution_time"
        shown = connection.execute(text(f"SELECT {columns} FROM workflow_cache_entries ORDER BY cache_key")).all()
    backend = database_backend(filled.engine, budget_s=10, write_wait_s=10)

    assert [tuple(row) for row in shown] == [("shop", "trip", f"key {n}", "llm", "plan", 3, 1.5) for n in range(3)]
    assert backend.get(Scope("shop", "trip"), "key 0", 0) is None  # nobody wrote bytes that could be served
    backend.close()
    schema.downgrade(filled.engine, "0001")
    with reading(filled.engine) as connection:
        again = connection.execute(select(old).order_by(old.c.cache_key)).mappings().all()
    for row, was in zip(again, rows, strict=True):
        assert {name: row[name] for name in was if name not in {"id", "updated_at"}} == {
            name: value for name, value in was.items() if name not in {"id", "updated_at"}
        }


def test_a_recommendation_that_no_rule_found_stands_beside_one_that_a_rule_found(filled: Runtime) -> None:
    schema.upgrade(filled.engine)
    with runtime_module.reading() as connection:
        old = recommendations.find(connection, "advice-1")
    assert old is not None
    assert (old.status, old.affected_nodes, old.dismissed_reason) == ("dismissed", ("plan",), "later")

    mark = "UPDATE workflow_optimization_recommendations SET fingerprint = 'f', rule = 'slow_nodes' WHERE id = :id"
    with writing(filled.engine) as connection:
        recommendations.add(connection, replace(old, id="advice-2"))  # neither has a fingerprint: both may be
        connection.execute(text(mark), {"id": "advice-1"})
    with pytest.raises(IntegrityError), writing(filled.engine) as connection:
        connection.execute(text(mark), {"id": "advice-2"})
    schema.downgrade(filled.engine, "0005")
    with reading(filled.engine) as connection:
        left = connection.execute(text("SELECT id, title FROM workflow_optimization_recommendations ORDER BY id")).all()
    assert [tuple(row) for row in left] == [("advice-1", "Cache Plan"), ("advice-2", "Cache Plan")]


def test_what_was_found_and_whom_to_tell_goes_down_with_its_tables_and_leaves_the_rest(filled: Runtime) -> None:
    schema.upgrade(filled.engine)
    before = counts(filled)
    with writing(filled.engine) as connection:
        connection.execute(degradations.insert(), DEGRADED)
        connection.execute(custom_metrics.insert(), [METRIC, {**METRIC, "id": "m-2", "workflow_id": "trip"}])
        connection.execute(alert_rules.insert(), RULE)
        connection.execute(alert_deliveries.insert(), DELIVERY)
    for table, row in (
        (degradations, {**DEGRADED, "id": "d-2"}),  # the same event twice
        (custom_metrics, {**METRIC, "id": "m-3"}),  # the same name for a whole application twice
        (custom_metrics, {**METRIC, "id": "m-3", "workflow_id": "trip"}),
    ):
        with pytest.raises(IntegrityError), writing(filled.engine) as connection:
            connection.execute(table.insert(), row)
    with reading(filled.engine) as connection:
        [found] = connection.execute(select(degradations)).mappings()
    assert dict(found) == {**DEGRADED, "workflow_version": None, "closed_at": None}

    schema.downgrade(filled.engine, "0006")
    assert not {"degradations", "custom_metrics", "alert_rules"} & set(inspect(filled.engine).get_table_names())
    assert counts(filled) == before
    schema.upgrade(filled.engine)
    with reading(filled.engine) as connection:
        assert connection.execute(select(degradations)).all() == []


def test_the_list_of_changes_goes_down_with_its_name_and_begins_anew_under_another(filled: Runtime) -> None:
    schema.upgrade(filled.engine)
    journal = text("SELECT value FROM upkeep_facts WHERE name = 'live_journal'")
    change = {"transaction_id": 1, "change_key": 1, "run_key": RUN_KEY}
    before = counts(filled)
    with writing(filled.engine) as connection:
        connection.execute(run_changes.insert(), change)
        [name] = connection.execute(journal).scalars()

    schema.downgrade(filled.engine, "0008")
    with reading(filled.engine) as connection:
        assert connection.execute(journal).all() == []
    assert "run_changes" not in inspect(filled.engine).get_table_names()
    assert counts(filled) == before
    schema.upgrade(filled.engine)
    with reading(filled.engine) as connection:
        assert connection.execute(select(run_changes)).all() == []
        assert connection.execute(journal).scalars().all() not in ([], [name])


def test_it_goes_down_with_its_data_and_up_again(filled: Runtime) -> None:
    before = counts(filled)
    schema.upgrade(filled.engine)
    schema.downgrade(filled.engine, "0001")
    assert counts(filled) == before

    schema.upgrade(filled.engine)
    assert counts(filled) == before
    schema.downgrade(filled.engine, "base")
    assert set(inspect(filled.engine).get_table_names()) <= {"alembic_version"}
