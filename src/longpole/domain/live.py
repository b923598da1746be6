"""What is told to who looks on while runs happen.

Each event is the whole of what a run has become: it may come twice, and the
last one of a run counts. So whoever breaks off and goes on from a cursor that
he was given has, in the end, what is stored.

    reset ─► run, run, gone, run …      a reset replaces all that was told before

Upstream: `services.live`. Downstream: `rest.live`.
"""

from dataclasses import dataclass

from longpole.domain.runs import Run


@dataclass(frozen=True, slots=True)
class LiveScope:
    """Whose runs are looked at: one workflow's, an application's, or all."""

    app_id: str | None = None
    workflow_id: str | None = None

    def holds(self, run: Run) -> bool:
        """Whether a run is among them. A version's id may stand in the place of its workflow's (Dify)."""
        if self.app_id is None:
            return True
        if run.app_id != self.app_id:
            return False
        is_version = run.workflow_id == self.app_id and run.workflow_version == self.workflow_id
        return self.workflow_id is None or run.workflow_id == self.workflow_id or is_version

    def held(self, place: "Place | None") -> bool:
        """Whether runs of a place may have been among them."""
        if self.app_id is None or place is None:
            return self.app_id is None
        is_version = place.workflow_id == self.app_id
        return place.app_id == self.app_id and (is_version or self.workflow_id in {None, place.workflow_id})


@dataclass(frozen=True, slots=True)
class Place:
    """A workflow, by its names."""

    app_id: str
    workflow_id: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What has become of a run: `run` is None where it was deleted, `left` is where it was before and is no more."""

    workflow_run_id: str
    run: Run | None
    left: Place | None = None
