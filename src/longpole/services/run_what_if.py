"""What one run would have taken if one of its nodes had taken another time.

Upstream: `rest.run_what_if`. Downstream: `analysis.run_what_if`, `store.neighbour_runs`, `graphs`.
"""

from longpole import runtime
from longpole.advice.observations import SampledRun
from longpole.analysis import run_what_if as analysis
from longpole.domain.errors import InvalidInputError, NodeExecutionNotFoundError, RunNotFoundError
from longpole.domain.runs import RunRecord
from longpole.services.graphs import find_graph
from longpole.store.neighbour_runs import neighbour_runs
from longpole.store.run_reads import find_record

_MOST_OTHERS = 20
_MOST_EXECUTIONS = 1_500
"""Of a run of more, every execution speaks for itself: others are not asked."""


def run_what_if(
    workflow_run_id: str, *, node_execution_id: str | None = None, node_id: str | None = None
) -> analysis.RunWhatIf:
    """The run's time as a function of a node's.

    Args:
        workflow_run_id: The run.
        node_execution_id: One execution; or
        node_id: all executions of a node in the run.

    Raises:
        RunNotFoundError: There is no such run.
        NodeExecutionNotFoundError: The run has no such node.
        InvalidInputError: Neither or both were named.
    """
    if (node_execution_id is None) == (node_id is None):
        raise InvalidInputError("node_execution_id", "is needed, or node_id instead")
    with runtime.reading() as connection:
        record = find_record(connection, workflow_run_id)
        if record is None:
            raise RunNotFoundError(workflow_run_id)
        chosen = _chosen(record, node_execution_id, node_id)
        others = neighbour_runs(connection, record.run, _MOST_OTHERS, _MOST_EXECUTIONS - len(record.nodes))
    run = record.run
    graph = find_graph(run.app_id, run.workflow_id, run.workflow_version) if run.app_id and run.workflow_id else None
    return analysis.run_what_if(
        SampledRun(0, workflow_run_id, run.start_ns, run.end_ns, record.nodes, 1.0),
        [
            SampledRun(place, other_id, start_ns, end_ns, nodes, 1.0)
            for place, (other_id, (start_ns, end_ns), nodes) in enumerate(others, start=1)
        ],
        chosen,
        graph,
    )


def _chosen(record: RunRecord, node_execution_id: str | None, node_id: str | None) -> frozenset[str]:
    chosen = frozenset(
        node.node_execution_id
        for node in record.nodes
        if node.node_execution_id == node_execution_id or (node_id is not None and node.node_id == node_id)
    )
    if not chosen:
        raise NodeExecutionNotFoundError(record.run.workflow_run_id, str(node_execution_id or node_id))
    return chosen
