"""What a LangGraph node runs, in 16 digits: edited code, another prompt or another model has other keys.

A function by its code; a chain of LangChain's by its links and what they are
set up with; a graph by its nodes. What a function gets from objects around it
counts as far as their plain attributes tell (`sdk.code_version`).

Upstream: `tasks`.
"""

import hashlib
import json
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from langchain_core.load import Serializable, dumpd

from longpole.sdk.code_version import code_version

_LANGGRAPHS_SEQUENCE = "RunnableSeq"
_DEEPEST = 10


def node_version(runnable: Any) -> str:
    """The version of what a node runs. Read once: what changes in it while it runs does not count."""
    first = _first(runnable)
    it: Any = getattr(first, "func", None) or getattr(first, "afunc", None) or first
    known = _known.get(id(it))
    if known is None or known[0]() is not it:
        mine, made = id(it), hashlib.sha256(repr(_read(first, 0)).encode()).hexdigest()[:16]
        with suppress(TypeError):  # what cannot be referred to is read anew each time
            _known[mine] = (weakref.ref(it, lambda _gone: _known.pop(mine, None)), made)
        return made
    return known[1]


_known: dict[int, tuple[Callable[[], Any], str]] = {}


def _first(runnable: Any) -> Any:
    """The node itself, without LangGraph's writers behind it."""
    return runnable.steps[0] if type(runnable).__name__ == _LANGGRAPHS_SEQUENCE else runnable


def _read(runnable: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return type(runnable).__qualname__
    runnable = _first(runnable)
    functions = [each for name in ("func", "afunc") if (each := getattr(runnable, name, None)) is not None]
    if functions:
        return [code_version(each) for each in functions]
    nodes = getattr(runnable, "nodes", None)
    if isinstance(nodes, Mapping):
        return [(name, _read(getattr(node, "bound", node), depth + 1)) for name, node in sorted(nodes.items())]
    steps = getattr(runnable, "steps", None)
    if isinstance(steps, list):
        return [_read(each, depth + 1) for each in steps]
    return code_version(runnable), _set_up(runnable)


def _set_up(runnable: Any) -> str:
    """What a link of LangChain's is set up with; its secrets stand in it by their names."""
    if not isinstance(runnable, Serializable):
        return ""
    with suppress(Exception):
        return json.dumps(_without_addresses(dumpd(runnable)), sort_keys=True, default=lambda each: type(each).__name__)
    return ""


def _without_addresses(said: Any) -> Any:
    if isinstance(said, dict):
        return {name: _without_addresses(each) for name, each in said.items() if name != "repr"}
    return [_without_addresses(each) for each in said] if isinstance(said, list) else said
