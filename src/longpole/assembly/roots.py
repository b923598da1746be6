"""Which span stands for the run: its beginning, its end and its outcome are the run's.

The span without a parent, unless an engine sends another one that is the run
(Dify's trace root is the moment of export; its workflow span is the run). A
run that was continued in another trace has several, and ends with the last.

Upstream: `assembly.forest`. Downstream: `assembly.runs`, `assembly.naming`.
Source: RULES 2 and 4 of the design's OTLP contract.
"""

import msgspec

from longpole.assembly.facts import Role, SpanFacts
from longpole.assembly.forest import NOWHERE, Forest


class Roots(msgspec.Struct, frozen=True):
    """Indices of the spans that stand for the run, earliest first; none where no root has arrived.

    `parentless` are all spans without a parent, whether they stand for the run
    or not: none of them is a node.
    """

    standing: tuple[int, ...]
    parentless: frozenset[int]

    def spans(self, forest: Forest) -> list[SpanFacts]:
        """The spans that stand for the run."""
        return [forest.spans[index] for index in self.standing]


def find_roots(forest: Forest) -> Roots:
    """The spans that stand for the run, and those that are no nodes."""
    parentless = [index for index in range(forest.tops) if forest.spans[index].parent_span_id is None]
    standing = _outermost_marked(forest) or [
        index for index in parentless if forest.spans[index].role is not Role.HIDDEN
    ]
    standing.sort(key=lambda index: (forest.spans[index].start_ns, forest.spans[index].span_id))
    return Roots(tuple(standing), frozenset(parentless).union(standing))


def _outermost_marked(forest: Forest) -> list[int]:
    """The spans that their engine marks as the run, and that are inside no other such span."""
    marked = [span.is_run for span in forest.spans]
    if True not in marked:
        return []
    inside: list[bool] = []
    for parent in forest.parent:
        inside.append(parent != NOWHERE and (inside[parent] or marked[parent]))
    return [index for index, is_run in enumerate(marked) if is_run and not inside[index]]


def outermost_ai(forest: Forest) -> int:
    """The AI span that is inside the fewest others, the earliest of equals; `NOWHERE` where there is none."""
    candidates = [index for index, span in enumerate(forest.spans) if span.is_ai]
    if not candidates:
        return NOWHERE
    depth = forest.depths()
    return min(candidates, key=lambda index: (depth[index], forest.spans[index].start_ns, index))
