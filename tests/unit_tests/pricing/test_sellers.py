"""Every spelling of a seller that clients were seen to send, and those that must not be mistaken for one."""

import pytest

from longpole.pricing.sellers import UNSAID, is_proxy, seller_of
from longpole.pricing.table import seller_ids

SPELLINGS = [
    ("openai", "openai"),
    ("OpenAI", "openai"),
    ("openai.chat", "openai"),
    ("openai.responses", "openai"),
    ("langgenius/openai/openai", "openai"),
    ("azure", "azure"),
    ("azure.ai.openai", "azure"),
    ("az.ai.openai", "azure"),
    ("az.ai.inference", "azure"),
    ("azure_openai", "azure"),
    ("azure-openai.chat", "azure"),
    ("langgenius/azure_openai/azure_openai", "azure"),
    ("aws.bedrock", "aws"),
    ("amazon_bedrock", "aws"),
    ("amazon-bedrock", "aws"),
    ("bedrock", "aws"),
    ("gcp.vertex_ai", "google"),
    ("gcp.gemini", "google"),
    ("gcp.gen_ai", "google"),
    ("google_genai", "google"),
    ("google.generative-ai", "google"),
    ("google.vertex.chat", "google"),
    ("vertex.anthropic.messages", "google"),
    ("langgenius/gemini/google", "google"),
    ("anthropic", "anthropic"),
    ("anthropic.messages", "anthropic"),
    ("mistral_ai", "mistral"),
    ("mistralai", "mistral"),
    ("x_ai", "x-ai"),
    ("xai.chat", "x-ai"),
    ("langgenius/x/x", "x-ai"),
    ("togetherai.chat", "together"),
    ("fireworks_ai", "fireworks"),
    ("moonshot", "moonshotai"),
    ("github_copilot", "github-copilot"),
    ("huggingface/together", "huggingface_together"),
    ("groq", "groq"),
]


@pytest.mark.parametrize(("text", "seller"), SPELLINGS)
def test_a_seller_by_any_spelling(text: str, seller: str) -> None:
    assert seller in seller_ids
    assert seller_of(text, seller_ids) == seller


@pytest.mark.parametrize("text", [None, "", "langchain", "strands-agents", "gcp.vertex.agent", "LiteLLM", "crewai"])
def test_frameworks_and_proxies_name_no_seller(text: str | None) -> None:
    assert seller_of(text, seller_ids) == UNSAID


@pytest.mark.parametrize(
    "text",
    ["ollama", "vllm", "openai_api_compatible", "langgenius/openai_api_compatible/openai_api_compatible", "acme",
     "openai-compatible", "not-openai", "ibm.watsonx.ai", "localopenai", "tongyi"],
)  # fmt: skip
def test_nobody_is_taken_for_a_seller_with_a_similar_name(text: str) -> None:
    named = seller_of(text, seller_ids)
    assert named != UNSAID
    assert named not in seller_ids


def test_every_seller_of_the_table_is_known_by_its_own_name() -> None:
    assert {seller_of(seller, seller_ids) for seller in seller_ids} == seller_ids


def test_a_proxy_puts_the_seller_first() -> None:
    assert is_proxy("litellm")
    assert not is_proxy("openai")
    assert not is_proxy(None)
