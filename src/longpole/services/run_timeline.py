"""One run as it is looked at: what ran when, which of it decided how long the run took, and one node of it in full.

Upstream: `rest.run_timeline`. Downstream: `store.run_timelines`, `analysis.critical_path`.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection

from longpole import runtime
from longpole.analysis.critical_path import Segment, critical_path
from longpole.domain.errors import NodeExecutionNotFoundError, RunNotFoundError
from longpole.domain.runs import NodeExecution, Run, RunRecord
from longpole.services.runs import as_of_now
from longpole.store import run_reads
from longpole.store.run_timelines import DrawnRun, drawn_run


@dataclass(frozen=True, slots=True)
class RunPath:
    """A run's critical path.

    Attributes:
        segments: In time order; they tile the run.
        on_path_ns: What each node execution worked on the path, the most first.
    """

    workflow_run_id: str
    segments: tuple[Segment, ...]
    on_path_ns: dict[str, int]

    @property
    def total_ns(self) -> int:
        """What the run took."""
        return self.segments[-1].end_ns - self.segments[0].start_ns if self.segments else 0


def get_timeline(workflow_run_id: str) -> tuple[Run, DrawnRun]:
    """A run with its node executions as they are drawn.

    Raises:
        RunNotFoundError: There is no such run.
    """
    with runtime.reading() as connection:
        run = _run(connection, workflow_run_id)
        seen = as_of_now(connection, RunRecord(run)).run
        return seen, drawn_run(connection, workflow_run_id)


def get_critical_path(workflow_run_id: str) -> RunPath:
    """Which node executions decided how long a run took, and what it waited for between them.

    Of a run that is not over: up to the last end that is known.

    Raises:
        RunNotFoundError: There is no such run.
    """
    with runtime.reading() as connection:
        run = _run(connection, workflow_run_id)
        drawn = drawn_run(connection, workflow_run_id)
    segments = critical_path(drawn.nodes, run.start_ns, run.end_ns)
    worked: dict[str, int] = defaultdict(int)
    for segment in segments:
        if segment.node_execution_id is not None and not segment.waiting:
            worked[segment.node_execution_id] += segment.length_ns
    ranked = sorted(worked.items(), key=lambda each: (-each[1], each[0]))
    return RunPath(workflow_run_id, segments, dict(ranked))


def get_node_execution(workflow_run_id: str, node_execution_id: str) -> NodeExecution:
    """One node execution of a run, whole.

    Raises:
        RunNotFoundError: There is no such run.
        NodeExecutionNotFoundError: It has no such node execution.
    """
    with runtime.reading() as connection:
        _run(connection, workflow_run_id)
        found = run_reads.find_nodes(connection, workflow_run_id, [node_execution_id])
    if node_execution_id not in found:
        raise NodeExecutionNotFoundError(workflow_run_id, node_execution_id)
    return found[node_execution_id]


def _run(connection: Connection, workflow_run_id: str) -> Run:
    found = run_reads.find_run(connection, workflow_run_id)
    if found is None:
        raise RunNotFoundError(workflow_run_id)
    return found
