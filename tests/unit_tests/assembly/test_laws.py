"""Order, repetition and grouping of what arrives change nothing; tokens are neither lost nor counted twice."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from longpole.assembly.facts import FactBatch, LogFacts, Role, SpanFacts
from longpole.assembly.forest import NOWHERE, Forest, without_cycles
from longpole.assembly.merge import is_plain, merge, resolve
from longpole.assembly.naming import best_ranked
from longpole.assembly.roots import find_roots
from longpole.assembly.runs import assemble, assemble_merged
from longpole.domain.runs import TokenUsage

TRACES = [bytes([number]) * 16 for number in (1, 2)]
SPAN_IDS = [bytes([number]) * 8 for number in range(1, 7)]
INSTANTS = st.integers(0, 4)  # few, so that ties and zero lengths happen


@st.composite
def spans(draw: st.DrawFn) -> SpanFacts:
    start = draw(INSTANTS)
    optional: dict[str, Any] = {
        "input_tokens": draw(st.none() | st.integers(0, 3)),
        "run_id": draw(st.none() | st.sampled_from(["r1", "r2"])),
        "step_key": draw(st.none() | st.sampled_from(["s1", "s2"])),
        "step_name": draw(st.none() | st.just("step")),
        "execution_id": draw(st.none() | st.sampled_from(["e1", "e2"])),
        "response_id": draw(st.none() | st.just("resp")),
        "scope": draw(st.none() | st.just("lib")),
        "workflow": draw(st.none() | st.tuples(st.integers(0, 1), st.sampled_from("ab"))),
        "session": draw(st.none() | st.tuples(st.integers(0, 1), st.sampled_from("xy"))),
        "tags": draw(st.sampled_from([(), ("t1",), ("t2", "t1")])),
        "container_id": draw(st.none() | st.just("n")),
    }
    return SpanFacts(
        trace_id=draw(st.sampled_from(TRACES)),
        span_id=draw(st.sampled_from(SPAN_IDS)),
        parent_span_id=draw(st.none() | st.sampled_from(SPAN_IDS)),
        name=draw(st.sampled_from("nm")),
        node_id=draw(st.sampled_from("nm")),
        node_type=draw(st.sampled_from(["llm", "agent", "node"])),
        start_ns=start,
        end_ns=draw(st.none() | st.integers(start, 4)),
        role=draw(st.sampled_from(list(Role))),
        is_ai=draw(st.booleans()),
        is_run=draw(st.booleans()),
        is_failed=draw(st.booleans()),
        is_separate_run=draw(st.booleans()),
        **optional,
    )


LOGS = st.builds(
    LogFacts,
    trace_id=st.sampled_from(TRACES),
    span_id=st.sampled_from(SPAN_IDS),
    error_type=st.none() | st.sampled_from(["E", "F"]),
    input_bytes=st.none() | st.integers(0, 2),
)
BATCHES = st.builds(FactBatch, st.lists(spans(), max_size=8).map(tuple), st.lists(LOGS, max_size=3).map(tuple))


@given(st.lists(BATCHES, max_size=5), st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_order_grouping_or_repetition(batches: list[FactBatch], rng: random.Random) -> None:
    whole = merge(batches)
    shuffled = batches + rng.sample(batches, rng.randint(0, len(batches)))
    rng.shuffle(shuffled)
    cut = rng.randint(0, len(shuffled))

    assert merge(shuffled) == whole
    assert merge([merge(shuffled[:cut]), merge(shuffled[cut:])]) == whole
    assert merge([whole]) == whole


@given(st.lists(spans(), max_size=10), st.lists(LOGS, max_size=3), st.randoms(use_true_random=False))
def test_the_same_spans_give_the_same_runs(sent: list[SpanFacts], logs: list[LogFacts], rng: random.Random) -> None:
    again = sent + rng.sample(sent, rng.randint(0, len(sent)))
    rng.shuffle(again)

    assert assemble(again, logs) == assemble(sent, logs)


@given(st.lists(spans(), max_size=8, unique_by=lambda span: span.span_id))
def test_what_arrives_once_need_not_be_merged(sent: list[SpanFacts]) -> None:
    batch = FactBatch(tuple(sent))

    assert is_plain(batch)
    assert assemble_merged(batch) == assemble_merged(merge([batch]))


@given(BATCHES)
def test_a_plain_batch_says_nothing_twice_and_has_no_logs(batch: FactBatch) -> None:
    if is_plain(batch):
        assert len({(span.trace_id, span.span_id) for span in batch.spans}) == len(batch.spans)
        assert batch.logs == ()


@given(st.lists(spans(), max_size=10, unique_by=lambda span: (span.trace_id, span.span_id)))
def test_a_forest_holds_each_span_once_after_its_parent_and_level_by_level(sent: list[SpanFacts]) -> None:
    forest = Forest(sent)
    depths = forest.depths()

    assert sorted(map(_identity, forest.spans)) == sorted(map(_identity, sent))
    assert depths == sorted(depths)
    assert depths.count(0) == forest.tops
    assert {index for some in forest.children.values() for index in some} == set(range(forest.tops, len(forest)))
    for index, parent in enumerate(forest.parent):
        if parent != NOWHERE:
            assert forest.spans[index].parent_span_id == forest.spans[parent].span_id
            assert forest.spans[index].trace_id == forest.spans[parent].trace_id
            assert index in forest.children[parent]


@given(st.lists(st.integers(NOWHERE, 5), min_size=6, max_size=6))
def test_a_cycle_is_cut_once_and_nothing_else_is_touched(parents: list[int]) -> None:
    cut = without_cycles(parents.copy())

    assert _no_cycles({str(index): None if parent == NOWHERE else str(parent) for index, parent in enumerate(cut)})
    for index in (index for index, parent in enumerate(parents) if cut[index] != parent):
        assert _is_above_itself(index, parents)
        assert cut[index] == NOWHERE


@given(st.lists(spans(), min_size=1, max_size=8, unique_by=lambda span: span.span_id))
def test_the_best_value_is_that_of_the_lowest_rank_then_the_root_then_ai_then_the_earliest(
    sent: list[SpanFacts],
) -> None:
    forest = Forest(sent)
    roots = find_roots(forest)
    found = [
        (span.workflow[0], index not in roots.standing, not span.is_ai, index, span.workflow[1])
        for index, span in enumerate(forest.spans)
        if span.workflow is not None
    ]

    assert best_ranked(forest, roots, [span.workflow for span in forest.spans]) == (min(found)[-1] if found else None)


@given(st.lists(spans(), max_size=10))
def test_a_runs_figures_are_those_of_its_nodes(given_spans: list[SpanFacts]) -> None:
    for record in assemble(given_spans):
        run = record.run
        assert len({node.node_execution_id for node in record.nodes}) == len(record.nodes) == run.node_count
        assert all(node.workflow_run_id == run.workflow_run_id for node in record.nodes)
        assert run.is_ended == (run.status is not None) == (run.end_ns is not None)
        assert all(node.elapsed_ns is None or node.elapsed_ns >= 0 for node in record.nodes)
        known = {node.node_execution_id for node in record.nodes}
        assert all(node.parent_node_execution_id in known | {None} for node in record.nodes)
        assert _no_cycles({node.node_execution_id: node.parent_node_execution_id for node in record.nodes})


@given(st.lists(spans(), max_size=10))
def test_tokens_are_at_most_what_was_sent_and_none_is_lost_at_the_leaves(given_spans: list[SpanFacts]) -> None:
    merged = resolve(merge([FactBatch(tuple(given_spans))]))
    sent = sum(span.input_tokens or 0 for span in merged)
    shown = [record.run.tokens for record in assemble_merged(FactBatch(tuple(merged)))]

    assert sum((tokens.input or 0) for tokens in shown) <= sent
    for record in assemble(given_spans):
        in_nodes = sum((node.tokens.input or 0) for node in record.nodes)
        assert in_nodes <= (record.run.tokens.input or 0)


def test_ids_that_a_client_made_up_to_collide_are_told_apart() -> None:
    victim = SPAN_IDS[2].hex()
    sent = [
        SpanFacts(
            trace_id=TRACES[0],
            span_id=span_id,
            name="n",
            start_ns=at,
            is_ai=True,
            execution_id=execution_id,
            parent_span_id=SPAN_IDS[5],
        )
        for at, (span_id, execution_id) in enumerate(
            [(SPAN_IDS[0], f"{TRACES[0].hex()}/{victim}/2"), (SPAN_IDS[1], victim), (SPAN_IDS[2], None)]
        )
    ]
    (record,) = assemble(sent)

    assert [node.node_execution_id for node in record.nodes] == [
        f"{TRACES[0].hex()}/{victim}/2",
        victim,
        f"{TRACES[0].hex()}/{victim}/2/",
    ]


def test_usage_adds_by_kind_and_unknown_is_not_zero() -> None:
    assert TokenUsage(1, None) + TokenUsage(None, None) == TokenUsage(1, None)
    assert TokenUsage(1, 2) + TokenUsage(3, None, 4) == TokenUsage(4, 2, 4)
    assert (TokenUsage().total, TokenUsage(None, 2).total) == (None, 2)


def _identity(span: SpanFacts) -> tuple[bytes, bytes]:
    return span.trace_id, span.span_id


def _is_above_itself(start: int, parents: list[int]) -> bool:
    above = parents[start]
    for _ in parents:
        if above in {start, NOWHERE}:
            break
        above = parents[above]
    return above == start


def _no_cycles(parents: dict[str, str | None]) -> bool:
    for start in parents:
        seen: set[str] = set()
        node: str | None = start
        while node is not None:
            if node in seen:
                return False
            seen.add(node)
            node = parents[node]
    return True
