"""What running a node again would do: see `domain.node_classes`, where advice finds it as well.

Upstream: `policy`, `asked`.
"""

from longpole.domain.node_classes import NEVER, node_class

__all__ = ["NEVER", "node_class"]
