"""Words that say more than a model may say: numbers, units, directions, and names that it cannot know.

English only, since a model is asked for English: a text in another alphabet is
refused as a whole, and number words of the languages nearest to English are
refused with those of English. The words stand in `vocabulary.txt`.

Upstream: `validation`.
"""

import re
from importlib.resources import files


def _sections() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    section = ""
    for line in files(__package__).joinpath("vocabulary.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line[1 : line.index("]")]
            found[section] = set()
        elif not line.startswith("#") and section:
            found[section].update(line.split())
    return {name: frozenset(words) for name, words in found.items()}


_ALL = _sections()
NUMBERS, UNITS, COUNTED = _ALL["numbers"], _ALL["units"], _ALL["counted"]
TIME_DOWN, TIME_UP = _ALL["time_down"], _ALL["time_up"]
COST_DOWN, COST_UP, COST = _ALL["cost_down"], _ALL["cost_up"], _ALL["cost"]
FAILURES_DOWN, FAILURES_UP = _ALL["failures_down"], _ALL["failures_up"]
DOWN, UP = _ALL["down"], _ALL["up"]
NEGATIONS, CERTAINTY = _ALL["negations"], _ALL["certainty"]
PRODUCTS, OPENERS, AROUND_NODES = _ALL["products"], _ALL["openers"], _ALL["around_nodes"]
NODE_WORDS = frozenset({"node", "nodes", "step", "steps"})
PROPER = frozenset(
    ["I", "AI", "API", "APIs", "HTTP", "LLM", "LLMs", "TTL", "JSON", "SQL", "Dify", "LangGraph", "Longpole", "A/B"]
)
"""Capitals that mean nothing that a finding would have to know."""

WORD = re.compile(r"[A-Za-z][A-Za-z'/-]*")
PLACEHOLDER = re.compile(r"\{\{\s*(F[1-9][0-9]*)\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
ALLOWED_MARKS = frozenset(" .,;:!?'()-–—\n/" + APOSTROPHE)
