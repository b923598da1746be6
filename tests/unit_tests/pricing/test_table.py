"""The table's dates, hours and tiers, against its own calculation at every border."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data import providers
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from longpole.domain.runs import TokenUsage
from longpole.domain.units import instant_ns
from longpole.pricing.book import PriceBook
from longpole.pricing.table import prices_of

TICK = timedelta(microseconds=1)


def conditions_of(model: ModelInfo) -> list[ConditionalPrice]:
    return [ConditionalPrice(prices=model.prices)] if isinstance(model.prices, ModelPrice) else model.prices


def borders(model: ModelInfo) -> Iterator[datetime]:
    """Instants on both sides of every date and hour at which a model's price may change."""
    yield datetime(2026, 8, 21, 12, tzinfo=UTC)
    for condition in conditions_of(model):
        match condition.constraint:
            case StartDateConstraint(start_date=day):
                at = datetime(day.year, day.month, day.day, tzinfo=UTC)
                yield from (at - TICK, at)
            case TimeOfDateConstraint(start_time=opens, end_time=closes):
                for time in (opens, closes):
                    at = datetime.combine(datetime(2026, 11, 11, tzinfo=UTC), time, time.tzinfo or UTC)
                    yield from (at - TICK, at)


def sizes(model: ModelInfo) -> set[int]:
    """Input sizes on both sides of every tier."""
    prices = [price for condition in conditions_of(model) for price in vars(condition.prices).values()]
    starts = {tier.start for price in prices if isinstance(price, TieredPrices) for tier in price.tiers}
    return {1000} | starts | {start + 1 for start in starts}


def their_cost(seller: str, model: str, tokens: TokenUsage, at: datetime) -> Decimal | None:
    usage = Usage(
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=tokens.cache_write,
        output_reasoning_tokens=tokens.reasoning,
    )
    try:
        return calc_price(usage, model, provider_id=seller, genai_request_timestamp=at).total_price
    except LookupError:  # some entries do not match their own id
        return None


@pytest.mark.parametrize("seller", providers, ids=lambda seller: str(seller.id))
def test_every_model_at_every_border(seller: Provider) -> None:
    book = PriceBook.load()
    for model in seller.models:
        for at, size in product(borders(model), sizes(model)):
            tokens = TokenUsage(size, 10, size // 2, size // 4, 5)
            ours = book.cost_usd(model.id, seller.id, tokens, instant_ns(at))
            theirs = their_cost(seller.id, model.id, tokens, at)
            if ours is not None and theirs is not None:
                assert abs(ours - theirs) <= Decimal("1e-20"), (model.id, at, size)
            elif theirs and not model.id.startswith("gpt-oss"):
                assert not sells_text(model), (model.id, at, size)


def sells_text(model: ModelInfo) -> bool:
    """It has prices for what goes in and what comes out: neither an embedding model nor audio."""
    return all(prices.prices.input_mtok and prices.prices.output_mtok for prices in conditions_of(model))


def test_a_models_price_changes_on_its_day() -> None:
    """Claude Opus 4.6 lost its dearer tier for long inputs on 2026-03-13."""
    book, long = PriceBook.load(), TokenUsage(300_000)
    day = datetime(2026, 3, 13, tzinfo=UTC)
    before = book.cost_usd("claude-opus-4-6", "anthropic", long, instant_ns(day - TICK))
    after = book.cost_usd("claude-opus-4-6", "anthropic", long, instant_ns(day))
    assert (before, after) == (Decimal("3.0"), Decimal("1.5"))


def test_a_models_price_changes_with_the_hour() -> None:
    """DeepSeek's chat model has other prices from 00:30 to 16:30 UTC."""
    book, tokens = PriceBook.load(), TokenUsage(1_000_000)
    costs = [
        book.cost_usd("deepseek-chat", "deepseek", tokens, instant_ns(datetime(2026, 8, 21, hour, minute, tzinfo=UTC)))
        for hour, minute in ((0, 29), (0, 30), (16, 29), (16, 30))
    ]
    assert costs[0] == costs[3] != costs[1] == costs[2]


def test_an_entry_without_token_prices_is_unknown_unless_it_is_sold_as_free() -> None:
    book, tokens = PriceBook.load(), TokenUsage(10, 10)
    assert book.cost_usd("qwen-3-coder-480b", "cerebras", tokens, 0) is None
    assert book.cost_usd("whisper-large-v3", "groq", tokens, 0) is None  # by the hour of audio
    assert book.cost_usd("qwen/qwen3-coder:free", "openrouter", tokens, 0) == 0


def test_a_price_per_call_is_charged_once() -> None:
    """Perplexity's sonar costs a dollar per million tokens, and 12 dollars per thousand calls."""
    cost = PriceBook.load().cost_usd("sonar", "perplexity", TokenUsage(1000, 500), 0)
    assert cost == Decimal("0.0015") + Decimal("0.012")


def test_who_and_what_the_table_does_not_have() -> None:
    assert prices_of("nobody", "gpt-4o") is None
    assert prices_of("openai", "no-such-model") is None
