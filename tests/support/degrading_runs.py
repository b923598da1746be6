"""Runs of a workflow of two steps, `plan` and `answer`, so many an hour, whose level a test changes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from longpole import runtime as runtime_module
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus
from longpole.services import rollups
from longpole.store.run_writes import write_records

SECOND = 1_000_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
BEGUN = 1_790_000_000 * SECOND // DAY * DAY


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_ns = BEGUN

    def __call__(self) -> int:
        return self.now_ns


def ran(
    clock: Clock,
    hours: float,
    answer_s: float = 2.0,
    *,
    every_ns: int = 18 * 60 * SECOND,
    version: str | None = None,
    fails: Callable[[int], bool] = lambda _: False,
    workflow_id: str = "trip",
) -> None:
    """Let the time pass in which a run ends every so often; its cells are up to date afterwards."""
    random = np.random.default_rng(clock.now_ns // HOUR)
    since, clock.now_ns = clock.now_ns, clock.now_ns + round(hours * HOUR)
    made = []
    for number, end in enumerate(range(since + every_ns // 2, clock.now_ns, every_ns)):
        plan, answer = (each * SECOND for each in random.normal([0.5, answer_s], [0.05, 0.1]))
        made.append(_record(f"{workflow_id}-{end}", workflow_id, end, (int(plan), int(answer)), version, fails(number)))
    with runtime_module.unit_of_work() as connection:
        write_records(connection, made, now_ns=clock.now_ns)
    rollups.refresh()


def _record(  # noqa: PLR0917 - a run's parts
    run_id: str,
    workflow_id: str,
    end: int,
    took: tuple[int, int],
    version: str | None,
    failed: bool,  # noqa: FBT001 - a fact
) -> RunRecord:
    start = end - sum(took)
    status = NodeStatus.FAILED if failed else NodeStatus.SUCCEEDED
    said: dict[str, Any] = {"error_type": "TimeoutError"} if failed else {}
    nodes = (
        NodeExecution(
            run_id, "p", "plan", "llm", "Plan", start_ns=start, end_ns=start + took[0], status=NodeStatus.SUCCEEDED
        ),
        NodeExecution(run_id, "a", "answer", "llm", "Answer", start_ns=start + took[0], end_ns=end, status=status),
    )
    run = Run(
        run_id,
        "shop",
        workflow_id,
        workflow_version=version,
        status=RunStatus.FAILED if failed else RunStatus.SUCCEEDED,
        is_ended=True,
        start_ns=start,
        end_ns=end,
        elapsed_ns=end - start,
        node_count=2,
        **said,
    )
    return RunRecord(run, nodes)
