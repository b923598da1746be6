"""What a call costs, through the book."""

import subprocess
import sys
import threading
from decimal import Decimal, localcontext

from longpole.domain.runs import NO_TOKENS, TokenUsage
from longpole.pricing.book import PriceBook


def test_cached_tokens_are_not_charged_twice() -> None:
    """gpt-4o-mini: 0.15 in, 0.075 from the cache, 0.60 out, each per million."""
    cost = PriceBook.load().cost_usd("gpt-4o-mini", "openai", TokenUsage(1000, 100, cache_read=400), 0)
    assert cost == Decimal("0.00009") + Decimal("0.00003") + Decimal("0.00006")


def test_cache_writes_have_their_own_price() -> None:
    """Claude Sonnet 4.5: 3 in, 3.75 written, 0.30 read, 15 out."""
    tokens = TokenUsage(1000, 100, cache_read=300, cache_write=500, reasoning=60)
    cost = PriceBook.load().cost_usd("claude-sonnet-4-5", "anthropic", tokens, 0)
    assert cost == Decimal("0.0006") + Decimal("0.001875") + Decimal("0.00009") + Decimal("0.0015")


def test_no_tokens_at_all_have_no_cost() -> None:
    book = PriceBook.load()
    assert book.cost_usd("gpt-4o", "openai", NO_TOKENS, 0) is None
    assert book.cost_usd("gpt-4o", "openai", TokenUsage(cache_read=5), 0) is None
    assert book.cost_usd("gpt-4o", "openai", TokenUsage(0, 0), 0) == 0


def test_without_the_answering_model_the_one_that_was_asked_for_counts() -> None:
    book = PriceBook.load()
    assert book.cost_usd(None, "openai", TokenUsage(1000), 0, "gpt-4o") == Decimal("0.0025")
    assert book.cost_usd("unheard-of", "openai", TokenUsage(1000), 0, "gpt-4o") is None
    assert book.cost_usd(None, "openai", TokenUsage(1000), 0) is None


def test_a_snapshot_younger_than_the_table_costs_what_was_asked_for() -> None:
    book, million = PriceBook.load(), TokenUsage(1_000_000)
    snapshot = "gpt-4o-mini-2099-01-01"
    assert book.cost_usd(snapshot, "openai", million, 0, "gpt-4o-mini") == Decimal("0.15")
    assert book.cost_usd(snapshot, "openrouter", million, 0, "openai/gpt-4o-mini") == Decimal("0.15")
    assert book.cost_usd(snapshot, "openai", million, 0) is None
    assert book.cost_usd(snapshot, "openai", million, 0, "gpt-4o") is None
    assert book.cost_usd("gpt-4o-mini-tuned", "openai", million, 0, "gpt-4o-mini") is None
    assert book.cost_usd("gpt-4o-2024-05-13", "openai", million, 0, "gpt-4o") == 5  # it is listed itself


def test_a_count_that_cannot_be_right_has_no_cost() -> None:
    assert PriceBook.load().cost_usd("gpt-4o", "openai", TokenUsage(2**62), 0) is None


def test_names_from_outside_do_not_fill_the_memory() -> None:
    book = PriceBook.load()
    for number in range(10_050):
        book.cost_usd(f"model-{number}", "acme", TokenUsage(1), 0)
    book.cost_usd("x" * 5000, "acme", TokenUsage(1), 0)
    assert len(book._readings) < 10_000
    assert max(len(model or "") for model, _, _ in book._readings) < 5000


def test_amounts_are_exact_whatever_the_callers_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 3
        cost = PriceBook.load().cost_usd("gpt-4o-mini", "openai", TokenUsage(1_234_567), 0)
    assert cost == Decimal("0.18518505")


def test_threads_may_share_a_book() -> None:
    book = PriceBook.load()
    costs: list[Decimal | None] = []

    def ask() -> None:
        costs.extend(book.cost_usd(f"gpt-4o-{n}", "openai", TokenUsage(1), 0) for n in range(200))
        costs.append(book.cost_usd("gpt-4o", "openai", TokenUsage(1_000_000), 0))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [cost for cost in costs if cost is not None] == [Decimal("2.5")] * 8


def test_the_built_in_table_is_read_at_first_use() -> None:
    """It takes a third of a second, which `longpole --help` must not pay."""
    program = (
        "import sys, longpole.runtime; longpole.runtime.Runtime().price_book; print('genai_prices' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
