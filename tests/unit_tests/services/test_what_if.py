"""What-if as it is asked of a database: which runs are replayed, with which graph and which hits."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import Run, RunRecord, RunStatus
from longpole.domain.what_if import Cached, Faster, Removed
from longpole.runtime import Runtime
from longpole.services.graphs import import_graph
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.store.advice_sample import LEAST_OF_VERSION, MOST_SAMPLED
from longpole.store.engine import writing
from longpole.store.run_writes import write_records
from virtual_engine import BEGIN, Step, carried_out

SECOND, HOUR = 10**9, 3_600 * 10**9
NOW = BEGIN + 24 * HOUR
STEPS = [
    Step("fetch", (), lambda number: ((1 + number % 3) * SECOND,)),
    Step("answer", ("fetch",), lambda _: (2 * SECOND,)),
]
GRAPH = """
{"nodes": [{"id": "fetch", "type": "runnable", "data": {"name": "fetch"}},
           {"id": "side", "type": "runnable", "data": {"name": "side"}},
           {"id": "answer", "type": "runnable", "data": {"name": "answer"}}],
 "edges": [{"source": "fetch", "target": "answer"}]}
"""


@pytest.fixture(autouse=True)
def _now(runtime: Runtime) -> None:
    runtime.clock = lambda: NOW


def recorded(
    runtime: Runtime,
    count: int,
    status: RunStatus = RunStatus.SUCCEEDED,
    name: str = "run",
    *,
    steps: Sequence[Step] = STEPS,
    version: str | None = None,
    since_s: int = 0,
) -> None:
    """Runs ten seconds apart; the inputs come again with every third run."""
    records = []
    for number, run in enumerate(carried_out(steps, count)):
        run_id, later = f"{name}-{number}", (since_s + number * 10) * SECOND
        nodes = tuple(
            replace(
                node,
                workflow_run_id=run_id,
                start_ns=node.start_ns + later,
                end_ns=node.end_ns + later,
                input_fingerprint=1 + number % 3,
            )
            for node in run.nodes
        )
        start, end = run.start_ns + later, run.end_ns + later
        told = {"status": status, "is_ended": True, "node_count": 2, "start_ns": start, "end_ns": end}
        told["workflow_version"] = version
        records.append(RunRecord(Run(run_id, "app", "flow", elapsed_ns=end - start, **told), nodes))
    with writing(runtime.engine) as connection:
        write_records(connection, records, now_ns=NOW)


def test_what_runs_would_have_taken(runtime: Runtime) -> None:
    recorded(runtime, 30)
    recorded(runtime, 4, RunStatus.FAILED, "failed")
    recorded(runtime, 2, RunStatus.PARTIAL, "partial")

    answer = Performance.what_if("app", "flow", [Faster("answer", 0.5)])

    assert (answer.declined, answer.n, answer.failed_runs, answer.coverage) == (None, 32, 4, 1.0)
    assert (answer.p50.baseline, answer.p50.expected) == (4.0, 3.0)
    assert answer.limit_p50 == 2.0
    assert answer.by_run["run-0"] == 2.0


def test_of_a_changed_workflow_the_newest_version_is_replayed(runtime: Runtime) -> None:
    """Of both together nobody could say what waits for what: it declined until the old runs had left the period."""
    recorded(runtime, 60, name="old", version="1")
    recorded(runtime, LEAST_OF_VERSION - 1, name="new", version="2", since_s=10_000)
    assert Performance.what_if("app", "flow", [Faster("answer", 0.5)]).n == 60 + LEAST_OF_VERSION - 1

    recorded(runtime, 1, name="newer", version="2", since_s=20_000)
    assert Performance.what_if("app", "flow", [Faster("answer", 0.5)]).n == LEAST_OF_VERSION


def test_what_is_kept_for_seconds_is_not_answered_to_anybody_else(runtime: Runtime) -> None:
    recorded(runtime, 12)
    first = Performance.what_if("app", "flow", [Faster("answer", 0.5)])
    assert Performance.what_if("app", "flow", [Faster("answer", 0.5)]) == first
    assert Performance.what_if("app", "flow", [Faster("fetch", 0.5)]).p50 != first.p50
    assert Performance.what_if("other", "flow", [Faster("answer", 0.5)]).n == 0
    assert Performance.what_if("app", "flow", [Faster("answer", 0.5)], days=1).n == 12

    recorded(runtime, 1, name="newest", since_s=1_000)
    assert Performance.what_if("app", "flow", [Faster("answer", 0.5)]).n == 13
    import_graph("app", "flow", GRAPH)
    assert Performance.what_if("app", "flow", [Faster("side", 0.5)]).declined == "No run has a node 'side'."


def test_of_many_runs_some_are_replayed(runtime: Runtime) -> None:
    recorded(runtime, MOST_SAMPLED + 50)
    assert Performance.what_if("app", "flow", [Removed("fetch")]).n == MOST_SAMPLED


def test_hits_are_those_that_a_cache_would_have_had(runtime: Runtime) -> None:
    """The same input comes every 30 s: with a TTL of 36 s the second time is a hit and the third is not."""
    recorded(runtime, 9)

    answer = Performance.what_if("app", "flow", [Cached("fetch")], ttl_hours=0.01)

    assert {name: took < 2.1 for name, took in answer.by_run.items()} == {
        f"run-{number}": number in {3, 4, 5} for number in range(9)
    }
    assert Performance.what_if("app", "flow", [Cached("fetch")]).mean.change_ratio == 0


def test_hits_of_any_age(runtime: Runtime) -> None:
    recorded(runtime, 9)
    answer = Performance.what_if("app", "flow", [Cached("fetch")], ttl_hours=1)
    assert sum(took < 2.1 for took in answer.by_run.values()) == 6


def test_the_graph_says_what_waits_for_what(runtime: Runtime) -> None:
    """In these runs `side` always ended before `answer` started; the graph knows that nobody waits for it."""
    side = Step("side", (), lambda _: (SECOND // 2,))
    recorded(runtime, 10, steps=[*STEPS, side])
    learnt = Performance.what_if("app", "flow", [Faster("side", -9)])
    import_graph("app", "flow", GRAPH)
    declared = Performance.what_if("app", "flow", [Faster("side", -9)])

    assert (learnt.p50.expected, declared.p50.expected) == (7.0, 5.0)


def test_an_unknown_workflow_is_declined(runtime: Runtime) -> None:
    answer = Performance.what_if("app", "gone", [Removed("x")])
    assert (answer.n, answer.declined) == (
        0,
        "No runs with a known start and end: 5 are the least that says anything.",
    )
    assert Performance.what_if("app", "gone", [Cached("x")], ttl_hours=1).n == 0


def test_too_few_runs_beside_failed_ones(runtime: Runtime) -> None:
    recorded(runtime, 3)
    recorded(runtime, 7, RunStatus.FAILED, "failed")
    answer = Performance.what_if("app", "flow", [Removed("fetch")])
    assert answer.declined.startswith("3 runs with a known start and end, beside 7 that failed")


@pytest.mark.parametrize("hours", [0, -1, 9_000, float("nan")])
def test_a_ttl_that_is_none(runtime: Runtime, hours: float) -> None:
    with pytest.raises(InvalidInputError, match="ttl_hours"):
        Performance.what_if("app", "flow", [Cached("fetch")], ttl_hours=hours)


def test_days_that_are_none(runtime: Runtime) -> None:
    with pytest.raises(InvalidInputError, match="days"):
        Performance.what_if("app", "flow", [Removed("fetch")], 0)
