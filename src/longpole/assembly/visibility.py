"""Which spans are nodes that a user wants to see, and what they are called.

The run's root is the run, not a node, unless it is all there is: a bare model
call is a run of one node. Transport and database spans are nodes only between
the root and an AI span: a service hop stays, stray SQL does not.

LangGraph's descendants inherit their step's name; the topmost span of a step
is the step.

Upstream: `assembly.roots`. Downstream: `assembly.attempts`, `assembly.nodes`.
Source: §1.1a and A7 of the design's OTLP contract.
"""

from longpole.assembly.facts import Role, SpanFacts
from longpole.assembly.forest import NOWHERE, Forest
from longpole.assembly.roots import Roots

CALLS = frozenset({"llm", "embedding", "tool", "retriever", "reranker"})
STEP_TYPE = "node"


def visible(forest: Forest, roots: Roots, counts: list[bool]) -> list[bool]:
    """For each span whether it is a node of its run. `counts`: whether its usage counts."""
    roles = [span.role for span in forest.spans]
    node = Role.NODE
    marks = [role is node for role in roles]
    if Role.BRIDGE in roles:
        ai_below = forest.holds_below([span.is_ai for span in forest.spans])
        for index in range(forest.tops, len(forest)):
            marks[index] = marks[index] or (ai_below[index] and roles[index] is Role.BRIDGE)
    for index in roots.parentless:
        span = forest.spans[index]
        is_alone = all(roles[child] is not node for child in forest.children.get(index, ()))
        marks[index] = counts[index] or (is_alone and span.is_ai and span.node_type in CALLS)
    return marks


def steps(forest: Forest) -> list[bool]:
    """For each span whether it is a step of the workflow's graph."""
    marks = [span.is_step for span in forest.spans]
    if {span.step_key for span in forest.spans} <= {None}:
        return marks
    keys: list[set[tuple[bytes, str]]] = []
    for index, span in enumerate(forest.spans):
        parent = forest.parent[index]
        above = keys[parent] if parent != NOWHERE else set()
        if span.step_key is None:
            keys.append(above)
            continue
        key = (span.trace_id, span.step_key)
        keys.append(above if key in above else above | {key})
        marks[index] = span.is_step or (key not in above and _may_be_step(span))
    return marks


def _may_be_step(span: SpanFacts) -> bool:
    """A call inside a step whose own span has not arrived is topmost too, but is not the step."""
    return span.step_name in {span.name, span.node_id} or span.node_type not in CALLS
