"""Cells are what the raw rows come to, whoever wrote them, in whatever order, however many refresh meanwhile."""

import random
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from longpole import runtime as runtime_module
from longpole.analysis.rollup import Cells, merge
from longpole.analysis.rollup_cells import START, cells_of
from longpole.analysis.sketch import Sketch
from longpole.domain.errors import NotFoundError, StorageUnavailableError
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage
from longpole.runtime import Runtime
from longpole.services import custom_metrics, rollups
from longpole.services.rollups import Refreshed, refresh
from longpole.store import cell_writes
from longpole.store.cell_columns import rows_of
from longpole.store.dirty_marks import Behind
from longpole.store.engine import reading, writing
from longpole.store.rollup_horizons import RAW_HORIZON, SECONDS, Horizons, Tier, retire_cells
from longpole.store.rollup_horizons import horizons as horizons_now
from longpole.store.rollup_raw import counted, raw_rows
from longpole.store.row_packing import key_of
from longpole.store.run_writes import delete_runs, write_records
from longpole.store.tables import dirty_marks, node_cells, nodes, run_cells, runs, versions
from longpole.store.upkeep_log import remember

SECOND = 1_000_000_000
DAY = 86_400
FIRST = 20_000 * DAY
SHOP = key_of(("app", "shop"))
NONE = Horizons()


def run(run_id: str, at_s: int, **said: Any) -> Run:
    known: dict[str, Any] = {"status": RunStatus.SUCCEEDED, "is_ended": True, "workflow_id": "shop", "elapsed_ns": 500}
    return Run(run_id, "app", **(known | {"end_ns": at_s * SECOND, "start_ns": at_s * SECOND - 500} | said))


def node(run_id: str, name: str, begin: int, end: int, **said: Any) -> NodeExecution:
    return NodeExecution(run_id, f"{name}-{begin}", name, "llm", name.upper(), start_ns=begin, end_ns=end, **said)


def write(runtime: Runtime, *records: RunRecord) -> None:
    with writing(runtime.engine) as connection:
        write_records(connection, records, now_ns=FIRST * SECOND)


def stored(runtime: Runtime, table: Any) -> list[tuple[Any, ...]]:
    with reading(runtime.engine) as connection:
        rows = connection.execute(select(table).order_by(*table.primary_key.columns))
        return [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows]


def expected(runtime: Runtime, horizons: Horizons) -> dict[Any, list[tuple[Any, ...]]]:
    """The rows of all cells, computed straight from the raw rows."""
    with reading(runtime.engine) as connection:
        keys = sorted(connection.scalars(select(runs.c.run_key).where(counted())))
        raw = raw_rows(connection, keys, Horizons(formulas=horizons_now(connection).formulas))
        dialect = connection.dialect.name
    made = cells_of(raw.runs, raw.nodes)
    found: dict[Any, list[tuple[Any, ...]]] = {}
    for table, cells in zip((run_cells, node_cells), made, strict=True):
        found[table] = []
        for tier in Tier:
            keys = cells.keys.copy()
            keys[:, 0] = tier
            keys[:, START] = keys[:, START] // SECONDS[tier] * SECONDS[tier]
            merged = merge(Cells(keys, cells.numbers, cells.sketches), keys)
            begins = {Tier.UNIT: horizons.units, Tier.HOUR: horizons.hours}.get(tier, horizons.raw)
            merged = merged.where(np.flatnonzero(merged.keys[:, START] >= begins))
            found[table] += rows_of(table, merged, dialect)
    if dialect == "sqlite":  # money is read back in dollars
        places = {table: [column.name for column in table.columns].index("cost_usd") for table in found}
        found = {table: [_in_dollars(row, places[table]) for row in rows] for table, rows in found.items()}
    return found


def _in_dollars(row: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    pico = row[place]
    return (*row[:place], None if pico is None else Decimal(pico).scaleb(-12), *row[place + 1 :])


def assert_exact(runtime: Runtime, horizons: Horizons = NONE) -> None:
    refresh(everything=True)
    for table, rows in expected(runtime, horizons).items():
        assert stored(runtime, table) == rows
    assert [row for row in stored(runtime, dirty_marks) if row[0] != Behind.TRENDS] == []


def cell(runtime: Runtime, tier: Tier, table: Any = run_cells) -> Any:
    with reading(runtime.engine) as connection:
        return connection.execute(select(table).where(table.c.tier == tier)).one()


def test_two_runs_come_to_the_sums_that_one_can_do_by_hand(runtime: Runtime) -> None:
    ask = node("a", "ask", 0, 300, tokens=TokenUsage(10, 5), cost_usd=Decimal("0.25"), status=NodeStatus.SUCCEEDED)
    tell = node("a", "tell", 300, 400, status=NodeStatus.FAILED, attempts=3)
    one = run("a", FIRST + 10, start_ns=0, node_count=2, failed_nodes=1, cost_usd=Decimal("0.25"))
    one = run(
        "a", FIRST + 10, node_count=2, failed_nodes=1, cost_usd=Decimal("0.25"), known_cost_usd=Decimal("0.25"),
        tokens=TokenUsage(10, 5), cache_hit_rate=50.0,
    )  # fmt: skip
    two = run("b", FIRST + 20, status=RunStatus.FAILED, elapsed_ns=1_500, node_count=1, cache_hit_rate=0.0)
    write(runtime, RunRecord(one, (ask, tell)), RunRecord(two))
    refresh(everything=True)

    for tier in Tier:
        found = cell(runtime, tier)
        assert (found.workflow_key, found.cell_start, found.version_key) == (SHOP, FIRST, 0)
        assert (found.run_count, found.succeeded, found.failed, found.partial) == (2, 1, 1, 0)
        assert (found.node_count, found.failed_nodes, found.retries) == (3, 1, 2)
        assert (found.cost_usd, found.cost_known_runs) == (Decimal("0.25"), 1)
        assert (found.input_tokens, found.total_tokens, found.reasoning_tokens) == (10, 15, None)
        assert (found.cache_rate_nodes, found.cache_known_nodes) == (50_000_000 * 2, 3)
        assert bytes(found.time_sketch) == Sketch.of([500, 1_500]).pack()


def test_nodes_have_their_times_and_their_part_of_the_critical_path(runtime: Runtime) -> None:
    begin = FIRST * SECOND
    nodes_of = (
        node("a", "ask", begin, begin + 300, model="m"),
        node("a", "ask", begin + 300, begin + 400),
        node("a", "aside", begin, begin + 50),
    )
    write(runtime, RunRecord(run("a", FIRST, start_ns=begin, end_ns=begin + 450, elapsed_ns=450), nodes_of))
    refresh(everything=True)
    with reading(runtime.engine) as connection:
        query = select(node_cells, nodes.c.node_id).join(nodes, nodes.c.node_key == node_cells.c.node_key)
        found = {
            (row.node_id, row.model_key != 0): row
            for row in connection.execute(query.where(node_cells.c.tier == Tier.DAY))
        }
        whole = connection.execute(select(run_cells).where(run_cells.c.tier == Tier.DAY)).one()

    assert set(found) == {("ask", False), ("ask", True), ("aside", False)}
    assert (found["ask", False].executions, found["ask", False].on_path_runs) == (2, 1)
    assert (found["ask", False].critical_ns, found["ask", False].self_ns) == (400, 400)
    assert bytes(found["ask", False].critical_sketch) == Sketch.of([400]).pack()
    assert (found["ask", True].executions, found["ask", True].critical_sketch) == (1, None)
    assert (found["aside", False].on_path_runs, found["aside", False].critical_sketch) == (0, None)
    assert (whole.path_ns, whole.engine_overhead_ns, whole.queue_ns) == (450, 50, 0)


def test_a_refresh_with_nothing_to_do_does_nothing(runtime: Runtime) -> None:
    write(runtime, RunRecord(run("a", FIRST)))

    assert refresh(everything=True) == Refreshed(runs=1, units=1, hours=1, days=1)
    assert refresh(everything=True) == Refreshed()


def test_only_what_is_over_is_made_coarser(database_url: str) -> None:
    now = FIRST + 5_400
    made = Runtime(runtime_module.Settings(database_url=database_url), clock=lambda: now * SECOND)
    with runtime_module.use(made):
        write(made, RunRecord(run("old", FIRST + 10)), RunRecord(run("new", FIRST + 5_000)))
        assert refresh() == Refreshed(runs=2, units=2, hours=1, days=0)
    made.close()


def test_new_runs_are_added_without_reading_the_others_again(runtime: Runtime) -> None:
    write(runtime, RunRecord(run("a", FIRST)), RunRecord(run("b", FIRST)))
    refresh()
    write(runtime, RunRecord(run("c", FIRST)))

    assert refresh().runs == 1
    assert_exact(runtime)


def test_a_run_that_changed_after_it_was_new_is_counted_once(runtime: Runtime) -> None:
    write(runtime, RunRecord(run("a", FIRST)))
    write(runtime, RunRecord(run("a", FIRST, elapsed_ns=7)))

    assert_exact(runtime)
    assert cell(runtime, Tier.DAY).run_count == 1


def test_a_unit_that_lost_its_runs_has_no_cell(runtime: Runtime) -> None:
    write(runtime, RunRecord(run("a", FIRST), (node("a", "n", 0, 1),)))
    refresh(everything=True)
    with writing(runtime.engine) as connection:
        delete_runs(connection, ["a"])
    refresh(everything=True)

    assert stored(runtime, run_cells) == stored(runtime, node_cells) == []


def test_before_the_horizon_of_units_runs_go_straight_into_the_hour(runtime: Runtime) -> None:
    write(runtime, RunRecord(run("a", FIRST + 10)), RunRecord(run("b", FIRST + 7_200)))
    refresh(everything=True)
    retire(runtime, Tier.UNIT, FIRST + 3_600)
    write(
        runtime, RunRecord(run("c", FIRST + 20)), RunRecord(run("a", FIRST + 400)), RunRecord(run("d", FIRST + 7_300))
    )

    assert_exact(runtime, Horizons(units=FIRST + 3_600))


def test_before_the_horizon_of_hours_runs_go_straight_into_the_day(runtime: Runtime) -> None:
    write(runtime, RunRecord(run("a", FIRST + 10)), RunRecord(run("b", FIRST + DAY)))
    refresh(everything=True)
    for tier in (Tier.UNIT, Tier.HOUR):
        retire(runtime, tier, FIRST + DAY)
    write(
        runtime, RunRecord(run("c", FIRST + 20)), RunRecord(run("a", FIRST + 400)), RunRecord(run("b", FIRST + DAY + 9))
    )

    assert_exact(runtime, Horizons(units=FIRST + DAY, hours=FIRST + DAY))


def retire(runtime: Runtime, tier: Tier, before: int) -> int:
    with writing(runtime.engine) as connection:
        cell_writes.take_turn(connection)
        until = retire_cells(connection, tier, before)
        for table in (run_cells, node_cells):
            connection.execute(table.delete().where(table.c.tier == tier, table.c.cell_start < until))
    return until


def test_units_that_an_hour_still_needs_are_kept(runtime: Runtime) -> None:
    write(runtime, RunRecord(run("a", FIRST + 3_700)))

    assert retire(runtime, Tier.UNIT, FIRST + DAY) == FIRST + 3_600
    refresh(everything=True)
    assert retire(runtime, Tier.UNIT, FIRST + DAY) == FIRST + DAY
    assert retire(runtime, Tier.UNIT, FIRST) == FIRST + DAY


def test_before_the_horizon_of_raw_rows_cells_stay_as_they_are(runtime: Runtime) -> None:
    write(runtime, RunRecord(run("a", FIRST)))
    refresh(everything=True)
    with writing(runtime.engine) as connection:
        remember(connection, RAW_HORIZON, (FIRST + DAY) * SECOND)
    write(runtime, RunRecord(run("late", FIRST + 1)))
    refresh(everything=True)

    assert cell(runtime, Tier.DAY).run_count == 1
    assert [row for row in stored(runtime, dirty_marks) if row[0] == Behind.UNIT] == []


def test_a_silent_run_is_given_up_and_counts_as_partial_until_it_is_heard_of_again(database_url: str) -> None:
    heard = FIRST * SECOND
    made = Runtime(
        runtime_module.Settings(database_url=database_url, run_abandon_seconds=60), clock=lambda: heard + 60 * SECOND
    )
    open_run = Run("a", "app", "shop", start_ns=heard, last_received_ns=heard)
    with runtime_module.use(made):
        write(made, RunRecord(open_run), RunRecord(Run("b", "app", "shop", last_received_ns=heard + 1)))
        assert rollups.abandon() == 1
        assert_exact(made)
        assert (cell(made, Tier.DAY).run_count, cell(made, Tier.DAY).partial) == (1, 1)
        assert rollups.abandon() == 0
        write(made, RunRecord(run("a", FIRST + 30)))
        assert_exact(made)
        assert (cell(made, Tier.DAY).run_count, cell(made, Tier.DAY).partial) == (1, 0)
    made.close()


def test_too_many_nodes_are_folded_into_one_and_lose_nothing(database_url: str) -> None:
    made = Runtime(runtime_module.Settings(database_url=database_url, rollup_max_nodes=2))
    with runtime_module.use(made):
        for number in range(3):
            of_run = tuple(node(f"r{number}", f"n{number}{name}", 0, 10) for name in "abc")
            write(made, RunRecord(run(f"r{number}", FIRST + 300 * number), of_run))
            refresh(everything=True)
    with reading(made.engine) as connection:
        query = (
            select(nodes.c.node_id, node_cells.c.executions)
            .join(nodes, nodes.c.node_key == node_cells.c.node_key)
            .where(node_cells.c.tier == Tier.DAY)
        )
        found = dict(map(tuple, connection.execute(query)))
    made.close()

    assert len(found) == 3
    assert found["other"] == 7


def test_versions_have_their_names(runtime: Runtime) -> None:
    write(runtime, RunRecord(run("a", FIRST, workflow_version="v1")), RunRecord(run("b", FIRST, workflow_version="v2")))
    refresh(everything=True)

    assert {row[1] for row in stored(runtime, versions)} == {"v1", "v2", "other"}
    assert_exact(runtime)


def random_metrics(chance: random.Random) -> dict[str, float]:
    sizes = [0.0, 0.25, 3.0, -7.5, 1e300]
    return {
        name: chance.choice(sizes)
        for name in chance.sample(["quality", "Rows.read", "cost", "x y"], chance.randrange(3))
    }


FORMULAS = ("quality * 2", "execution_time + cpu_seconds", "quality / total_tokens", None)


def define_something(chance: random.Random) -> None:
    name, workflow_id = chance.choice(["q", "t"]), chance.choice([None, "shop"])
    formula = chance.choice(FORMULAS)
    custom_metrics.define("app", "quality")
    custom_metrics.define(
        "app", name, formula, workflow_id=workflow_id, level=chance.choice(["run", "node"]), backfill=True
    )
    if chance.random() < 0.3:
        with suppress(NotFoundError):  # somebody else was quicker
            custom_metrics.remove("app", name, workflow_id)


def random_record(chance: random.Random, run_id: str) -> RunRecord:
    """A run of a small world: few workflows, versions and instants, so that much falls together."""
    at = FIRST + chance.choice([0, 299, 300, 3_599, 3_600, 7_300, 86_399, 86_400, 90_000])
    begin = at * SECOND - 1_000
    made = run(
        run_id,
        at,
        start_ns=begin,
        workflow_id=chance.choice(["shop", "bank"]),
        workflow_version=chance.choice([None, "v1", "v2"]),
        status=chance.choice(list(RunStatus)),
        elapsed_ns=chance.choice([None, 0, 999, 10**15]),
        node_count=chance.randrange(5),
        cost_usd=chance.choice([None, Decimal("0.5")]),
        known_cost_usd=chance.choice([None, Decimal("0.000000000007")]),
        cache_hit_rate=chance.choice([None, 100 / 3]),
        memory_peak_bytes=chance.choice([None, 5]),
        cpu_ns=chance.choice([None, 10**9]),
        metrics=random_metrics(chance),
        is_ended=chance.random() < 0.9,
    )
    executions = tuple(
        node(
            run_id,
            chance.choice("pqr"),
            begin + chance.randrange(10) * 100,
            begin + chance.randrange(10) * 100,
            model=chance.choice([None, "m"]),
            attempts=chance.choice([1, 1, 2]),
            status=chance.choice([None, *NodeStatus]),
            tokens=TokenUsage(chance.choice([None, 3])),
            is_cached=chance.choice([None, True, False]),
            first_token_ns=chance.choice([None, 10**8]),
            metrics=random_metrics(chance),
        )
        for _ in range(chance.randrange(4))
    )
    return RunRecord(made, executions)


def change_something(runtime: Runtime, chance: random.Random) -> None:
    if chance.random() < 0.1:
        return define_something(chance)
    ids = [f"run-{chance.randrange(12)}" for _ in range(chance.randrange(1, 4))]
    with writing(runtime.engine) as connection:
        if chance.random() < 0.2:
            delete_runs(connection, ids)
        else:
            write_records(connection, [random_record(chance, id_) for id_ in ids], now_ns=FIRST * SECOND)
    return None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["change"] * 4 + ["refresh", "everything"]), max_size=25), st.integers(0, 1 << 30))
def test_after_any_changes_and_refreshes_every_cell_is_exact(runtime: Runtime, steps: list[str], seed: int) -> None:
    chance = random.Random(seed)
    for step in steps:
        if step == "change":
            change_something(runtime, chance)
        else:
            refresh(everything=step == "everything")
    assert_exact(runtime)


def change_until_stored(runtime: Runtime, chance: random.Random) -> None:
    """As clients do: what was refused, because PostgreSQL had to break a deadlock of writers, is sent again."""
    for _ in range(20):
        try:
            return change_something(runtime, chance)
        except StorageUnavailableError:
            continue
    raise AssertionError("refused every time")


def in_threads(*works: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("seed", range(3))
def test_four_writers_and_two_refreshers_leave_every_cell_exact(runtime: Runtime, seed: int) -> None:
    writers_left = threading.Semaphore(0)
    done = threading.Event()

    def writer(number: int) -> Callable[[], None]:
        def work() -> None:
            chance = random.Random(seed * 10 + number)
            try:
                for _ in range(25):
                    change_until_stored(runtime, chance)
            finally:
                writers_left.release()

        return work

    def refresher() -> None:
        while not done.is_set():
            refresh(everything=True)

    def last() -> None:
        for _ in range(4):
            writers_left.acquire()
        done.set()

    in_threads(*map(writer, range(4)), refresher, refresher, last)
    assert_exact(runtime)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_sending_everything_again_in_any_order_changes_no_byte(runtime: Runtime, order: int) -> None:
    chance = random.Random(7)
    records = [random_record(chance, f"run-{number}") for number in range(30)]
    write(runtime, *records)
    assert_exact(runtime)
    before = stored(runtime, run_cells), stored(runtime, node_cells)
    again: Iterable[RunRecord] = random.Random(order).sample(records, len(records))
    for record in again:
        write(runtime, record)
    refresh(everything=True)

    assert (stored(runtime, run_cells), stored(runtime, node_cells)) == before
