"""What the order of a workflow's steps is learnt from: its newest good runs, the first times of what is repeated."""

from collections.abc import Iterable

from longpole.domain.runs import NodeExecution, Run, RunRecord, RunStatus
from longpole.runtime import Runtime
from longpole.store import ordered_runs as module
from longpole.store.engine import reading, writing
from longpole.store.ordered_runs import OrderedRun, OrderedRuns, ordered_runs
from longpole.store.run_writes import write_records

NOW_NS = 1_790_000_000_000_000_000


def node(
    run_id: str, name: str, start_ns: int, *, inside: str | None = None, node_id: str | None = None
) -> NodeExecution:
    return NodeExecution(
        run_id,
        name,
        node_id or name,
        "tool",
        (node_id or name).title(),
        parent_node_execution_id=inside,
        start_ns=start_ns,
        end_ns=start_ns + 5,
        elapsed_ns=5,
        waits_for=("earlier",),
    )


def record(run_id: str, *nodes: NodeExecution, at: int = 0, status: RunStatus = RunStatus.SUCCEEDED) -> RunRecord:
    run = Run(
        run_id,
        "shop",
        "trip",
        workflow_name=f"Trip {run_id}",
        status=status,
        is_ended=True,
        start_ns=NOW_NS + at - 100,
        end_ns=NOW_NS + at,
        node_count=len(nodes),
    )
    return RunRecord(run, nodes)


def asked(runtime: Runtime, records: Iterable[RunRecord], most: int = 50) -> OrderedRuns:
    with writing(runtime.engine) as connection:
        write_records(connection, list(records), now_ns=NOW_NS)
    with reading(runtime.engine) as connection:
        return ordered_runs(connection, "shop", "trip", most)


def names(run: OrderedRun) -> list[str]:
    return sorted(node.node_execution_id for node in run.nodes)


def test_nothing_is_known_of_a_workflow_that_never_ran(runtime: Runtime) -> None:
    assert asked(runtime, []) == OrderedRuns()


def test_the_newest_that_went_well_come_first(runtime: Runtime) -> None:
    found = asked(
        runtime,
        [
            record("1", node("1", "a", 1), at=1),
            record("2", node("2", "b", 1), at=2),
            record("3", node("3", "c", 1), at=3, status=RunStatus.FAILED),
            record("4", node("4", "d", 7, inside="gone"), at=4),
        ],
        most=2,
    )

    assert [run.workflow_name for run in found.runs] == ["Trip 4", "Trip 2"]
    assert (found.runs[0].start_ns, found.runs[0].end_ns) == (NOW_NS - 96, NOW_NS + 4)
    [only] = found.runs[0].nodes
    assert (only.node_execution_id, only.parent_node_execution_id) == ("d", "gone")
    assert (only.node_id, only.node_type, only.node_title, only.waits_for) == ("d", "tool", "D", ("earlier",))
    assert (only.start_ns, only.end_ns) == (7, 12)
    assert {(seen.node_id, seen.node_title, seen.node_type) for seen in found.seen} == {
        ("d", "D", "tool"),
        ("b", "B", "tool"),
    }


def test_of_large_runs_fewer_are_read_but_one_always(runtime: Runtime) -> None:
    large = [node("3", f"n{place}", place) for place in range(module._EXECUTIONS + 1)]
    found = asked(runtime, [record("1", node("1", "a", 1), at=1), record("3", *large, at=3)])

    assert [run.workflow_name for run in found.runs] == ["Trip 3"]
    assert len(found.runs[0].nodes) == len(large)


def test_of_what_is_repeated_the_first_time_counts(runtime: Runtime) -> None:
    """`each` goes 600 times through `item`, with a `look` in every one; the earliest are kept, whatever their ids."""
    often = 600
    items = [node("1", f"i{often - place}", 10 + place, inside="each", node_id="item") for place in range(often)]
    looks = [node("1", f"l{place}", 10 + place, inside=f"i{often - place}", node_id="look") for place in range(often)]
    others = [node("1", "each", 5), node("1", "lost", 6, inside="gone"), node("1", "end", 1_000)]

    found = asked(runtime, [record("1", *looks, *items, *others)])

    assert names(found.runs[0]) == ["each", "end", f"i{often}", "l0", "lost"]
