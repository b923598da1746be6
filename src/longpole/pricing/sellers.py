"""Who sold a call: the free text that telemetry calls provider, read as a seller of the price table.

The same seller has many spellings (`azure.ai.openai`, `az.ai.openai`,
`AzureOpenAI`, `langgenius/azure_openai/azure_openai`). Some texts name no
seller at all but a framework or a proxy (`langchain`, `litellm`), and some name
one whose prices nobody knows (`ollama`, `openai_api_compatible`): the latter
are never taken for a similar word.

    text ─┬─ whole ──────────────┐
          ├─ after the last "/" ─┼─ letters and digits ── a seller's name, `SPELLINGS`, `UNSAID`
          └─ … before its "." ───┘

Upstream: `ingest` passes on what was sent. Downstream: `book`, `price_file`.
Source: `gen_ai.provider.name`'s and `gen_ai.system`'s well-known values,
LangChain's `ls_provider`, the Vercel AI SDK's `ai.model.provider`, LiteLLM's
prefixes, Dify's plugin ids.
"""

from collections.abc import Iterator

UNSAID = ""
"""The seller of a call of which nobody said who sold it."""

_SPELLINGS = {
    "anthropic": ("claude",),
    "aws": ("amazon", "bedrock", "awsbedrock", "amazonbedrock", "bedrockconverse", "anthropicbedrock"),
    "azure": (
        "az",
        "azureai",
        "azureaifoundry",
        "azureaiinference",
        "azureaiopenai",
        "azureopenai",
        "azaiinference",
        "azaiopenai",
        "microsoftfoundry",
    ),
    "cloudflare": ("workersai", "cloudflareworkersai"),
    "fireworks": ("fireworksai",),
    "google": (
        "gemini",
        "vertex",
        "vertexai",
        "gcp",
        "googlegenai",
        "googlegenerativeai",
        "googlegla",
        "googlevertex",
        "googlevertexai",
        "googleanthropicvertex",
        "anthropicvertex",
        "vertexaianthropic",
    ),
    "mistral": ("mistralai",),
    "moonshotai": ("moonshot", "kimi"),
    "novita": ("novitaai",),
    "perplexity": ("perplexityai",),
    "together": ("togetherai",),
    "voyageai": ("voyage",),
    "x-ai": ("x", "grok"),
    "zhipuai": ("zhipu", "bigmodel"),
}
_SELLER_OF = {spelling: seller for seller, spellings in _SPELLINGS.items() for spelling in spellings}

PROXIES = frozenset({"litellm", "litellmproxy"})
"""Texts that name a proxy which puts the seller before the model's name."""

_FRAMEWORKS = frozenset({
    "", "agentframework", "agno", "autogen", "crewai", "dspy", "gateway", "gcpvertexagent", "googleadk", "haystack",
    "langchain", "langfuse", "langgraph", "langsmith", "llamaindex", "microsoftagentframework", "mlflow", "none",
    "openaiagents", "portkey", "pydanticai", "semantickernel", "strands", "strandsagents", "traceloop", "unknown",
    "vercel", "vercelaigateway",
})  # fmt: skip


def squeezed(text: str) -> str:
    """Letters and digits of `text`, in lower case: what all spellings of a name have in common."""
    return "".join(character for character in text.lower() if character.isalnum())


def seller_of(provider: str | None, known: frozenset[str]) -> str:
    """The seller that `provider` names: one of `known` where it is one of them.

    Returns:
        `UNSAID` where it names a framework or nothing; a text that is not in
        `known` where it names somebody whose prices are not there.
    """
    by_name = {squeezed(seller): seller for seller in known}
    text = provider or ""
    for form in _forms(text):
        if form in _FRAMEWORKS or form in PROXIES:
            return UNSAID
        seller = _SELLER_OF.get(form, form)
        if seller in known or seller in by_name:
            return by_name.get(seller, seller)
    return squeezed(text.rpartition("/")[2])


def is_proxy(provider: str | None) -> bool:
    """It puts the seller before the model's name, whoever that is."""
    return squeezed(provider or "") in PROXIES


def _forms(text: str) -> Iterator[str]:
    last = text.rpartition("/")[2]
    yield squeezed(text)
    yield squeezed(last)
    yield squeezed(last.partition(".")[0])
