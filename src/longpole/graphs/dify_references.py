"""Whose results a Dify step uses: every reference in its texts, every selector, at any depth.

    "Summarise {{#fetch.body#}}"            reads fetch
    value_selector: [start, q]              reads start
    {{#conversation.topic#}}                reads a shared thing, no step
    {{#context#}}                           what the selector of `context` names
    {{#{{ x }}.text#}}                      computed: it may read anything

Any list of texts that begins with a step's id counts as a selector, whatever
its key is (`query`, `variable`, a tool's `value`): an edge too many costs a
little time, one too few a wrong result. What is switched off reads nothing.

Upstream: `dify`. Source: Dify 0.3 to 1.14, core/workflow/nodes/*/entities.py.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_REFERENCE = re.compile(r"\{\{#\s*([^#{}]+?)\s*#\}\}")
_COMPUTED = re.compile(r"\{\{\s*#")
_SHARED = frozenset({"conversation"})
_NO_STEPS = frozenset({"sys", "env", "rag", "context", "histories", "query", "files", "last_record"}) | _SHARED
_ENDS = ("_selector", "_selectors")
_OF_THE_EDITOR = "_"
_ID_AND_NAME = 2


@dataclass(frozen=True, slots=True)
class References:
    """What a step uses.

    Attributes:
        steps: Ids of steps.
        variables: Shared variables and variables of steps, as `owner.name`.
        missing: Ids of steps that are not there.
        is_computed: There is a reference whose end is not written down.
    """

    steps: frozenset[str]
    variables: frozenset[str]
    missing: frozenset[str]
    is_computed: bool


def references(data: Mapping[str, Any], ids: Collection[str]) -> References:
    """What a step with the configuration `data` uses, in a graph of the steps `ids`."""
    computed: list[str] = []
    named = list(_selectors(data, "", ids, computed))
    owners = {selector[0] for selector in named}
    return References(
        frozenset(owners.intersection(ids)),
        frozenset(".".join(selector[:_ID_AND_NAME]) for selector in named if len(selector) >= _ID_AND_NAME),
        frozenset(owner for owner in owners if owner not in ids and owner not in _NO_STEPS),
        bool(computed),
    )


def shared(variables: Collection[str], written: Collection[str]) -> frozenset[str]:
    """Those of the variables that may change while the run goes on: a conversation's, and what some step writes."""
    return frozenset(name for name in variables if name.partition(".")[0] in _SHARED or name in written)


def selector(value: Any) -> tuple[str, ...]:
    """The texts of a selector; nothing where it is none."""
    if isinstance(value, list) and value and all(isinstance(part, str) and part for part in value):
        return tuple(value)
    return ()


def _selectors(value: Any, key: str, ids: Collection[str], computed: list[str]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, str):
        yield from _in_text(value, computed)
    elif isinstance(value, dict):
        if value.get("enabled") is not False:
            for name, inner in value.items():
                if not name.startswith(_OF_THE_EDITOR):
                    yield from _selectors(inner, name, ids, computed)
    elif isinstance(value, list):
        named = selector(value)
        if named and (key.endswith(_ENDS) or (named[0] in ids and len(named) >= _ID_AND_NAME)):
            yield named
        else:
            for inner in value:
                yield from _selectors(inner, key, ids, computed)


def _in_text(text: str, computed: list[str]) -> Iterator[tuple[str, ...]]:
    if "{{" not in text:
        return
    for found in _REFERENCE.finditer(text):
        yield tuple(part for part in found[1].split(".") if part) or (found[1],)
    if _COMPUTED.search(_REFERENCE.sub("", text)):
        computed.append(text)
