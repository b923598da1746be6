"""Numbers of many rows come as they are stored, in order, on both databases; the largest and the smallest as well."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, cast

from longpole.domain.runs import NodeExecution, Run, RunRecord
from longpole.runtime import Runtime
from longpole.store.engine import reading, writing
from longpole.store.number_reads import NO_INSTANT, Numbers, known
from longpole.store.quick_reads import rows_of_keys
from longpole.store.run_writes import write_records
from longpole.store.tables import node_executions, runs

e = node_executions.c
ASKED = Numbers(
    e.run_key,
    e.node_execution_id,
    (
        known(e.run_key),
        known(e.start_ns, NO_INSTANT),
        known(e.input_fingerprint, 0),
        known(e.input_bytes),
        known(cast(e.is_cached, Integer)),
    ),
)
LARGEST = (1 << 63) - 1
NODES = st.builds(
    dict,
    start_ns=st.none() | st.sampled_from([0, -5, LARGEST]),
    input_fingerprint=st.none() | st.sampled_from([1, LARGEST, -LARGEST - 1, -1]),
    input_bytes=st.none() | st.sampled_from([0, LARGEST]),
    is_cached=st.none() | st.booleans(),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(NODES, max_size=4), max_size=4))
def test_every_number_comes_as_it_is(runtime: Runtime, given_runs: list[list[dict[str, int]]]) -> None:
    """By key, and of one key by the id."""
    with writing(runtime.engine) as connection:
        for table in (runs, node_executions):
            connection.execute(table.delete())
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("DELETE FROM run_directory")
        records = [
            RunRecord(
                Run(f"r{number}", "app", "flow"),
                tuple(
                    NodeExecution(f"r{number}", f"x{place}", "n", "llm", "N", **said)
                    for place, said in reversed(list(enumerate(nodes)))
                ),
            )
            for number, nodes in enumerate(given_runs)
        ]
        write_records(connection, records, now_ns=1)
    with reading(runtime.engine) as connection:
        key_of = dict(connection.execute(runs.select().with_only_columns(runs.c.workflow_run_id, runs.c.run_key)).all())
        keys = sorted(key_of.values())
        columns = ASKED.of_keys(connection, keys)
        again = rows_of_keys(
            connection,
            "SELECT run_key, input_bytes FROM node_executions WHERE input_bytes IS NOT NULL AND run_key",
            keys,
            "run_key, node_execution_id",
        )

    number_of = {key: number for number, key in enumerate(key_of[f"r{place}"] for place in range(len(given_runs)))}
    expected = [
        (
            key,
            NO_INSTANT if said["start_ns"] is None else said["start_ns"],
            said["input_fingerprint"] or 0,
            -1 if said["input_bytes"] is None else said["input_bytes"],
            -1 if said["is_cached"] is None else int(said["is_cached"]),
        )
        for key in keys
        for said in given_runs[number_of[key]]
    ]
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected
    assert [tuple(row) for row in again] == [(key, size) for key, _, _, size, _ in expected if size >= 0]


def test_no_keys_have_no_rows(runtime: Runtime) -> None:
    with reading(runtime.engine) as connection:
        assert [column.tolist() for column in ASKED.of_keys(connection, [])] == [[]] * 5
        assert [column.tolist() for column in ASKED.of_keys(connection, [7])] == [[]] * 5
