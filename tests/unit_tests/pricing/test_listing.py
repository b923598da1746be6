"""How a model's and a provider's name are read: what a million input tokens cost, or None."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from longpole.domain.runs import TokenUsage
from longpole.domain.units import instant_ns
from longpole.pricing.book import PriceBook

BOOK = PriceBook.load()
AT_NS = instant_ns(datetime(2026, 11, 10, 12, tzinfo=UTC))


def dollars_per_million(model: str, provider: str | None) -> Decimal | None:
    """For small calls: a tier for large ones must not be met."""
    cost = BOOK.cost_usd(model, provider, TokenUsage(1000), AT_NS)
    return None if cost is None else cost * 1000


@pytest.mark.parametrize(
    ("model", "provider", "dollars"),
    [
        ("gpt-4o-mini", "openai", "0.15"),
        ("GPT-4o-mini", " OpenAI ", "0.15"),
        ("gpt-4o-mini-2024-07-18", "openai", "0.15"),
        ("gpt-4o", "azure.ai.openai", "2.5"),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "aws.bedrock", "3"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock", "3.3"),
        ("claude-sonnet-4-5", "gcp.vertex_ai", "3"),
        ("gemini-2.0-flash", "gcp.gemini", "0.1"),
        ("models/gemini-2.0-flash", "google_genai", "0.1"),
        ("text-embedding-3-small", "openai", "0.02"),
        ("openai/gpt-4o-mini", "openrouter", "0.15"),
        ("ft:gpt-4o-mini-2024-07-18:acme::x", "openai", "0.3"),
    ],
)
def test_a_named_seller_by_its_own_list(model: str, provider: str, dollars: str) -> None:
    assert dollars_per_million(model, provider) == Decimal(dollars)


@pytest.mark.parametrize("provider", ["ollama", "openai_api_compatible", "acme", "tongyi"])
def test_a_seller_without_a_list_has_no_prices(provider: str) -> None:
    assert dollars_per_million("gpt-4o-mini", provider) is None


@pytest.mark.parametrize(
    ("model", "provider"),
    [("my-model", "openai"), ("llama-3.1-8b", "openai"), ("claude-sonnet-4-5", "openai"), ("gpt-99", None), ("", None)],
)
def test_an_unknown_model_has_no_price(model: str, provider: str | None) -> None:
    assert dollars_per_million(model, provider) is None


@pytest.mark.parametrize(
    ("model", "provider", "dollars"),
    [
        ("openai/gpt-4o-mini", None, "0.15"),
        ("openai/gpt-4o-mini", "gcp.vertex.agent", "0.15"),
        ("openai/gpt-4o-mini", "openai", "0.15"),
        ("anthropic/claude-sonnet-4.5", "openai", "3"),
        ("google/gemini-2.5-flash", "google", "0.3"),
        ("groq/llama-3.1-8b-instant", "litellm", "0.05"),
        ("bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0", "litellm", "3"),
        ("azure/gpt-4o", None, "2.5"),
    ],
)
def test_a_prefix_names_the_seller(model: str, provider: str | None, dollars: str) -> None:
    assert dollars_per_million(model, provider) == Decimal(dollars)


def test_a_prefix_that_two_sellers_may_mean_counts_only_where_they_agree() -> None:
    free, batch = "google/gemini-2.0-flash-exp:free", "anthropic/claude-haiku-4.5:batch"
    assert dollars_per_million(free, "openrouter") == 0
    assert dollars_per_million(batch, "openrouter") == Decimal("0.5")
    assert dollars_per_million(free, "openai") is None
    assert dollars_per_million(batch, "openai") is None
    assert dollars_per_million("deepseek/deepseek-chat", "openai") is None
    assert dollars_per_million("deepseek/deepseek-chat", "litellm") is not None


def test_a_prefix_does_not_overrule_a_named_seller() -> None:
    assert dollars_per_million("openai/gpt-4o-mini", "anthropic") is None
    assert dollars_per_million("openai/gpt-4o-mini", "ollama") is None


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("gpt-4o-mini", "0.15"),
        ("claude-sonnet-4-5", "3"),
        ("gemini-2.0-flash", "0.1"),
        ("models/gemini-2.0-flash", "0.1"),
        ("text-embedding-3-small", "0.02"),
        ("grok-4", "3"),
        ("ft:gpt-4o-mini-2024-07-18:acme::x", "0.3"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.3"),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0", None),
    ],
)
def test_without_a_provider_the_makers_price(model: str, dollars: str | None) -> None:
    assert dollars_per_million(model, None) == (None if dollars is None else Decimal(dollars))


@pytest.mark.parametrize("model", ["llama3.1", "mistral:7b", "deepseek-r1:14b", "qwen2.5", "gpt-oss-120b"])
def test_open_models_without_a_provider_have_no_price(model: str) -> None:
    assert dollars_per_million(model, None) is None


def test_open_models_of_openai_are_not_sold_by_it() -> None:
    assert dollars_per_million("gpt-oss-120b", "openai") is None
    assert dollars_per_million("gpt-oss-120b", "azure") is None
    assert dollars_per_million("openai/gpt-oss-120b", "groq") == Decimal("0.15")
