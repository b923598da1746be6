"""Drawings of runs, character by character."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from longpole.cli.waterfall import MOST_ROWS, Span, Waterfall
from longpole.domain.runs import Attempt, NodeExecution, NodeStatus, Run, RunRecord

SECOND = 1_000_000_000


def execution(name: str, start_s: float, end_s: float, parent: str | None = None) -> NodeExecution:
    return NodeExecution(
        workflow_run_id="r",
        node_execution_id=name,
        node_id=name,
        node_type="node",
        node_title=name,
        parent_node_execution_id=parent,
        start_ns=int(start_s * SECOND),
        end_ns=int(end_s * SECOND),
        elapsed_ns=int((end_s - start_s) * SECOND),
        status=NodeStatus.SUCCEEDED,
    )


def record(*nodes: NodeExecution) -> RunRecord:
    return RunRecord(Run("r", "a", "w", start_ns=0, end_ns=10 * SECOND), nodes)


def drawn(waterfall: Waterfall, width: int = 40, encoding: str = "utf-8") -> list[str]:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    Console(file=out, width=width, color_system=None).print(waterfall)
    out.seek(0)
    return [line.rstrip() for line in out.read().splitlines()]


def test_it_works() -> None:
    run = record(execution("plan", 0, 2), execution("fly", 2, 10), execution("bed", 2, 6))
    critical: dict[str, list[Span]] = {"plan": [(0, 2 * SECOND)], "fly": [(2 * SECOND, 10 * SECOND)]}
    assert drawn(Waterfall(run, "the run", critical), 36) == [
        "the run",
        "plan ████                     2.00 s",
        "fly      ████████████████     8.00 s",
        "bed      ░░░░░░░░             4.00 s",
    ]


def test_what_runs_inside_is_indented_under_what_is_around_it() -> None:
    run = record(execution("a", 0, 9), execution("b", 1, 2), execution("in_a", 1, 8, "a"), execution("lost", 3, 4, "?"))
    assert [line.split()[0] for line in drawn(Waterfall(run, "-"))[1:]] == ["a", "in_a", "b", "lost"]
    assert drawn(Waterfall(run, "-"))[2].startswith("  in_a ")


def test_the_wait_between_attempts_is_shown_as_a_wait() -> None:
    tries = (
        Attempt(1, 0, 2 * SECOND, NodeStatus.FAILED, "TimeoutError"),
        Attempt(2, 6 * SECOND, 10 * SECOND, NodeStatus.SUCCEEDED),
    )
    node = execution("book", 0, 10)
    retried = NodeExecution(
        **{name: getattr(node, name) for name in node.__dataclass_fields__} | {"attempt_log": tries}
    )
    assert drawn(Waterfall(record(retried), "-"), 36)[1] == "book ░░░░········░░░░░░░░     10.0 s"


def test_waiting_on_the_critical_path_has_a_line_of_its_own() -> None:
    run = record(execution("late", 5, 10))
    waterfall = Waterfall(run, "-", {"late": [(5 * SECOND, 10 * SECOND)]}, [(0, 5 * SECOND)])
    assert drawn(waterfall, 39) == [
        "-",
        "late              ██████████     5.00 s",
        "waiting ▒▒▒▒▒▒▒▒▒▒",
    ]


def test_of_many_nodes_the_most_telling_are_shown_in_order() -> None:
    nodes = [execution(f"n{place}", place, place + (2 if place % 2 else 1)) for place in range(100)]
    critical: dict[str, list[Span]] = {"n0": [(0, SECOND)]}
    lines = drawn(Waterfall(record(*nodes), "-", critical))
    assert len(lines) == 1 + MOST_ROWS + 1
    assert lines[1].startswith("n0 ")
    assert [line.split()[0] for line in lines[2:4]] == ["n1", "n3"]
    assert lines[-1] == "… and 60 shorter ones"


def test_a_terminal_without_unicode_gets_ascii() -> None:
    lines = drawn(Waterfall(record(execution("a", 0, 5)), "-", {"a": [(0, SECOND)]}), encoding="ascii")
    assert lines[1].isascii()
    assert "##" in lines[1]


def test_a_run_without_instants_says_so() -> None:
    node = NodeExecution("r", "e", "n", "llm", "n", elapsed_ns=5)
    assert drawn(Waterfall(RunRecord(Run("r", "a", "w"), (node,)), "-")) == [
        "-",
        "Nothing is known of when its nodes ran.",
    ]


def test_a_title_is_no_markup() -> None:
    assert "[red]" in drawn(Waterfall(record(execution("[red]", 0, 5)), "[bold]"))[1]


def test_a_chain_of_fifty_thousand_is_no_problem() -> None:
    nodes = [execution(str(n), n / 10_000, n / 10_000 + 1, str(n - 1)) for n in range(50_000)]
    assert drawn(Waterfall(record(*nodes), "-"))[-1] == "… and 49,960 shorter ones"


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=8), st.integers(20, 120))
def test_every_line_fits(spans: list[tuple[int, int]], width: int) -> None:
    nodes = [execution(f"node {n}", min(span), max(span)) for n, span in enumerate(spans)]
    lit: dict[str, list[Span]] = {"node 0": [(min(spans[0]) * SECOND, max(spans[0]) * SECOND)]}
    lines = drawn(Waterfall(record(*nodes), "t", lit), width)
    assert all(len(line) <= width for line in lines)
    assert sum("█" in line for line in lines) == 1


@pytest.mark.parametrize("width", [20, 30, 60])
def test_long_names_are_cut(width: int) -> None:
    lines = drawn(Waterfall(record(execution("x" * 200, 0, 5)), "t"), width)
    assert "…" in lines[1]
    assert len(lines[1]) <= width
