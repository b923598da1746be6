"""Which node of which graph a key is asked for: LangGraph's keys do not say it, the loop that asks does.

A key's namespace collapses where a node is no plain function ("__dynamic__":
langgraph #8753), knows nothing of the graph, and stays the same when a node's
code is edited; its hash folds arrays of equal bytes and different type into one
(#8009). So the loop is found on the stack, and in it the task: its graph's
name, its code, its input. Where LangGraph asks and no loop is found nothing is
cached: better none than another graph's result.

Upstream: `cache`. Source: langgraph 1.2, `pregel/_loop.py`: `match_cached_writes`.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

from langgraph.cache.base import FullKey

from longpole.integrations.langgraph.node_versions import node_version

if TYPE_CHECKING:
    from collections import deque

LANGGRAPHS_OWN = "__pregel_ns_writes"
_FRAMES = 8
_DEEPEST = 10
_ASKING = frozenset({"match_cached_writes", "amatch_cached_writes"})


@dataclass(frozen=True, slots=True)
class Task:
    """One execution of a node that may be served.

    Attributes:
        node_id: The node's name.
        graph: The name of its graph.
        version: Of the node's code.
        marks: What its input has that LangGraph's key leaves out.
        writes: Where its result will stand: the same object is what LangGraph stores.
        metadata: What LangGraph says of it to whoever traces.
        manager: The callbacks of the graph's run; None where there are none.
    """

    node_id: str
    graph: str
    version: str
    marks: tuple[str, ...]
    writes: "deque[Any] | None"
    metadata: Mapping[str, Any]
    manager: Any = None

    @property
    def checkpoint_ns(self) -> str | None:
        """What tells this execution from all others, as LangGraph has it."""
        found = self.metadata.get("langgraph_checkpoint_ns")
        return found if isinstance(found, str) else None


def tasks_of(keys: Sequence[FullKey], frame: FrameType | None) -> dict[FullKey, list[Task]]:
    """The tasks that wait for these keys, by the loop that asks; none where nobody can tell.

    Args:
        keys: What is asked for.
        frame: That of the caller.
    """
    loop, graph = _loop(frame)
    if loop is None:
        return {key: [_unknown(key)] for key in keys if key[0][:1] != (LANGGRAPHS_OWN,)}
    found: dict[FullKey, list[Task]] = {}
    wanted = set(keys)
    for each in list(loop.tasks.values()):
        if each.cache_key is not None and (key := (each.cache_key.ns, each.cache_key.key)) in wanted:
            found.setdefault(key, []).append(_task(each, graph, loop))
    return found


def _loop(frame: FrameType | None) -> tuple[Any, str]:
    """The loop that asks, and the name of its graph."""
    for _ in range(_FRAMES):
        if frame is None:
            break
        if frame.f_code.co_name in _ASKING and hasattr(frame.f_locals.get("self"), "tasks"):
            loop = frame.f_locals["self"]
            return loop, _graph(loop, frame.f_back)
        frame = frame.f_back
    return None, ""


def _graph(loop: Any, frame: FrameType | None) -> str:
    """The name of the graph whose nodes these are; empty where a task, not the graph, has asked."""
    for _ in range(_FRAMES):
        if frame is None:
            break
        graph: Any = frame.f_locals.get("self")
        if graph is not loop and getattr(graph, "nodes", None) is loop.nodes and hasattr(graph, "get_name"):
            return str(graph.get_name())
        frame = frame.f_back
    return ""


def _task(each: Any, graph: str, loop: Any) -> Task:
    metadata = each.config.get("metadata") or {}
    return Task(
        each.name, graph, node_version(each.proc), tuple(_marks(each.input, 0)), each.writes, metadata, loop.manager
    )


def _unknown(key: FullKey) -> Task:
    """A key that somebody else than LangGraph made: its namespace is all there is."""
    return Task(key[0][-1] if key[0] else "", "", "", (), None, {})


def _marks(value: Any, depth: int) -> Iterator[str]:
    """What arrays and pictures are beside their bytes."""
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from (f"{name}.{mark}" for mark in _marks(inner, depth + 1))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from (f"{place}.{mark}" for mark in _marks(inner, depth + 1))
    elif hasattr(value, "tobytes"):
        palette = value.getpalette() if hasattr(value, "getpalette") else None
        about = [getattr(value, name, None) for name in ("dtype", "shape", "strides", "mode", "size")]
        yield f"{type(value).__module__}.{type(value).__qualname__} {about} {palette}"


def caller() -> FrameType | None:
    """The frame of who called the function that calls this."""
    return sys._getframe(2)  # noqa: SLF001 - the only way to learn who asks
