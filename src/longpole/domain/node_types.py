"""A node's type has one spelling, whichever engine it comes from: snake_case, without the engine's prefix.

    http-request                    → http_request
    n8n-nodes-base.httpRequest      → http_request
    HTTP Request                    → http_request
    LLM                             → llm

Upstream: what callers and telemetry say. Source: the contract's words.
"""

import re
from functools import lru_cache

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN_WORDS = re.compile(r"[^0-9a-z]+")


@lru_cache(maxsize=4096)
def snake_case(raw_type: str) -> str:
    """The contract's spelling of a node type; empty where there is no letter or digit in it."""
    own = raw_type.rstrip(".").rpartition(".")[2]
    return _BETWEEN_WORDS.sub("_", _HUMPS.sub("_", own).lower()).strip("_")
