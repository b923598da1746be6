"""What is told to who looks on while runs happen."""

from typing import Self

from longpole.domain.runs import Run, RunStatus
from longpole.rest.schemas.answer import Answer
from longpole.rest.schemas.runs import AsOf, RunLine


class LiveRun(RunLine):
    """A run that began, changed or ended; the last one that is told of a run counts."""

    is_ended: bool
    """Its end was seen; while the state is still running, more of it may follow."""
    status_so_far: RunStatus | None
    """How it ended as far as is known, before it is complete; null while its end was not seen."""

    @classmethod
    def seen(cls, run: Run, as_of: AsOf) -> Self:
        """`run` as it is seen at a moment."""
        return cls.of(run, as_of, is_ended=run.is_ended, status_so_far=run.status if run.is_ended else None)


class LiveGone(Answer):
    """A run that was deleted, or belongs to another workflow now."""

    workflow_run_id: str


class LiveReset(Answer):
    """What was told before does not count any more; these are the newest runs and those that run, the newest first."""

    items: tuple[LiveRun, ...]


class LiveEvents(Answer):
    """The data of the three kinds of events, by their names."""

    run: LiveRun
    gone: LiveGone
    reset: LiveReset
