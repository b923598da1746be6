"""Whole graphs that clients send with a span: OpenLLMetry's arrows, the Agent Framework's definition.

Only what is whole counts. Where a graph is too large to be read, or one of its
edges cannot be, nothing was declared: a part would say that the other steps
wait for nothing.

Source: row "graph parents" of the design's OTLP contract; opentelemetry-instrumentation-langchain 0.62.4;
agent-framework-core 1.23.0, agent_framework/_workflows.
"""

from collections.abc import Iterable
from typing import Any

from longpole.ingest.otlp.conventions.values import clean, json_object, text, unwrapped

Edge = tuple[str, str, str]
"""Source, target, and the condition under which it is taken: empty where there is none."""

MAX_EDGES = 2_000
_ARROW = " -> "
_INTERNAL = "internal:"


def arrows(value: Any) -> tuple[Edge, ...] | None:
    """`["fetch -> tell"]`, an array or JSON."""
    listed = unwrapped(value)
    if type(listed) is not list or len(listed) > MAX_EDGES:
        return None
    return _all(_of_arrow(item) for item in listed)


def _of_arrow(item: Any) -> Edge | None:
    if type(item) is not str:
        return None
    source, arrow, target = item.partition(_ARROW)
    return _edge(source, target) if arrow else None


def definition(value: Any) -> tuple[Edge, ...] | None:
    """The edges of all edge groups; those by which a step is given its own messages are none."""
    groups = (json_object(value) or {}).get("edge_groups")
    if type(groups) is not list:
        return None
    listed = [edge for group in groups for edge in _edges_of(group)]
    return None if len(listed) > MAX_EDGES else _all(map(_of_group, filter(_is_between_steps, listed)))


def _edges_of(group: Any) -> list[Any]:
    edges = group.get("edges") if type(group) is dict else None
    return edges if type(edges) is list else [None]


def _is_between_steps(edge: Any) -> bool:
    return type(edge) is not dict or not str(edge.get("source_id")).startswith(_INTERNAL)


def _of_group(edge: Any) -> Edge | None:
    if type(edge) is not dict:
        return None
    return _edge(edge.get("source_id"), edge.get("target_id"), edge.get("condition_name"))


def _edge(source: Any, target: Any, condition: Any = None) -> Edge | None:
    begin, end = (text(source) or "").strip(), (text(target) or "").strip()
    if not begin or not end:
        return None
    taken = clean(condition) if type(condition) is str else None
    return begin, end, taken or ""


def _all(found: Iterable[Edge | None]) -> tuple[Edge, ...] | None:
    """All of them, each once, in order; None where one could not be read, or where there are none."""
    edges = set(found)
    return None if not edges or None in edges else tuple(sorted(edge for edge in edges if edge is not None))
