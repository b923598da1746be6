"""What a rule says of a remedy, read with care: names and messages come from telemetry, so from anybody.

Invariant: a number is finite and above 0; a text is one line and not longer
than a line of a page.

Upstream: rules, through `remedies.remedy`. Downstream: the engines' files.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from keyword import iskeyword

from longpole.advice.observations import NodeInfo
from longpole.domain.amounts import one_line

_MOST_PAIRS = 50


@dataclass(frozen=True, slots=True)
class Given:
    """The values that came with an action; what is missing or makes no sense is taken as not said."""

    values: Mapping[str, object]

    def has(self, name: str) -> bool:
        """Whether a value was said."""
        return self.values.get(name) is not None

    def number(self, name: str, otherwise: float) -> float:
        """A number above 0."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return otherwise
        return float(value) if math.isfinite(value) and value > 0 else otherwise

    def count(self, name: str, otherwise: int) -> int:
        """A whole number from 1 on; a part of one counts as one."""
        return max(1, math.ceil(self.number(name, otherwise)))

    def text(self, name: str) -> str | None:
        """One line; None where nothing was said."""
        value = self.values.get(name)
        return None if value is None else one_line(str(value)) or None

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Pairs of node ids."""
        value = self.values.get(name)
        if not isinstance(value, Iterable) or isinstance(value, str):
            return ()
        found = (tuple(map(str, pair)) for pair in islice(value, _MOST_PAIRS) if isinstance(pair, tuple | list))
        return tuple((pair[0], pair[1]) for pair in found if len(pair) == 2)  # noqa: PLR2004 - a pair is two

    def unsaid(self, name: str, words: str) -> str:
        """`words` where the value was not said: they tell the reader to choose it."""
        return "" if self.has(name) else f" {words}"


def identifier(node: NodeInfo) -> str:
    """A name for a function of Python."""
    words = re.sub(r"\W+", "_", node.node_title or node.node_id, flags=re.ASCII).strip("_").lower()[:40].strip("_")
    return words if words.isidentifier() and not iskeyword(words) else f"step_{words}".rstrip("_")


def python_names(node: NodeInfo) -> tuple[str, str]:
    """The node's name as a literal of Python, and a name for its function."""
    return python_text(node.node_title or node.node_id), identifier(node)


def python_text(text: str) -> str:
    """`text` as a literal of Python."""
    is_plain = text.isprintable() and not {'"', "\\"} & set(text)
    return f'"{text}"' if is_plain else repr(text)


def json_text(text: str) -> str:
    """`text` as a literal of JSON without braces, which both Dify and n8n would take for the mark of a reference."""
    return json.dumps(text).replace("{", "\\u007b").replace("}", "\\u007d")


def plain(value: float) -> str:
    """A number as people write it: 24, 0.5, 1.25."""
    return f"{value:.0f}" if value == int(value) else f"{value:.3g}"
