"""What arrays find of a plain run is what the walk along its path finds, and most runs are plain."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis import rollup_paths
from longpole.analysis.critical_path import Kind, critical_path
from longpole.analysis.nesting import Nesting
from longpole.analysis.plain_paths import circling, plain_paths
from longpole.analysis.rollup_rows import NO_TIME, TOKENS, NodeRows, RunRows, TimedRow
from longpole.analysis.self_time import covered_times
from longpole.analysis.sketch import Ints
from longpole.analysis.spare_time import ENGINE_TYPES
from longpole.analysis.usage import repeated_usage
from longpole.domain.runs import Attempt

FAR = (1 << 63) - 1
Known = tuple[int | None, int | None, list[TimedRow]]


def ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def at(value: int | None) -> int:
    return NO_TIME if value is None else value


def rows(known: list[Known], used: list[bool] | None = None) -> tuple[RunRows, NodeRows]:
    """Runs and their nodes as arrays; `used`: which nodes report usage."""
    nodes = [(number, row) for number, (_, _, of_run) in enumerate(known) for row in of_run]
    places = {(number, row.node_execution_id): place for place, (number, row) in enumerate(nodes)}
    zero, unknown = np.zeros(len(nodes), np.int64), np.full(len(nodes), -1, np.int64)
    usage = unknown if used is None else ints(0 if uses else -1 for uses in used)
    runs = RunRows(
        keys=np.zeros((len(known), 4), np.int64),
        start_ns=ints(at(start) for start, _, _ in known),
        end_ns=ints(at(end) for _, end, _ in known),
        **{name: np.zeros(len(known), np.int64) for name in ("status", "elapsed_ns", "node_count", "failed_nodes")},
        **{name: np.zeros(len(known), np.int64) for name in ("cost", "known_cost", "cache_rate", "memory_bytes")},
        tokens={},
    )
    return runs, NodeRows(
        run=ints(number for number, _ in nodes),
        parent=ints(places.get((number, row.parent_node_execution_id), -1) for number, row in nodes),
        start_ns=ints(at(row.start_ns) for _, row in nodes),
        end_ns=ints(at(row.end_ns) for _, row in nodes),
        needs_walk=np.array(
            [bool(row.attempt_log or row.waits_for) or row.ready_ns is not None for _, row in nodes], bool
        ),
        is_engine=np.array([row.node_type in ENGINE_TYPES for _, row in nodes], bool),
        identity=ints(ord(row.node_id) for _, row in nodes),
        timed=lambda begin, end: [row._replace(place=place) for place, (_, row) in enumerate(nodes)][begin:end],
        node_key=ints(ord(row.node_id) for _, row in nodes),
        tokens={kind: usage if kind == "total" else unknown for kind in TOKENS},
        cost=unknown,
        **dict.fromkeys(("model_key", "status", "elapsed_ns", "retries", "is_cached"), zero),
        **dict.fromkeys(("input_bytes", "output_bytes", "memory_bytes"), zero),
    )


def row(name: str, start: int | None, end: int | None, parent: str | None = None, **more: Any) -> TimedRow:
    return TimedRow(name, parent, name[0], more.pop("node_type", "tool"), start, end, **more)


INSTANTS = st.integers(0, 12)


@st.composite
def nested(draw: st.DrawFn) -> Known:
    """A run in which mostly one thing runs after the other, inside of what it is said to be inside of."""
    made = [("", draw(INSTANTS), 12 + draw(INSTANTS))]
    nodes: list[TimedRow] = []
    free: dict[str, int] = {"": made[0][1]}
    for number in range(draw(st.integers(0, 7))):
        around, _, last = draw(st.sampled_from(made))
        start = free[around] + draw(st.integers(-1 if draw(st.integers(0, 9)) == 0 else 0, 3))
        end = start + draw(st.integers(0, 6))
        if start >= last and draw(st.integers(0, 3)):
            continue
        end = min(end, last) if draw(st.integers(0, 9)) else end
        id_ = f"{draw(st.sampled_from('abc'))}{number}"
        free[around], free[id_] = max(start, end), start
        made.append((id_, start, max(start, end)))
        kind = draw(st.sampled_from(["tool", "tool", "loop"]))
        nodes.append(row(id_, start, max(start, end), around or None, node_type=kind))
    start, end = made[0][1:]
    return draw(st.sampled_from([start, None])), draw(st.sampled_from([end, end, None])), nodes


@given(st.lists(nested(), max_size=5))
def test_a_plain_run_is_what_the_walk_finds(known: list[Known]) -> None:
    runs, nodes = rows(known)
    found = plain_paths(runs, nodes)
    for place, (start, end, of_run) in enumerate(known):
        here = nodes.run == place
        if not found.is_plain[place]:
            assert not found.work_ns[here].any()
            assert not found.covered_ns[here].any()
            assert found.path_ns[place] == 0
            continue
        work = dict.fromkeys((each.node_execution_id for each in of_run), 0)
        segments = critical_path(of_run, start, end)
        for segment in segments:
            if segment.kind is Kind.WORK:
                work[segment.node_execution_id] += segment.length_ns
            else:
                assert segment.kind is Kind.ENGINE_OVERHEAD
        covered = covered_times(Nesting(of_run))
        assert found.work_ns[here].tolist() == list(work.values())
        assert found.covered_ns[here].tolist() == [covered.get(id_, 0) for id_ in work]
        assert found.path_ns[place] == sum(segment.length_ns for segment in segments)


STEPS = [
    row("a", 0, 4),
    row("b", 1, 4, "a"),
    row("c", 5, 9, node_type="loop"),
    row("d", 5, 7, "c"),
    row("e", 8, 9, "c"),
]


def test_one_after_the_other_and_one_inside_the_other_is_plain() -> None:
    found = plain_paths(*rows([(0, 10, STEPS), (None, None, STEPS), (0, 10, [])]))

    assert found.is_plain.tolist() == [True, True, False]
    assert found.work_ns.tolist() == [1, 3, 0, 2, 1] * 2
    assert found.covered_ns.tolist() == [3, 0, 3, 0, 0] * 2
    assert found.path_ns.tolist() == [10, 9, 0]


@pytest.mark.parametrize(
    "odd",
    [
        row("o", 3, 5),
        row("o", 9, 11),
        row("o", None, 10),
        row("o", 10, None),
        row("o", 9, 10, ready_ns=9),
        row("o", 9, 10, waits_for=("a",)),
        row("o", 9, 10, attempt_log=(Attempt(1, 9, 10, None),)),
        row("o", 4, 5, "a"),
        row("o", 9, 10, "o"),
        row("o", 9, FAR),
        row("o", -FAR, 0),
    ],
)
def test_anything_out_of_the_ordinary_is_walked_along(odd: TimedRow) -> None:
    assert plain_paths(*rows([(0, 10, [*STEPS, odd]), (0, 10, STEPS)])).is_plain.tolist() == [False, True]


def test_who_is_inside_itself_is_found() -> None:
    circle = [row("a", 0, 1, "b"), row("b", 0, 1, "a"), row("c", 0, 1, "a"), row("d", 0, 1, "d"), row("e", 0, 1)]

    assert circling(rows([(0, 1, circle)])[1]).tolist() == [True, True, True, True, False]


def test_a_run_longer_than_can_be_counted_is_as_long_as_can_be() -> None:
    runs, nodes = rows([(-FAR, FAR, [row("a", -FAR, 0), row("b", 0, FAR)]), (-FAR, FAR, [])])
    found = rollup_paths.paths(runs, nodes)

    assert found.path_ns.tolist() == [FAR, FAR]
    assert found.critical_ns.tolist() == [FAR, FAR]


IDS = [*"abcdef"]


@given(st.lists(st.lists(st.tuples(st.sampled_from([None, *IDS, "gone"]), st.booleans()), max_size=6), max_size=4))
def test_usage_that_others_inside_report_is_found(known: list[list[tuple[str | None, bool]]]) -> None:
    of_runs: list[Known] = [
        (0, 9, [row(id_, 0, 9, parent) for id_, (parent, _) in zip(IDS, nodes, strict=False)]) for nodes in known
    ]
    found = rollup_paths.paths(*rows(of_runs, [uses for nodes in known for _, uses in nodes])).repeats.tolist()
    expected = []
    for nodes in known:
        said = [(id_, parent, uses) for id_, (parent, uses) in zip(IDS, nodes, strict=False)]
        outer = repeated_usage(said)
        expected += [int(id_ in outer) for id_, _, _ in said]

    assert found == expected
