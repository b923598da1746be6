"""What a span calls itself: its title, the identity of its node, and its name for a workflow.

Source: rows "workflow_id" and "node_id" of the design's OTLP contract.
"""

from functools import lru_cache
from typing import Any

from longpole.domain.semconv import crewai
from longpole.ingest.otlp.conventions.convention import View
from longpole.ingest.otlp.conventions.sources import Source
from longpole.ingest.otlp.conventions.values import clean, text

_UNNAMED = "unnamed"
_PREFIXES = ("invoke_workflow ", "invoke_agent ")
_SUFFIXES = (".workflow", ".kickoff")
_BEST = 0


def finish_names(view: View, node_id: tuple[tuple[Source, Any], ...]) -> None:
    """Complete name, title, node id and own name, and what is only known from them."""
    draft = view.draft
    name = text(view.span.name) or _UNNAMED
    draft["name"] = name
    draft["node_title"] = draft.get("node_title") or name
    if not draft.get("node_id"):
        draft["node_id"] = _node_id(view, node_id) or name
    if draft.get("own_name") is None:
        draft["own_name"] = workflow_name(name)
    if crewai.CREW_KEY in view.attributes and view.span.parent_span_id is None:
        draft.setdefault("workflow_name", (_BEST, workflow_name(name)))


@lru_cache(maxsize=4096)
def workflow_name(span_name: str) -> str:
    """A root's name without what its convention puts around the workflow's."""
    name = span_name
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name.strip() or span_name


def _node_id(view: View, sources: tuple[tuple[Source, Any], ...]) -> str | None:
    node_type = view.draft["node_type"]
    for source, (_, is_meta, key, read) in sources:
        if source.types is not None and node_type not in source.types:
            continue
        value = read(view.metadata[key] if is_meta else view.attributes[key])
        if value is None:
            continue
        before = None if source.after is None else text(view.attributes.get(source.after[0]))
        return value if source.after is None or before is None else clean(f"{before}{source.after[1]}{value}")
    return None
