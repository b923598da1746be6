"""Longpole: find the long pole in an AI workflow, and shorten it.

    @longpole.cached_node(node_type="llm", ttl=3600)     served from the cache, or run; recorded either way
    @longpole.node(node_type="tool")                     recorded
    with longpole.workflow("checkout", app_id="shop"):   the run that they belong to

These come with the package alone; where the services are not installed they
need `longpole.configure(url=…)`. Each is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from longpole.sdk.configuration import configure
    from longpole.sdk.nodes import cached_node, node
    from longpole.sdk.reporter import flush
    from longpole.sdk.workflows import workflow

__all__ = ["__version__", "cached_node", "configure", "flush", "node", "workflow"]
__version__ = "0.1.0"

_ROOMS = {
    "cached_node": "longpole.sdk.nodes",
    "configure": "longpole.sdk.configuration",
    "flush": "longpole.sdk.reporter",
    "node": "longpole.sdk.nodes",
    "workflow": "longpole.sdk.workflows",
}


def __getattr__(name: str) -> Any:
    """What the package offers, from the room where it is."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_ROOMS[name]), name)
    return found


def __dir__() -> list[str]:
    """The names that the package offers."""
    return sorted(__all__)
