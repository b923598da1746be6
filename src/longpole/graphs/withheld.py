"""What a step's configuration must not bring into the database: keys and passwords, by the names that they go by.

Engines export workflows to be shared, and mostly leave credentials out; what
people wrote into a header by hand is still there.

Downstream: `dify`, `n8n`.
"""

import re
from typing import Any

_SECRET = re.compile(r"(?i)(?:api[_-]?key|password|passwd|secret|token|authorization|cookie|credentials?)$")
_NAMES, _VALUES = ("name", "key", "variable"), ("value", "default")
_REFERENCE = "{{"
WITHHELD = "(withheld)"


def without_secrets(value: Any, name: str = "") -> Any:
    """`value` with what is secret by its name replaced; references to variables stay."""
    if isinstance(value, dict):
        named = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), "")
        return {
            key: without_secrets(inner, named if key in _VALUES and _is_secret(named) else key)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]  # selectors may name a variable `token`
    if isinstance(value, str) and value:
        if _is_secret(name) and _REFERENCE not in value:
            return WITHHELD
        if name == "headers":
            return "\n".join(map(_header, value.split("\n")))
    return value


def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _header(line: str) -> str:
    """One `Name: value` of a text of headers."""
    name, colon, value = line.partition(":")
    return f"{name}: {WITHHELD}" if colon and _is_secret(name.strip()) and _REFERENCE not in value else line
