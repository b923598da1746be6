"""On 1,577 usage payloads that providers really sent, our cost is the table's own calculation, to the last digit."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from genai_prices import Usage, calc_price

from longpole.domain.runs import TokenUsage
from longpole.domain.units import instant_ns
from longpole.pricing.book import PriceBook

PAYLOADS = Path(__file__).parents[2] / "data" / "genai_prices" / "usages.json.gz"
KINDS = {
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_read_tokens": "cache_read",
    "cache_write_tokens": "cache_write",
    "output_reasoning_tokens": "reasoning",
}
# An afternoon, DeepSeek's cheap hours, and a day before most of the table's dates.
INSTANTS = [
    datetime(2026, 8, 21, 12, tzinfo=UTC),
    datetime(2026, 11, 10, 2, 30, tzinfo=UTC),
    datetime(2025, 1, 1, tzinfo=UTC),
]


def calls() -> Iterator[tuple[str, str, dict[str, int]]]:
    """Each payload as a call to each of the sellers that it may have come from: seller, model, usage."""
    for payload in json.loads(gzip.decompress(PAYLOADS.read_bytes())):
        for extracted in payload["extracted"]:
            for extractor in extracted["extractors"]:
                if payload.get("model"):
                    yield extractor["provider_id"], payload["model"], extracted["usage"]


def tokens_of(usage: dict[str, int]) -> TokenUsage:
    return TokenUsage(**{ours: usage.get(theirs) for theirs, ours in KINDS.items()})


def their_cost(seller: str, model: str, usage: dict[str, int], at: datetime) -> Decimal | None:
    try:
        return calc_price(Usage(**usage), model, provider_id=seller, genai_request_timestamp=at).total_price
    except LookupError:
        return None


@pytest.mark.parametrize("at", INSTANTS, ids=str)
def test_the_cost_of_the_tokens_that_spans_carry_is_exact(at: datetime) -> None:
    book = PriceBook.load()
    outcomes: Counter[str] = Counter()
    for seller, model, usage in calls():
        carried = {kind: count for kind, count in usage.items() if kind in KINDS}
        theirs = their_cost(seller, model, carried, at)
        ours = book.cost_usd(model, seller, tokens_of(usage), instant_ns(at))
        if theirs is None or theirs == 0:
            outcomes["not priced by them"] += 1
        elif model.startswith("gpt-oss") and seller in {"openai", "azure"}:
            assert ours is None
            outcomes["open model"] += 1
        else:
            assert ours == theirs, (seller, model, usage)
            outcomes["equal"] += 1
    assert outcomes["equal"] > 3500
    assert outcomes["open model"] == 16


def test_of_the_whole_usage_only_other_kinds_than_text_are_missed() -> None:
    """Audio, image and search counts are not in spans; every other payload costs what it costs with them."""
    book, at = PriceBook.load(), INSTANTS[0]
    off = []
    for seller, model, usage in calls():
        theirs = their_cost(seller, model, usage, at)
        ours = book.cost_usd(model, seller, tokens_of(usage), instant_ns(at))
        if theirs and ours is not None and abs(ours - theirs) > theirs * Decimal("0.001"):
            off.append(usage)
    assert len(off) < 60
    assert all(any(word in kind for kind in usage for word in ("audio", "image", "video", "searches")) for usage in off)


def test_what_the_table_does_not_know_stays_unknown() -> None:
    """Except where a prefix names the seller, and then the reseller of that name must charge the same."""
    book, at = PriceBook.load(), INSTANTS[1]
    for seller, model, usage in calls():
        carried = {kind: count for kind, count in usage.items() if kind in KINDS}
        if their_cost(seller, model, carried, at) is None:
            ours = book.cost_usd(model, seller, tokens_of(usage), instant_ns(at))
            resold = book.cost_usd(model, "openrouter", tokens_of(usage), instant_ns(at))
            assert ours is None or "/" in model, (seller, model)
            assert ours is None or resold is None or ours == resold, (seller, model)
