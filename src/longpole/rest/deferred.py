"""Services that calculate are loaded after the server is ready, so that it is ready sooner.

NumPy alone is a tenth of the start. The first question loads what it needs;
`load` does it before anybody asks.

Upstream: the routes. Downstream: `services`.
"""

from importlib import import_module
from typing import Any

_made: list["Deferred"] = []


class Deferred:
    """Stands for a module until something of it is used. Safe to use from any thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        _made.append(self)

    def __getattr__(self, attribute: str) -> Any:
        """What the module has under that name."""
        return getattr(import_module(self._name), attribute)

    def load(self) -> None:
        """Load it now."""
        import_module(self._name)


def load() -> None:
    """Load everything that is not loaded yet."""
    for each in _made:
        each.load()
