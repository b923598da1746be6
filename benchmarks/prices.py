"""How fast a price is known, as a ratio to asking genai-prices each time.

    uv run python benchmarks/prices.py [--calls 20000]

Both answer the same calls, in turns, and must agree on every amount; what is
timed is the second and later times that a model is asked for, as in a server.
"""

import argparse
import statistics
import time
from datetime import UTC, datetime

from genai_prices import Usage, calc_price

from longpole.domain.runs import TokenUsage
from longpole.domain.units import instant_ns
from longpole.pricing.book import PriceBook

CALLS = [
    ("gpt-4o-mini", "openai", TokenUsage(1200, 180, 0)),
    ("gpt-4o", "azure", TokenUsage(4000, 300, 2048)),
    ("claude-sonnet-4-5", "anthropic", TokenUsage(250_000, 900, 100_000, 2000, 400)),
    ("gemini-2.5-flash", "google", TokenUsage(800, 120, None, None, 60)),
    ("deepseek-chat", "deepseek", TokenUsage(900, 200)),
]
AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
ROUNDS = 5


def theirs(model: str, seller: str, tokens: TokenUsage) -> object:
    usage = Usage(
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=tokens.cache_write,
        output_reasoning_tokens=tokens.reasoning,
    )
    return calc_price(usage, model, provider_id=seller, genai_request_timestamp=AT).total_price


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20_000, help="calls per round")
    calls = CALLS * (parser.parse_args().calls // len(CALLS))
    book, at_ns = PriceBook.load(), instant_ns(AT)
    for model, seller, tokens in CALLS:
        assert book.cost_usd(model, seller, tokens, at_ns) == theirs(model, seller, tokens), model
    ours_us, theirs_us = [], []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for model, seller, tokens in calls:
            book.cost_usd(model, seller, tokens, at_ns)
        ours_us.append((time.process_time() - begun) / len(calls) * 1e6)
        some = calls[: len(calls) // 20]
        begun = time.process_time()
        for model, seller, tokens in some:
            theirs(model, seller, tokens)
        theirs_us.append((time.process_time() - begun) / len(some) * 1e6)
    ours, other = statistics.median(ours_us), statistics.median(theirs_us)
    print(f"longpole      {ours:8.2f} us a price ({min(ours_us):.2f} to {max(ours_us):.2f})")
    print(f"genai-prices  {other:8.2f} us a price ({min(theirs_us):.2f} to {max(theirs_us):.2f})")
    print(f"ratio         {other / ours:8.1f}")


if __name__ == "__main__":
    main()
