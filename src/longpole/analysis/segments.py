"""A stretch of a run's critical path, and what it was spent on.

Upstream: `critical_path`, `spare_time`. Downstream: `bottlenecks`, drawings.
Source: the kinds are the design's: queueing, retry delay and engine overhead
are reported as themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from longpole.domain.records import quickly_made


class Kind(StrEnum):
    """What a stretch of the critical path was spent on.

    `queue`: the next node on the path had not started, though it was ready or
    while others ran. `retry_delay`: between two attempts of a node.
    `engine_overhead`: no node ran at all.
    """

    WORK = "work"
    QUEUE = "queue"
    RETRY_DELAY = "retry_delay"
    ENGINE_OVERHEAD = "engine_overhead"


@quickly_made
@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the critical path, `start_ns` up to, not including, `end_ns`.

    `node_execution_id` says which node worked, waited in a queue or between
    attempts, or held the nodes between which the engine was busy: None for the
    run itself.
    """

    start_ns: int
    end_ns: int
    kind: Kind
    node_execution_id: str | None

    @property
    def waiting(self) -> bool:
        """Nothing on the path ran."""
        return self.kind is not Kind.WORK

    @property
    def length_ns(self) -> int:
        """Nanoseconds."""
        return self.end_ns - self.start_ns


Piece = tuple[int, int, Kind, int]
"""Start, end, what for, and the place of the node in its `nesting`: what a segment is made of."""


def joined(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Segments in time order without empty ones, neighbours of one kind and node made one."""
    made: list[Segment] = []
    for segment in segments:
        if segment.length_ns == 0:
            continue
        if made and (made[-1].kind, made[-1].node_execution_id) == (segment.kind, segment.node_execution_id):
            made[-1] = replace(made[-1], end_ns=segment.end_ns)
        else:
            made.append(segment)
    return tuple(made)
