"""Which node a key was made for, a moment ago: a miss is told to its node, though only the key is asked for.

Upstream: `services.cache`.
"""

from collections.abc import Mapping
from typing import Any

from longpole.caching.node_classes import node_class
from longpole.domain.cache import Counted
from longpole.domain.scopes import Scope

_MOST = 1_024


class Asked:
    """The nodes of the last thousand keys. Safe to use from any thread."""

    def __init__(self) -> None:
        self._of_key: dict[str, tuple[str, str, Mapping[str, Any] | None]] = {}

    def note(self, key: str, node_type: str, node_id: str | None, node_config: Mapping[str, Any] | None) -> None:
        """A key was made for this node."""
        if len(self._of_key) >= _MOST:
            self._of_key.clear()
        self._of_key[key] = (node_type, node_id or "", node_config)

    def counted(self, scope: Scope, key: str) -> Counted:
        """What a question for a key is counted under."""
        found = self._of_key.get(key)
        if found is None:
            return Counted(scope)
        node_type, node_id, node_config = found
        return Counted(scope, node_type, node_id, node_class(node_type, node_config))
