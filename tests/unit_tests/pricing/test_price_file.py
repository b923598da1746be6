"""The user's own prices: which entry counts, when, and what is said of a wrong one."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import TokenUsage
from longpole.domain.units import instant_ns
from longpole.pricing.book import PriceBook

AT_NS = instant_ns(datetime(2026, 10, 1, tzinfo=UTC))
MILLION = TokenUsage(1_000_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prices.json"


def book_of(path: Path, *entries: Any) -> PriceBook:
    path.write_text(json.dumps(entries))
    return PriceBook.load(path)


def test_it_adds_a_model(path: Path) -> None:
    book = book_of(path, {"model": "my-llama", "input": 0.2, "output": 0.4})
    assert book.cost_usd("my-llama", "vllm", TokenUsage(1000, 100), AT_NS) == Decimal("0.00024")
    assert book.cost_usd("My-Llama", None, MILLION, AT_NS) == Decimal("0.2")
    assert book.cost_usd("my-llama-2", "vllm", MILLION, AT_NS) is None


def test_it_overrides_the_table_and_leaves_the_rest(path: Path) -> None:
    book = book_of(path, {"model": "gpt-4o-mini", "input": 0.1, "output": 0.5})
    assert book.cost_usd("gpt-4o-mini", "openai", MILLION, AT_NS) == Decimal("0.1")
    assert book.cost_usd("gpt-4o-mini-2024-07-18", "openai", MILLION, AT_NS) == Decimal("0.15")


def test_a_star_is_any_ending(path: Path) -> None:
    book = book_of(
        path, {"model": "gpt-4o*", "input": 1}, {"model": "gpt-4o-mini*", "input": 2}, {"model": "*", "input": 9}
    )
    costs = [book.cost_usd(model, "acme", MILLION, AT_NS) for model in ("gpt-4o", "gpt-4o-mini-x", "other")]
    assert costs == [1, 2, 9]


def test_the_more_telling_entry_goes_first(path: Path) -> None:
    book = book_of(
        path,
        {"model": "gpt-*", "input": 1},
        {"model": "gpt-4o", "input": 2},
        {"model": "gpt-*", "provider": "azure", "input": 3},
        {"model": "gpt-4o-mini", "provider": "azure", "input": 4},
    )
    asked = [("gpt-4o", "openai"), ("gpt-5", "openai"), ("gpt-4o", "azure.ai.openai"), ("gpt-4o-mini", "AzureOpenAI")]
    assert [book.cost_usd(model, provider, MILLION, AT_NS) for model, provider in asked] == [2, 1, 3, 4]


def test_a_provider_that_the_table_does_not_know_matches_in_any_spelling(path: Path) -> None:
    book = book_of(path, {"model": "*", "provider": "My-Gateway", "input": 1})
    assert book.cost_usd("x", "my_gateway", MILLION, AT_NS) == 1
    assert book.cost_usd("x", "langgenius/my-gateway/my_gateway", MILLION, AT_NS) == 1
    assert book.cost_usd("x", "other", MILLION, AT_NS) is None


def test_an_entry_holds_from_its_day_on_and_the_newest_counts(path: Path) -> None:
    book = book_of(
        path,
        {"model": "gpt-4o-mini", "input": 1, "from": "2026-09-01"},
        {"model": "gpt-4o-mini", "input": 2, "from": "2026-10-01"},
    )
    days = [
        datetime(2026, 8, 31, 23, 59, tzinfo=UTC),
        datetime(2026, 9, 1, tzinfo=UTC),
        datetime(2026, 10, 1, tzinfo=UTC),
    ]
    costs = [book.cost_usd("gpt-4o-mini", "openai", MILLION, instant_ns(day)) for day in days]
    assert costs == [Decimal("0.15"), 1, 2]


def test_parts_without_a_price_cost_what_the_whole_costs(path: Path) -> None:
    book = book_of(
        path, {"model": "m", "input": 2, "output": 4}, {"model": "n", "input": 2, "cache_read": 0.5, "cache_write": 3}
    )
    assert book.cost_usd("m", None, TokenUsage(1_000_000, 1_000_000, 500_000, 100_000, 9), AT_NS) == 6
    assert book.cost_usd("n", None, TokenUsage(1_000_000, 0, 500_000, 100_000), AT_NS) == Decimal("1.35")
    assert book.cost_usd("n", None, TokenUsage(1_000_000, 1), AT_NS) is None


def test_it_may_be_about_the_model_that_was_asked_for(path: Path) -> None:
    book = book_of(path, {"model": "my-deployment", "input": 7})
    assert book.cost_usd("gpt-4o", "azure", MILLION, AT_NS, "my-deployment") == 7
    assert book.cost_usd("gpt-4o", "azure", MILLION, AT_NS, "another") == Decimal("2.5")


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"model": "x"}, "must hold a JSON array"),
        (["x"], "entry 1 must be an object"),
        ([{"input": 1}], "entry 1: model must be a name"),
        ([{"model": "a*b", "input": 1}], "entry 1: model must be a name"),
        ([{"model": "", "input": 1}], "entry 1: model must be a text"),
        ([{"model": 5, "input": 1}], "entry 1: model must be a text"),
        (
            [{"model": "ok", "input": 1}, {"model": "x", "input": "1"}],
            "entry 2 (x): input must be US dollars per million",
        ),
        ([{"model": "x", "output": -1}], "entry 1 (x): output must be"),
        ([{"model": "x", "cache_read": True}], "entry 1 (x): cache_read must be"),
        ([{"model": "x", "cache_write": 1e9}], "entry 1 (x): cache_write must be"),
        ([{"model": "x", "input": float("nan")}], "entry 1 (x): input must be"),
        ([{"model": "x", "provider": [], "input": 1}], "entry 1 (x): provider must be a text"),
        ([{"model": "x", "input": 1, "from": "soon"}], "entry 1 (x): from must be a day"),
        ([{"model": "x", "input": 1, "from": 2026}], "entry 1 (x): from must be a day"),
        ([{"model": "x", "inputs": 1}], "entry 1: inputs is no field"),
        ([{"model": "x"}], "entry 1 (x) has no price"),
        (
            [{"model": "x", "input": 1}, {"model": "X", "input": 2}],
            "entry 2 has the same model, provider and from as entry 1",
        ),
    ],
)
def test_a_wrong_entry_is_named_with_its_field(path: Path, entries: Any, said: str) -> None:
    path.write_text(json.dumps(entries))
    with pytest.raises(InvalidInputError) as raised:
        PriceBook.load(path)
    assert raised.value.field == "LONGPOLE_PRICES"
    assert said in str(raised.value)


def test_a_file_that_is_not_there_or_not_json(path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot read"):
        PriceBook.load(path)
    path.write_bytes(b"{")
    with pytest.raises(InvalidInputError, match="is not JSON"):
        PriceBook.load(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInputError, match="is not JSON"):
        PriceBook.load(path)
