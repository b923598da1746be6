"""What is asked of a change, and what is answered."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from longpole.domain.errors import InvalidInputError
from longpole.domain.what_if import (
    Cached,
    Change,
    Faster,
    ParallelIteration,
    Removed,
    Retries,
    Slots,
    WithoutEdges,
)
from longpole.rest.parameters import Id
from longpole.rest.schemas.answer import Answer

MOST_SLOWER = -99
MOST_HOURS = 24 * 365
MOST_PLACES = 1_000_000


class ChangeWord(StrEnum):
    """What is changed."""

    FASTER = "faster"
    REMOVED = "removed"
    CACHED = "cached"
    PARALLEL = "parallel"
    RETRIES = "retries"
    SLOTS = "slots"


class WhatIfQuery(BaseModel):
    """A change of a node, or of the slots that nodes share."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="ignore")

    node_id: Id | None = None
    """The node; not asked for with `change=slots`."""
    change: ChangeWord = ChangeWord.FASTER
    """What is changed."""
    faster: Annotated[float, Field(ge=MOST_SLOWER, le=1, allow_inf_nan=False)] | None = None
    """With `change=faster`: the share of its time that it takes less; 0.3 is 30 %, below 0 is slower."""
    after: Id | None = None
    """With `change=parallel`: the step that it does not wait for any more; without it the node is a loop."""
    slots: Annotated[int, Field(ge=1, le=MOST_PLACES)] | None = None
    """So many turns of the loop (`change=parallel`) or executions (`change=slots`) at a time; without it any number."""
    slot: Id | None = None
    """With `change=slots`: the name of what the nodes share; none of those that have no name."""
    max_attempts: Annotated[int, Field(ge=1, le=MOST_PLACES)] | None = None
    """With `change=retries`: no more attempts than these."""
    wait_share: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 1.0
    """With `change=retries`: how much of the waits between attempts is left; 0: none."""
    ttl_hours: Annotated[float, Field(gt=0, le=MOST_HOURS, allow_inf_nan=False)] = 24.0
    """With `change=cached`: how long results are kept."""
    days: Annotated[int, Field(ge=1, le=365)] = 7
    """The period: so many days up to now, from a full hour on."""

    def changes(self) -> tuple[Change, ...]:
        """The change in the domain's words.

        Raises:
            InvalidInputError: Something is missing that the change needs.
        """
        if self.change is ChangeWord.SLOTS:
            return (Slots(self.slots, self.slot),)
        if self.node_id is None:
            raise InvalidInputError("node_id", f"is needed with change={self.change.value}")
        return (self._of_node(self.node_id),)

    def _of_node(self, node_id: str) -> Change:
        match self.change:
            case ChangeWord.REMOVED:
                return Removed(node_id)
            case ChangeWord.CACHED:
                return Cached(node_id)
            case ChangeWord.RETRIES:
                return Retries(node_id, self.max_attempts, self.wait_share)
            case ChangeWord.PARALLEL if self.after is not None:
                return WithoutEdges(((self.after, node_id),), is_joined=True)
            case ChangeWord.PARALLEL:
                return ParallelIteration(node_id, self.slots)
            case _:
                if self.faster is None:
                    raise InvalidInputError("faster", "is needed with change=faster: the share of its time, like 0.3")
                return Faster(node_id, self.faster)


class ShiftFigures(Answer):
    """A figure of the runs in seconds: as it was, as it would have been, with 95 % bounds."""

    baseline: float
    expected: float
    low: float
    high: float
    change_ratio: float | None
    """How much more, or below 0 less, of the baseline it would be; null of a baseline of 0."""


class WhatIf(Answer):
    """What runs would have taken, or why that cannot be said."""

    n: int
    """Runs that were replayed: at most 400, evenly spread over the period."""
    failed_runs: int
    """Runs that were left out because they failed: they end early, and are no measure of time."""
    coverage: float | None
    """0 to 1: the share of the runs' time that nodes and known waits account for; there is no answer below 0.95."""
    fidelity: float | None
    """0 to 1: by how much of its time the replay misses an unchanged run, the median."""
    declined: str | None
    """Why there is no answer; null where there is one."""
    mean: ShiftFigures | None
    p50: ShiftFigures | None
    p95: ShiftFigures | None
    limit_p50: float | None
    """Seconds, with the changed node taking no time at all: no change of it can bring more."""
    limit_p95: float | None
