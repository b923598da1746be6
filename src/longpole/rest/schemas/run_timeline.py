"""A run as it is drawn: columns, a place in each per node execution, so that ten thousand are quickly sent and read."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from longpole.analysis.segments import Kind
from longpole.domain.runs import NodeStatus, Run
from longpole.domain.units import instant, seconds
from longpole.rest.schemas.answer import Answer
from longpole.rest.schemas.runs import AsOf, RunLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longpole.services.run_timeline import RunPath
    from longpole.store.run_timelines import DrawnNode, DrawnRun

_MICROSECONDS = 6


class TimelineStep(Answer):
    """What the executions of a node have in common."""

    node_id: str
    node_title: str
    node_type: str
    enclosing_node_id: str | None
    """The step around it."""


class TimelineAttempt(Answer):
    """One try of a node execution that had more than one."""

    node: int
    """The place of its node execution."""
    number: int
    """From 1."""
    status: NodeStatus | None
    start: float | None
    """Seconds since the run's start."""
    end: float | None


class TimelineNodes(Answer):
    """A place in every list per node execution, by start; times are seconds since the run's start.

    A list of which nothing is known is null.
    """

    node_execution_id: tuple[str, ...]
    step: tuple[int, ...]
    """The place of what it is an execution of in `steps`."""
    parent: tuple[int | None, ...] | None
    """The place of the execution around it."""
    start: tuple[float | None, ...]
    end: tuple[float | None, ...]
    ready: tuple[float | None, ...] | None
    """When everything that it waited for was there, where that was told."""
    first_token: tuple[float | None, ...] | None
    status: tuple[NodeStatus | None, ...]
    """Null while it runs."""
    attempts: tuple[int, ...] | None
    """Null where none had more than one."""
    is_cached: tuple[bool | None, ...] | None
    iteration_index: tuple[int | None, ...] | None


class RunTimeline(Answer):
    """A run with what a waterfall draws of its node executions."""

    run: RunLine
    steps: tuple[TimelineStep, ...]
    nodes: TimelineNodes
    attempts: tuple[TimelineAttempt, ...]
    """Of those node executions that had more than one."""


class PathSegment(Answer):
    """A stretch of the critical path."""

    node_execution_id: str | None
    """Which worked, waited, or held the nodes between which the engine was busy; null for the run itself."""
    kind: Kind
    """`work`: it ran. `queue`: it could have, and had not started. `retry_delay`: between two of its attempts.
    `engine_overhead`: no node ran."""
    start_time: datetime
    end_time: datetime
    seconds: float


class PathShare(Answer):
    """What a node execution worked on the critical path."""

    node_execution_id: str
    seconds: float
    share: float
    """0 to 1: of the run's time."""


class CriticalPath(Answer):
    """What decided how long a run took."""

    workflow_run_id: str
    total_seconds: float
    segments: tuple[PathSegment, ...]
    """In time order; they tile the run from its start to its end: no gap, no overlap."""
    nodes: tuple[PathShare, ...]
    """The most first."""


def timeline(run: Run, drawn: "DrawnRun", as_of: AsOf) -> dict[str, Any]:
    """A `RunTimeline`, as plain values."""
    zero = run.start_ns
    if zero is None:
        zero = min((node.start_ns for node in drawn.nodes if node.start_ns is not None), default=0)
    line = RunLine.of(run, as_of).model_dump(mode="json")
    steps = {key: place for place, key in enumerate(sorted(drawn.steps))}
    told = [drawn.steps[key] for key in sorted(drawn.steps)]
    return {
        "run": line,
        "steps": told,
        "nodes": _columns(drawn.nodes, steps, zero),
        "attempts": _attempts(drawn.nodes, zero),
    }


def _columns(nodes: "Sequence[DrawnNode]", steps: dict[int, int], zero: int) -> dict[str, Any]:
    places = {node.node_execution_id: place for place, node in enumerate(nodes)}
    return {
        "node_execution_id": list(places),
        "step": [steps[node.node_key] for node in nodes],
        "parent": _unless_empty([places.get(node.parent_node_execution_id or "") for node in nodes]),
        "start": [_since(node.start_ns, zero) for node in nodes],
        "end": [_since(node.end_ns, zero) for node in nodes],
        "ready": _unless_empty([_since(node.ready_ns, zero) for node in nodes]),
        "first_token": _unless_empty([_since(_token_ns(node), zero) for node in nodes]),
        "status": [node.status for node in nodes],
        "attempts": [node.attempts for node in nodes] if any(node.attempts > 1 for node in nodes) else None,
        "is_cached": _unless_empty([node.is_cached for node in nodes]),
        "iteration_index": _unless_empty([node.iteration_index for node in nodes]),
    }


def _attempts(nodes: "Sequence[DrawnNode]", zero: int) -> list[dict[str, Any]]:
    return [
        {
            "node": place,
            "number": attempt.number,
            "status": attempt.status,
            "start": _since(attempt.start_ns, zero),
            "end": _since(attempt.end_ns, zero),
        }
        for place, node in enumerate(nodes)
        for attempt in node.attempt_log
    ]


def _token_ns(node: "DrawnNode") -> int | None:
    """When the first token came: it is told as time since the node's start."""
    return None if node.first_token_ns is None or node.start_ns is None else node.start_ns + node.first_token_ns


def _since(moment_ns: int | None, zero: int) -> float | None:
    return None if moment_ns is None else round((moment_ns - zero) / 1e9, _MICROSECONDS)


def _unless_empty(column: list[Any]) -> list[Any] | None:
    return None if all(value is None for value in column) else column


def path(found: "RunPath") -> dict[str, Any]:
    """A `CriticalPath`, as plain values."""
    total = found.total_ns
    return {
        "workflow_run_id": found.workflow_run_id,
        "total_seconds": seconds(total),
        "segments": [
            {
                "node_execution_id": segment.node_execution_id,
                "kind": segment.kind,
                "start_time": instant(segment.start_ns),
                "end_time": instant(segment.end_ns),
                "seconds": seconds(segment.length_ns),
            }
            for segment in found.segments
        ],
        "nodes": [
            {"node_execution_id": id_, "seconds": seconds(worked), "share": worked / total}
            for id_, worked in found.on_path_ns.items()
        ],
    }
