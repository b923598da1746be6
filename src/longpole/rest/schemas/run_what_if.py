"""One run's time as a function of the time of one of its nodes."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from longpole.domain.units import seconds
from longpole.rest.parameters import Id
from longpole.rest.schemas.answer import Answer

if TYPE_CHECKING:
    from longpole.analysis.run_what_if import RunWhatIf as Found

_MICROSECONDS = 6


class RunWhatIfQuery(BaseModel):
    """One node execution, or all of a node in the run."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="ignore")

    node_execution_id: Id | None = None
    """One execution; or"""
    node_id: Id | None = None
    """all executions of this node in the run."""


class WhatIfPoint(Answer):
    """The run's time at one factor."""

    factor: float
    """0 to 2: what the node takes of its time."""
    end_seconds: float
    """What the run would have taken."""


class MovedNodes(Answer):
    """Where node executions would have been; a place in each list of lists per node execution, then per factor."""

    factors: tuple[float, ...]
    node_execution_id: tuple[str, ...]
    """Those that are not always where they were."""
    start: tuple[tuple[float, ...], ...]
    """Seconds since the run's start."""
    end: tuple[tuple[float, ...], ...]


class RunWhatIf(Answer):
    """What the run would have taken."""

    executions: int
    """Node executions that are changed."""
    observed_seconds: float | None
    """What the run took."""
    declined: str | None
    """Why there is no answer; null where there is one."""
    coverage: float | None
    """0 to 1: the share of the run's time that nodes and known waits account for; the rest is taken to stay."""
    fidelity: float | None
    """0 to 1: by how much of its time the replay misses the unchanged run."""
    slack_seconds: float | None
    """How much longer the one execution could take without the run getting longer; null of several."""
    points: tuple[WhatIfPoint, ...]
    """By factor, from 0 to 2; between them the run's time follows straight lines, to 0.1 % of it."""
    moved: MovedNodes


def answer(found: "Found") -> dict[str, Any]:
    """A `RunWhatIf`, as plain values."""
    return {
        "executions": found.executions,
        "observed_seconds": _seconds(found.observed_ns),
        "declined": found.declined,
        "coverage": found.coverage,
        "fidelity": found.fidelity,
        "slack_seconds": _seconds(found.slack_ns),
        "points": [{"factor": factor, "end_seconds": seconds(end_ns)} for factor, end_ns in found.points],
        "moved": {
            "factors": found.factors,
            "node_execution_id": list(found.moved),
            "start": [[_micro(start) for start, _ in intervals] for intervals in found.moved.values()],
            "end": [[_micro(end) for _, end in intervals] for intervals in found.moved.values()],
        },
    }


def _seconds(elapsed_ns: int | None) -> float | None:
    return None if elapsed_ns is None else seconds(elapsed_ns)


def _micro(elapsed_ns: int) -> float:
    return round(elapsed_ns / 1e9, _MICROSECONDS)
