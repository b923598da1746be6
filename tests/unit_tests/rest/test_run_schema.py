"""How a run is seen as time passes."""

from dataclasses import replace

import pytest

from longpole.domain.runs import Run, RunRecord, RunState, RunStatus
from longpole.rest.schemas.runs import AsOf, RunLine, WholeRun

SECOND = 1_000_000_000
ENDED = Run("r", "a", "w", source="otlp", status=RunStatus.SUCCEEDED, is_ended=True, last_received_ns=100 * SECOND)
OPEN = replace(ENDED, status=None, is_ended=False)


def as_of(now_s: float) -> AsOf:
    return AsOf(int(now_s * SECOND), settle_ns=10 * SECOND, abandon_ns=1_800 * SECOND)


@pytest.mark.parametrize(
    ("run", "now_s", "state", "status"),
    [
        (ENDED, 109.9, RunState.RUNNING, None),
        (ENDED, 110, RunState.COMPLETE, RunStatus.SUCCEEDED),
        (replace(ENDED, status=RunStatus.PARTIAL), 110, RunState.COMPLETE, RunStatus.PARTIAL),
        (replace(ENDED, source="rest"), 100, RunState.COMPLETE, RunStatus.SUCCEEDED),
        (OPEN, 1_899.9, RunState.RUNNING, None),
        (OPEN, 1_900, RunState.INCOMPLETE, RunStatus.PARTIAL),
        (replace(OPEN, source="rest"), 100, RunState.RUNNING, None),
    ],
)
def test_state_and_status(run: Run, now_s: float, state: RunState, status: RunStatus | None) -> None:
    line = RunLine.of(run, as_of(now_s))
    assert (line.state, line.execution_status) == (state, status)


def test_a_workflow_without_a_name_is_called_by_its_id() -> None:
    assert RunLine.of(ENDED, as_of(110)).workflow_name == "w"
    assert RunLine.of(replace(ENDED, workflow_name="Trips"), as_of(110)).workflow_name == "Trips"


def test_a_whole_run_has_its_nodes() -> None:
    assert WholeRun.whole(RunRecord(ENDED), as_of(110)).nodes == ()
