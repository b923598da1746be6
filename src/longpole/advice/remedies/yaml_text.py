"""Lists and mappings as YAML that any parser reads alike, whatever texts are in them.

Every text stands in double quotes, with what is not printable escaped: no
name of a node can be read as a number, a date, a comment or a template's end.

Upstream: `dify_fragments`. Downstream: none.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def yaml_text(value: Mapping[str, Any]) -> str:
    """`value` in block style; its keys are plain words."""
    return "\n".join(_lines(value, 0)) + "\n"


def _lines(value: Any, depth: int) -> Iterator[str]:
    margin = "  " * depth
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if _is_block(inner):
                yield f"{margin}{key}:"
                yield from _lines(inner, depth + 1)
            else:
                yield f"{margin}{key}: {_scalar(inner)}"
        return
    for inner in value:
        if _is_block(inner):
            first, *others = _lines(inner, depth + 1)
            yield f"{margin}- {first.lstrip()}"
            yield from others
        else:
            yield f"{margin}- {_scalar(inner)}"


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str) and len(value) > 0


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return '"' + "".join(map(_escaped, value)) + '"'
    return json.dumps(value)


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - half of a pair: no character
        return "\ufffd"
    return {"\n": "\\n", "\t": "\\t"}.get(character) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")  # noqa: PLR2004 - what four digits hold
