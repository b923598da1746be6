"""LangGraph, by whichever instrumentation: the step that a span belongs to, and what the step waited for.

Every span inside a step inherits the step's keys; `assembly` finds the step
itself. A retry keeps the checkpoint namespace, a fan-out gets a new one.

Source: A7 and the row "graph parents" of the design's OTLP contract; langgraph 1.2.22.
"""

from functools import lru_cache
from typing import Any

from longpole.ingest.otlp.conventions.values import MAX_ITEMS, clean, items

_OWN_PREFIX = "__"
_REMEMBERED_CHARS = 1024


def waits_for(value: Any) -> tuple[str, ...] | None:
    """The nodes that triggered a step, where its triggers name them.

    `join:A+B:X` names both that X waited for; `branch:to:X` names only X.
    Before version 0.3 a trigger was the node itself, or `branch:A:condition:X`.
    """
    triggers = tuple(item for item in items(value) if type(item) is str)
    return _named(triggers) if sum(map(len, triggers)) <= _REMEMBERED_CHARS else _read(triggers)


def _read(triggers: tuple[str, ...]) -> tuple[str, ...] | None:
    found = (clean(name) for trigger in triggers for name in _sources(trigger))
    named = dict.fromkeys(name for name in found if name and not name.startswith(_OWN_PREFIX))
    return tuple(named)[:MAX_ITEMS] or None


_named = lru_cache(maxsize=4096)(_read)


def _sources(trigger: str) -> list[str]:
    kind, *rest = trigger.split(":")
    if kind == "join" and len(rest) == 2:  # noqa: PLR2004 - sources and target
        return rest[0].split("+")
    if kind == "branch" and len(rest) == 3:  # noqa: PLR2004 - source, condition and target
        return rest[:1]
    return [kind] if not rest else []
