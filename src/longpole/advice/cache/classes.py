"""What a step may do to the world when it runs again, as far as anything that was seen of it tells.

A type alone says little: an HTTP request may read or write, and what is known
of it is its configuration, where a graph was imported. What is not known to
read only is unknown, and a step is as harmful as the worst step inside of it.

    pure < read only < sampling < unknown < side effects < never

Upstream: `cache_opportunities`, `cache_ttls`. Downstream: `domain.node_classes`.
"""

import re
from collections.abc import Mapping

from longpole.advice.observations import NodeInfo, Observations
from longpole.domain.cache import NodeClass
from longpole.domain.graphs import GraphNode, GraphSource, Purity
from longpole.domain.node_classes import node_class
from longpole.domain.node_types import snake_case

_WORST_LAST = (
    NodeClass.PURE,
    NodeClass.READ_ONLY,
    NodeClass.SAMPLING,
    NodeClass.UNKNOWN,
    NodeClass.SIDE_EFFECTS,
    NodeClass.NEVER,
)
_HTTP = frozenset({"http_request", "http"})
_CONTAINERS = frozenset({"iteration", "loop", "workflow", "agent"})
"""What they do is done inside of them, and that may be cached; an agent decides anew each time what to do."""
_WRITING = re.compile(
    r"(?:^|_)(?:send|post|put|patch|create|update|upsert|insert|delete|remove|write|upload|publish|notify|pay|charge"
    r"|refund|submit|register|append|commit|push|increment|trigger|deploy|cancel|approve)(?:s|_|$)"
    r"|^(?:save|store|mail|email|sms|message|order|book|log|track|schedule|execute|add|set|reply)(?:_|$)"
)
"""Words that name what writes. A tool that is called so is not advised to be left out, whatever comes out of it."""


def classes(observed: Observations) -> Mapping[str, NodeClass]:
    """The class of each node, by its id."""
    own: dict[str, NodeClass] = {}
    for node in observed.nodes:
        own[node.node_id] = _worst(own.get(node.node_id, NodeClass.PURE), _own_class(observed, node))
    around = {node.node_id: node.enclosing_node_id for node in observed.nodes}
    found = dict(own)
    for node_id, its_class in own.items():
        for outer in _outer(node_id, around):
            found[outer] = _worst(found.get(outer, NodeClass.UNKNOWN), _inside(its_class))
    return found


def _outer(node_id: str, around: Mapping[str, str | None]) -> list[str]:
    """The steps around a step, the nearest first."""
    found: list[str] = []
    outer = around.get(node_id)
    while outer is not None and outer != node_id and outer not in found:
        found.append(outer)
        outer = around.get(outer)
    return found


def is_inside(observed: Observations, node_id: str, others: frozenset[str]) -> bool:
    """Whether one of the steps around a node is one of `others`."""
    around = {node.node_id: node.enclosing_node_id for node in observed.nodes}
    return not others.isdisjoint(_outer(node_id, around))


def _inside(its_class: NodeClass) -> NodeClass:
    """What a step inside makes of the one around it: a start or an end of an inner workflow does nothing."""
    return NodeClass.PURE if its_class is NodeClass.NEVER else its_class


def _own_class(observed: Observations, node: NodeInfo) -> NodeClass:
    drawn = None if observed.graph is None else observed.graph.node(node.node_id)
    kind = snake_case(node.node_type)
    if kind in _CONTAINERS:
        return NodeClass.NEVER
    found = node_class(node.node_type, None if drawn is None else drawn.config)
    if found in {NodeClass.NEVER, NodeClass.SIDE_EFFECTS}:
        return found
    if drawn is not None and (drawn.purity is Purity.WRITES or drawn.writes):
        return NodeClass.SIDE_EFFECTS
    if found in {NodeClass.PURE, NodeClass.READ_ONLY}:
        is_imported = observed.graph is not None and observed.graph.source is GraphSource.IMPORTED
        is_told = kind not in _HTTP or (drawn is not None and "method" in drawn.config)
        is_doubted = is_imported and drawn is not None and drawn.config and drawn.purity is Purity.UNKNOWN
        return found if is_told and not is_doubted else _unknown(node)
    return found if found is NodeClass.SAMPLING else _told_by_graph(node, drawn)


def _told_by_graph(node: NodeInfo, drawn: GraphNode | None) -> NodeClass:
    if drawn is not None and drawn.purity in {Purity.PURE, Purity.READ_ONLY}:
        return NodeClass.READ_ONLY
    return _unknown(node)


def _unknown(node: NodeInfo) -> NodeClass:
    """What nobody knows, unless its name says that it writes."""
    names = (snake_case(node.node_title.replace(".", " ")), snake_case(node.node_id.replace(".", " ")))
    return NodeClass.SIDE_EFFECTS if any(map(_WRITING.search, names)) else NodeClass.UNKNOWN


def _worst(one: NodeClass, other: NodeClass) -> NodeClass:
    return max(one, other, key=_WORST_LAST.index)
