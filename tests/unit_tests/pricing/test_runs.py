"""What a run cost: laws over all runs, and each rule by hand."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from longpole.domain.runs import NO_TOKENS, CostSource, NodeExecution, Run, RunRecord, TokenUsage
from longpole.pricing.book import PriceBook
from longpole.pricing.runs import priced

BOOK = PriceBook.load()
RUN = Run("r", "app", "flow", start_ns=1_790_000_000_000_000_000)


USED = TokenUsage(1000, 100)
CALL = Decimal("0.00021")
"""What `USED` costs with gpt-4o-mini: 0.15 and 0.60 per million."""


def node(name: str = "n", **fields: object) -> NodeExecution:
    return replace(NodeExecution("r", name, name, "llm", name), start_ns=RUN.start_ns, **fields)


def call(name: str = "n", *, tokens: TokenUsage = USED, model: str = "gpt-4o-mini", **fields: object) -> NodeExecution:
    return node(name, model=model, provider="openai", tokens=tokens, **fields)


def costs(*nodes: NodeExecution, run: Run = RUN) -> tuple[Decimal | None, Decimal | None]:
    after = priced(RunRecord(run, nodes), BOOK).run
    return after.cost_usd, after.known_cost_usd


def test_a_call_is_computed() -> None:
    (after,) = priced(RunRecord(RUN, (call(),)), BOOK).nodes
    assert (after.cost_usd, after.cost_source) == (CALL, CostSource.COMPUTED)


def test_a_run_is_the_sum_of_its_nodes() -> None:
    assert costs(call("a"), call("b"), node("tool")) == (2 * CALL, 2 * CALL)


def test_a_reported_cost_stands() -> None:
    said = call(cost_usd=Decimal("0.5"), cost_source=CostSource.REPORTED)
    assert priced(RunRecord(RUN, (said,)), BOOK).nodes == (said,)
    assert costs(said, call("b")) == (Decimal("0.5") + CALL, Decimal("0.5") + CALL)
    cached = replace(said, is_cached=True)
    assert costs(cached) == (Decimal("0.5"), Decimal("0.5"))


def test_a_cost_that_comes_without_its_source_was_reported() -> None:
    (after,) = priced(RunRecord(RUN, (call(cost_usd=Decimal(1)),)), BOOK).nodes
    assert (after.cost_usd, after.cost_source) == (1, CostSource.REPORTED)


def test_a_computed_cost_is_computed_anew() -> None:
    (after,) = priced(RunRecord(RUN, (call(cost_usd=Decimal(9), cost_source=CostSource.COMPUTED),)), BOOK).nodes
    assert after.cost_usd == CALL
    unknown = call(model="unheard-of", cost_usd=Decimal(9), cost_source=CostSource.COMPUTED)
    (after,) = priced(RunRecord(RUN, (unknown,)), BOOK).nodes
    assert (after.cost_usd, after.cost_source) == (None, None)


def test_what_a_cache_served_costs_nothing() -> None:
    assert costs(call(is_cached=True)) == (0, 0)
    assert costs(call(is_cached=True, model="unheard-of")) == (0, 0)
    assert costs(call("a"), call("b", is_cached=True)) == (CALL, CALL)


def test_a_model_without_a_price_makes_the_run_unknown() -> None:
    assert costs(call("a"), call("b", model="unheard-of")) == (None, CALL)
    assert costs(call("b", model="unheard-of")) == (None, None)


def test_where_nothing_was_used_there_is_no_cost() -> None:
    assert costs() == (None, None)
    assert costs(node("tool")) == (None, None)
    assert costs(call(tokens=NO_TOKENS)) == (None, None)


def test_a_total_without_its_kinds_has_no_price() -> None:
    assert costs(call(tokens=NO_TOKENS, reported_tokens_used=100), call("b")) == (None, CALL)


def test_embeddings_are_priced() -> None:
    embedding = call(tokens=TokenUsage(1_000_000), model="text-embedding-3-small")
    assert costs(embedding) == (Decimal("0.02"), Decimal("0.02"))


def test_tokens_that_no_node_carries_are_not_known_to_be_paid() -> None:
    run = replace(RUN, tokens=TokenUsage(5000, 100))
    assert costs(call(), run=run) == (None, CALL)


def test_a_cost_of_the_run_itself_stands_where_its_nodes_say_nothing() -> None:
    run = replace(RUN, cost_usd=Decimal(3), known_cost_usd=Decimal(3))
    assert costs(node("tool"), run=run) == (3, 3)


def test_the_day_of_the_node_counts() -> None:
    """Claude Opus 4.6 in 2025 and now: the dearer tier for long inputs is gone."""
    then, now = 1_750_000_000_000_000_000, 1_790_000_000_000_000_000
    long = call(model="claude-opus-4-6", tokens=TokenUsage(300_000))
    long = replace(long, provider="anthropic")
    assert costs(replace(long, start_ns=then))[0] == 3
    assert costs(replace(long, start_ns=now))[0] == Decimal("1.5")
    undated = replace(long, start_ns=None)
    assert costs(undated, run=replace(RUN, start_ns=None))[0] is None
    assert costs(undated, run=replace(RUN, start_ns=None, recorded_ns=then))[0] == 3


TOKENS = st.builds(TokenUsage, st.none() | st.integers(0, 5000), st.none() | st.integers(0, 500))
NODES = st.builds(
    call,
    tokens=TOKENS,
    model=st.sampled_from(["gpt-4o-mini", "gpt-4o", "text-embedding-3-small", "unheard-of"]),
    is_cached=st.sampled_from([None, False, True]),
) | st.builds(
    call, cost_usd=st.decimals(0, 10, places=6), cost_source=st.just(CostSource.REPORTED), tokens=TOKENS
)  # fmt: skip
RECORDS = st.lists(NODES, max_size=6).map(tuple)


@given(RECORDS, RECORDS)
def test_cost_is_additive(left: tuple[NodeExecution, ...], right: tuple[NodeExecution, ...]) -> None:
    parts, whole = (costs(*left), costs(*right)), costs(*left, *right)
    known = [part[1] for part in parts if part[1] is not None]
    assert whole[1] == (sum(known) if known else None)
    silent = [
        not nodes or all(n.tokens_used is None and n.cost_usd is None and not n.is_cached for n in nodes)
        for nodes in (left, right)
    ]
    counted = [part[0] for part, is_silent in zip(parts, silent, strict=True) if not is_silent]
    assert whole[0] == (None if not counted or None in counted else sum(counted))


@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_nodes_is_irrelevant(nodes: tuple[NodeExecution, ...], random: object) -> None:
    shuffled = list(nodes)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis types its Random as an object of the test's
    assert costs(*nodes) == costs(*shuffled)


@given(RECORDS)
def test_pricing_again_changes_nothing(nodes: tuple[NodeExecution, ...]) -> None:
    once = priced(RunRecord(RUN, nodes), BOOK)
    assert priced(once, BOOK) == once


@given(RECORDS)
def test_a_known_cost_is_the_whole_cost_where_that_is_known(nodes: tuple[NodeExecution, ...]) -> None:
    whole, known = costs(*nodes)
    assert whole is None or whole == known
