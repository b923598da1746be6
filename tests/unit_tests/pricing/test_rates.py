"""Law: every token is charged once, parts at their own price and the rest at the whole's."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from longpole.domain.runs import TokenUsage
from longpole.pricing.rates import YOCTO_PER_USD, Rates, Tariff, per_token

COUNT = st.integers(0, 10_000)
PRICE = st.integers(0, 10**19)
RATES = st.builds(
    Rates, PRICE, PRICE, st.none() | PRICE, st.none() | PRICE, st.none() | PRICE, call=st.sampled_from([0, 10**21])
)


@st.composite
def usages(draw: st.DrawFn) -> TokenUsage:
    """Usage whose parts fit into their wholes."""
    read, write, plain, reasoning, said = (draw(COUNT) for _ in range(5))
    return TokenUsage(read + write + plain, reasoning + said, read, write, reasoning)


def test_each_kind_at_its_own_price() -> None:
    rates = Rates(input=100, output=1000, cache_read=10, cache_write=125, reasoning=2000, call=7)
    # 1000 input = 300 read + 200 written + 500 plain; 60 output = 40 reasoning + 20 plain
    assert (
        rates.cost(TokenUsage(1000, 60, 300, 200, 40)) == 500 * 100 + 300 * 10 + 200 * 125 + 20 * 1000 + 40 * 2000 + 7
    )


def test_parts_without_a_price_are_charged_as_their_whole() -> None:
    rates = Rates(input=100, output=1000)
    assert rates.cost(TokenUsage(1000, 60, 300, 200, 40)) == 1000 * 100 + 60 * 1000


def test_a_missing_part_counts_as_nothing() -> None:
    assert Rates(input=100, output=1000).cost(TokenUsage(input=5)) == 500
    assert Rates(input=100, output=1000).cost(TokenUsage(output=5)) == 5000


def test_tokens_of_a_kind_that_is_not_sold_have_no_cost() -> None:
    embedding = Rates(input=100, output=None)
    assert embedding.cost(TokenUsage(5, 0)) == 500
    assert embedding.cost(TokenUsage(5, 1)) is None
    assert Rates(input=None, output=10).cost(TokenUsage(5, 1)) is None


def test_parts_larger_than_their_whole_have_no_cost() -> None:
    rates = Rates(input=100, output=1000, cache_read=10, cache_write=10, reasoning=10)
    assert rates.cost(TokenUsage(10, 0, 6, 5)) is None
    assert rates.cost(TokenUsage(0, 10, None, None, 11)) is None
    assert rates.cost(TokenUsage(None, 1, 1)) is None


@given(RATES, usages())
def test_the_parts_sum_to_the_whole(rates: Rates, usage: TokenUsage) -> None:
    """Charging each part as if it were alone comes to the same."""
    assert usage.input is not None
    assert usage.output is not None
    read, write, thought = usage.cache_read or 0, usage.cache_write or 0, usage.reasoning or 0
    parts = [
        TokenUsage(usage.input - read - write, 0),
        TokenUsage(read, 0, cache_read=read),
        TokenUsage(write, 0, cache_write=write),
        TokenUsage(0, usage.output - thought),
        TokenUsage(0, thought, reasoning=thought),
    ]
    alone = [rates.cost(part) for part in parts]
    whole = rates.cost(usage)
    assert whole is not None
    assert whole - rates.call == sum((cost or 0) - rates.call for cost in alone)


@given(RATES, usages(), COUNT, COUNT)
def test_more_tokens_never_cost_less(rates: Rates, usage: TokenUsage, more_in: int, more_out: int) -> None:
    assert usage.input is not None
    assert usage.output is not None
    larger = TokenUsage(
        usage.input + more_in, usage.output + more_out, usage.cache_read, usage.cache_write, usage.reasoning
    )
    before, after = rates.cost(usage), rates.cost(larger)
    assert before is not None
    assert after is not None
    assert after >= before


def test_a_tier_is_the_price_of_all_tokens_above_its_threshold() -> None:
    tariff = Tariff((Rates(1, 10), Rates(2, 20), Rates(3, 30)), (200, 400))
    costs = [tariff.cost(TokenUsage(tokens, 1)) for tokens in (0, 200, 201, 400, 401)]
    assert costs == [10, 210, 422, 820, 1233]


def test_a_price_per_million_is_exact_per_token() -> None:
    assert per_token(Decimal("0.15")) * 10**6 == YOCTO_PER_USD * 15 // 100
    assert per_token(Decimal("0.000000000000000001")) == 1
