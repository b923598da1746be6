"""The steps that n8n expressions name, besides the one before.

    {{ $('Fetch').item.json.id }}     {{ $node["Fetch"].json.id }}     $items("Fetch")     all name Fetch
    {{ $(which).first() }}                                             computed: it may be any

Upstream: `n8n`. Source: n8n's manual, "Built-in methods and variables reference".
"""

import re
from collections.abc import Iterator
from typing import Any

_QUOTED = r"""(?P<quote>['"`])(?P<name>(?:\\.|(?!(?P=quote)).)*)(?P=quote)"""
_NAMED = re.compile(rf"\$(?:\(\s*|node\s*\[\s*|items\(\s*){_QUOTED}", re.DOTALL)
_DOTTED = re.compile(r"\$node\.(?P<name>\w+)")
_ANY = re.compile(r"\$(?:\(|node\s*\[|items\(\s*[^)\s])")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def named_steps(parameters: Any) -> tuple[tuple[str, ...], bool]:
    """Names of the steps that parameters name, sorted, and whether one of them is computed."""
    names: set[str] = set()
    is_computed = False
    for text in _texts(parameters):
        if "$" not in text:
            continue
        found = list(_NAMED.finditer(text))
        computed = [match for match in found if match["quote"] == "`" and "${" in match["name"]]
        names.update(_ESCAPE.sub(r"\1", match["name"]) for match in found if match not in computed)
        names.update(match["name"] for match in _DOTTED.finditer(text))
        is_computed = is_computed or bool(computed) or len(_ANY.findall(text)) > len(found)
    return tuple(sorted(names)), is_computed


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
