"""The critical path, drawn case by case. A column is a time unit; capital letters are what the path goes through."""

import pytest

from longpole.analysis.critical_path import Kind, critical_path
from longpole.domain.runs import Attempt, NodeExecution


def node(
    name: str,
    start: int | None,
    end: int | None,
    inside: str | None = None,
    *,
    node_type: str = "tool",
    ready: int | None = None,
    waits_for: tuple[str, ...] = (),
    attempts: tuple[tuple[int, int], ...] = (),
) -> NodeExecution:
    return NodeExecution(
        "run",
        name,
        name.rstrip("0123456789"),
        node_type,
        name,
        parent_node_execution_id=inside,
        start_ns=start,
        end_ns=end,
        ready_ns=ready,
        waits_for=waits_for,
        attempt_log=tuple(Attempt(number, *times, None) for number, times in enumerate(attempts, 1)),
    )


def path(*nodes: NodeExecution, run: tuple[int, int] | None = None) -> str:
    """The path as text: `a 0-3` is work, `(queue a 3-4)` waiting."""
    start, end = run or (None, None)
    return " ".join(
        f"({segment.kind} {segment.node_execution_id or 'run'} {segment.start_ns}-{segment.end_ns})"
        if segment.waiting
        else f"{segment.node_execution_id} {segment.start_ns}-{segment.end_ns}"
        for segment in critical_path(nodes, start, end)
    )


def test_nothing_ran() -> None:
    assert path() == ""
    assert path(run=(5, 5)) == ""
    assert path(run=(5, 9)) == "(engine_overhead run 5-9)"


def test_one_after_the_other() -> None:
    """As drawn.

    a AAA
    b    BBBB
    """
    assert path(node("a", 0, 3), node("b", 3, 7)) == "a 0-3 b 3-7"


def test_the_longer_of_two_branches() -> None:
    """As drawn.

    fetch  FFFFFFFF
    parse  ppp
    answer         ...AAAAAA
    """
    nodes = node("fetch", 0, 8), node("parse", 0, 3), node("answer", 11, 17)

    assert path(*nodes) == "fetch 0-8 (engine_overhead run 8-11) answer 11-17"


def test_what_comes_before_the_first_node_and_after_the_last_is_the_engines() -> None:
    assert path(node("a", 2, 5), run=(0, 9)) == "(engine_overhead run 0-2) a 2-5 (engine_overhead run 5-9)"


def test_the_work_is_done_by_what_is_inside() -> None:
    """As drawn.

    agent AAAAAAAAAA
    llm    LLL
    tool       TTT
    """
    nodes = node("agent", 0, 10, node_type="agent"), node("llm", 1, 4, "agent"), node("tool", 5, 8, "agent")

    assert path(*nodes) == "agent 0-1 llm 1-4 agent 4-5 tool 5-8 agent 8-10"


@pytest.mark.parametrize("node_type", ["loop", "iteration", "workflow"])
def test_a_node_that_only_holds_others_leaves_the_rest_to_the_engine(node_type: str) -> None:
    """As drawn.

    loop ..........
    a     AAA
    b         BBB
    """
    nodes = node("loop", 0, 10, node_type=node_type), node("a", 1, 4, "loop"), node("b", 5, 8, "loop")
    engine = "(engine_overhead loop {})".format

    assert path(*nodes) == f"{engine('0-1')} a 1-4 {engine('4-5')} b 5-8 {engine('8-10')}"


def test_a_loop_of_which_nothing_else_is_known_worked_itself() -> None:
    assert path(node("loop", 0, 10, node_type="loop")) == "loop 0-10"


def test_a_ready_node_waits_in_a_queue() -> None:
    """As drawn.

    a  AAA
    b  bbbbbb
    c     ?...CCC      ready when a had ended, though b gave it its slot
    """
    nodes = node("a", 0, 3), node("b", 0, 6), node("c", 7, 10, ready=3)

    assert path(*nodes) == "a 0-3 (queue c 3-7) c 7-10"


def test_ready_before_everything() -> None:
    assert path(node("a", 4, 6, ready=-5), run=(0, 6)) == "(queue a 0-4) a 4-6"


def test_ready_after_the_start_says_nothing() -> None:
    assert path(node("a", 0, 3), node("b", 3, 6, ready=5)) == "a 0-3 b 3-6"


def test_between_attempts_is_a_retry_delay() -> None:
    """As drawn.

    a AA..AAA
    """
    assert path(node("a", 0, 7, attempts=((0, 2), (4, 7)))) == "a 0-2 (retry_delay a 2-4) a 4-7"


def test_between_attempts_with_children() -> None:
    """As drawn.

    a    AAA..AAAA
    llm   L        the first attempt's
    llm        LL  the second one's
    """
    nodes = node("a", 0, 9, attempts=((0, 3), (5, 9))), node("llm1", 1, 2, "a"), node("llm2", 6, 8, "a")

    assert path(*nodes) == "a 0-1 llm1 1-2 a 2-3 (retry_delay a 3-5) a 5-6 llm2 6-8 a 8-9"


def test_a_barrier_is_what_was_waited_for_though_an_edge_names_another() -> None:
    """As drawn.

    fast   ff
    slow   SSSSSSSS
    report         RRR   waits for `fast` by name, started when `slow` had ended
    """
    nodes = node("fast", 0, 2), node("slow", 0, 8), node("report", 8, 11, waits_for=("fast",))

    assert path(*nodes) == "slow 0-8 report 8-11"


def test_a_barrier_may_take_some_time_of_its_own() -> None:
    """The end of `slow` leaves less than a tenth of what `report` waited for since `fast` had ended."""
    nodes = node("fast", 0, 20), node("slow", 0, 80), node("report", 84, 110, waits_for=("fast",))

    assert path(*nodes) == "slow 0-80 (engine_overhead run 80-84) report 84-110"


def test_of_two_that_end_together_the_named_one_was_waited_for() -> None:
    nodes = node("a", 0, 6), node("b", 2, 6), node("c", 6, 9, waits_for=("b",))

    assert path(*nodes) == "(queue b 0-2) b 2-6 c 6-9"


def test_of_two_that_end_together_the_longer_one_leaves_nothing_unexplained() -> None:
    """As drawn.

    a AAAAAAAAAA
    b bbbbb
    c      ccccc
    """
    assert path(node("a", 0, 10), node("b", 0, 5), node("c", 5, 10)) == "a 0-10"


def test_an_end_that_does_not_explain_the_start_is_not_what_was_waited_for() -> None:
    """As drawn.

    fast   FF
    slow   ssss
    report   .......RRR  waits for `fast` by name; `slow` ended long before
    """
    nodes = node("fast", 0, 2), node("slow", 0, 4), node("report", 9, 12, waits_for=("fast",))

    assert path(*nodes) == "fast 0-2 (queue report 2-4) (engine_overhead run 4-9) report 9-12"


def test_an_edge_shows_what_was_waited_for_while_it_runs() -> None:
    """As drawn.

    read  RRrrrrr       streams
    write   WWWWWWWW    waits for `read` by name
    """
    assert path(node("read", 0, 7), node("write", 2, 10, waits_for=("read",))) == "read 0-2 write 2-10"


def test_the_latest_of_many_executions_was_waited_for() -> None:
    """As drawn.

    a  AAAAAA
    b  bbb
    a1 aaaaa       an earlier execution of the same node
    c       CCC    waits for a and b by name
    """
    nodes = node("a", 0, 6), node("a1", 0, 5), node("b", 0, 3), node("c", 6, 9, waits_for=("a", "b", "unknown"))

    assert path(*nodes) == "a 0-6 c 6-9"


def test_others_ran_while_the_next_node_had_not_started() -> None:
    """As drawn.

    a  AA
    b    bbbbbbbb     explains nothing: it still ran when c started
    c        CCCCCC
    """
    nodes = node("a", 0, 2), node("b", 3, 10), node("c", 6, 12)

    assert path(*nodes) == "a 0-2 (engine_overhead run 2-3) (queue c 3-6) c 6-12"


def test_a_small_overlap_is_the_clocks() -> None:
    nodes = node("a", 0, 101), node("b", 100, 200)

    assert path(*nodes) == "a 0-100 b 100-200"


def test_an_overlap_that_is_large_for_the_shorter_one_is_none_of_the_clocks() -> None:
    nodes = node("a", 0, 1000), node("b", 960, 1060)

    assert path(*nodes) == "(queue b 0-960) b 960-1060"


def test_a_child_does_not_leave_its_parent() -> None:
    nodes = node("a", 10, 50), node("late", 20, 54, "a"), node("b", 50, 60), node("early", 48, 55, "b")

    assert path(*nodes) == "a 10-20 late 20-50 early 50-55 b 55-60"


def test_what_goes_on_after_the_run_was_not_waited_for() -> None:
    """As drawn.

    run    ├────────┤
    work    WWWWWWW
    audit       aaaaaaaaaa       nobody waited for it, nor for what is inside it
    upload      uu
    """
    nodes = node("work", 1, 8), node("audit", 5, 15), node("upload", 5, 9, "audit")

    assert path(*nodes, run=(0, 9)) == "(engine_overhead run 0-1) work 1-8 (engine_overhead run 8-9)"


def test_what_goes_on_after_its_parent_is_beside_it_and_was_launched_by_it() -> None:
    """As drawn.

    plan  PPPpppp
    llm    l
    draft    .DDDDDDDD      inside `plan` by name
    """
    nodes = node("plan", 0, 7), node("llm", 1, 2, "plan"), node("draft", 3, 11, "plan")

    assert path(*nodes) == "plan 0-1 llm 1-2 plan 2-3 draft 3-11"


def test_what_was_launched_from_deep_inside() -> None:
    nodes = (
        node("outer", 0, 6),
        node("inner", 1, 5, "outer"),
        node("task", 3, 20, "inner"),
        node("other", 0, 2, "outer"),
    )

    assert path(*nodes) == "outer 0-1 inner 1-3 task 3-20"


def test_a_parent_that_is_unknown_or_has_no_times_is_looked_through() -> None:
    nodes = node("a", 0, 9), node("gone", None, None, "a"), node("b", 2, 5, "gone"), node("c", 9, 12, "no such")

    assert path(*nodes) == "a 0-2 b 2-5 a 5-9 c 9-12"


def test_parents_in_a_circle_are_no_parents() -> None:
    nodes = node("a", 0, 3, "b"), node("b", 3, 6, "a"), node("c", 6, 8, "c"), node("d", 7, 8, "c")

    assert path(*nodes) == "a 0-3 b 3-6 c 6-7 d 7-8"


def test_names_in_a_circle() -> None:
    nodes = node("a", 5, 5, waits_for=("b",)), node("b", 5, 5, waits_for=("a",)), node("c", 5, 9, waits_for=("a", "b"))

    assert path(*nodes, run=(5, 9)) == "c 5-9"


def test_nodes_that_take_no_time_do_not_stop_the_walk() -> None:
    nodes = node("a", 0, 4), node("start", 0, 0), node("if", 4, 4), node("b", 4, 7), node("end", 7, 7)

    assert path(*nodes) == "a 0-4 b 4-7"


def test_an_end_before_the_start_is_no_time() -> None:
    assert path(node("a", 0, 4), node("b", 4, 2)) == "a 0-4"


@pytest.mark.parametrize("shape", ["chain", "nested", "looped"])
def test_fifty_thousand_nodes(shape: str) -> None:
    """Without recursion, and in a time that grows with the number of nodes."""
    many = range(50_000)
    if shape == "chain":
        nodes = [node(f"n{i}", i * 10, i * 10 + 9) for i in many]
    elif shape == "nested":
        nodes = [node(f"n{i}", i, 100_000 - i, f"n{i - 1}") for i in many]
    else:
        nodes = [node(f"n{i}", i * 10, i * 10 + 10, waits_for=("n",)) for i in many]

    segments = critical_path(nodes)

    assert len({segment.node_execution_id for segment in segments if segment.kind is Kind.WORK}) == 50_000
    assert sum(segment.length_ns for segment in segments) == segments[-1].end_ns - segments[0].start_ns
