"""Whether a Dify node may run beside another one: what it does to the world, and what it may see of it.

    pure          templates, lists, aggregators, code that only computes
    read only     a model that is asked, retrieval, HTTP GET without a body, tools that are known to look things up
    writes        assigners, HTTP POST, answers that are sent
    unknown       other tools, agents, code that touches the clock, the network, files or chance, models with memory

Nothing is pure because nothing speaks against it: what is not on a list here is unknown.

Upstream: `graphs.dify` gives each node its purity. Downstream: `graphs.removable_edges`, `graphs.optimise.optimise`.
"""

from collections.abc import Mapping
from typing import Any

from longpole.domain.graphs import Purity
from longpole.domain.node_types import snake_case
from longpole.graphs.purity_of_code import code_purity, template_purity

_PURE = frozenset({
    "list_operator", "variable_aggregator", "variable_assigner", "if_else", "iteration_start", "loop_start", "loop_end",
    "start", "end", "iteration", "loop",
})  # fmt: skip
"""`variable_assigner` is what aggregators were called before 0.6.9; what writes is an `assigner`. Containers are what
is inside of them."""
_READ_ONLY = frozenset({"document_extractor", "knowledge_retrieval"})
_MODELS = frozenset({"llm", "parameter_extractor", "question_classifier"})
_WRITES = frozenset({"assigner", "answer", "human_input", "knowledge_index"})
_SAFE_METHODS = frozenset({"get", "head", "options"})
"""Those of RFC 9110, 9.2.1, that a node can be set to."""
_LOOKING_UP = frozenset({
    ("arxiv", "arxiv_search"), ("bing", "bing_web_search"), ("brave", "brave_search"), ("duckduckgo", "ddgo_search"),
    ("duckduckgo", "ddgo_translate"), ("duckduckgo", "ddgo_news"), ("google", "google_search"),
    ("google_translate", "translate"), ("jina", "jina_reader"), ("jina", "jina_search"), ("pubmed", "pubmed_search"),
    ("searxng", "searxng_search"), ("serper", "serper"), ("stackexchange", "searchStackExQuestions"),
    ("tavily", "tavily_search"), ("webscraper", "webscraper"), ("wikipedia", "wikipedia_search"),
})  # fmt: skip
"""Tools of Dify's own collection, provider and name, that ask a public service and change nothing there."""
_BY_TYPE = {
    **dict.fromkeys(_PURE, Purity.PURE),
    **dict.fromkeys(_READ_ONLY, Purity.READ_ONLY),
    **dict.fromkeys(_WRITES, Purity.WRITES),
}
_ORDER = (Purity.PURE, Purity.READ_ONLY, Purity.UNKNOWN, Purity.WRITES)


def dify_purity(node_type: str, config: Mapping[str, Any]) -> Purity:
    """What running a Dify node does to the world, as its type and its configuration (`data`) tell."""
    kind = snake_case(node_type)
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if kind in _MODELS:
        return _model_purity(config)
    if kind == "code":
        return code_purity(str(config.get("code_language") or "python3"), config.get("code"))
    if kind == "template_transform":
        return template_purity(config.get("template"))
    if kind == "http_request":
        return _http_purity(config)
    return _tool_purity(config) if kind == "tool" else Purity.UNKNOWN


def worst(*purities: Purity) -> Purity:
    """The least harmless of some; pure where there is none."""
    return max(purities, key=_ORDER.index, default=Purity.PURE)


def is_harmless(purity: Purity) -> bool:
    """It leaves the world as it was."""
    return purity in {Purity.PURE, Purity.READ_ONLY}


def _model_purity(config: Mapping[str, Any]) -> Purity:
    """A model is asked and forgets; one with memory or tools may not. Its prompts may be templates."""
    if config.get("memory") or config.get("tools"):
        return Purity.UNKNOWN
    prompts = config.get("prompt_template")
    listed = prompts if isinstance(prompts, list) else [prompts]
    templates = [each for each in listed if isinstance(each, Mapping) and each.get("edition_type") == "jinja2"]
    return worst(Purity.READ_ONLY, *(template_purity(each.get("jinja2_text")) for each in templates))


def _http_purity(config: Mapping[str, Any]) -> Purity:
    """A safe method without a body: a body would carry something to the other side."""
    method = config.get("method")
    if not isinstance(method, str):
        return Purity.UNKNOWN
    if method.strip().lower() not in _SAFE_METHODS:
        return Purity.WRITES
    body = config.get("body")
    kind = body.get("type", "none") if isinstance(body, Mapping) else body
    return Purity.READ_ONLY if kind in (None, "", "none") else Purity.UNKNOWN


def _tool_purity(config: Mapping[str, Any]) -> Purity:
    """Known only for Dify's own tools: a custom one, or another author's, may bear the same name."""
    if config.get("provider_type") != "builtin":
        return Purity.UNKNOWN
    author, _, provider = str(config.get("provider_id") or config.get("provider_name") or "").rpartition("/")
    if author.partition("/")[0] not in {"", "langgenius"}:
        return Purity.UNKNOWN
    return Purity.READ_ONLY if (provider.lower(), str(config.get("tool_name"))) in _LOOKING_UP else Purity.UNKNOWN
