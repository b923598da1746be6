"""What one run would have taken if one of its nodes had taken another time.

Upstream: `rest.run_what_if`. Downstream: `analysis.run_what_if`, `store.played_runs`, `store.neighbour_runs`, `graphs`.
"""

from longpole import runtime
from longpole.analysis import run_what_if as analysis
from longpole.domain.errors import InvalidInputError, NodeExecutionNotFoundError, RunNotFoundError
from longpole.services.graphs import find_graph
from longpole.store.neighbour_runs import neighbour_runs
from longpole.store.played_runs import PlayedRun, played_run
from longpole.store.run_reads import find_run

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
        run, played = find_run(connection, workflow_run_id), played_run(connection, workflow_run_id)
        if run is None or played is None:
            raise RunNotFoundError(workflow_run_id)
        chosen = _chosen(played, node_execution_id, node_id)
        others = neighbour_runs(connection, run, _MOST_OTHERS, _MOST_EXECUTIONS - len(played.nodes))
    graph = find_graph(run.app_id, run.workflow_id, run.workflow_version) if run.app_id and run.workflow_id else None
    return analysis.run_what_if(played, others, chosen, graph)


def _chosen(run: PlayedRun, node_execution_id: str | None, node_id: str | None) -> frozenset[str]:
    chosen = frozenset(
        node.node_execution_id
        for node in run.nodes
        if node.node_execution_id == node_execution_id or (node_id is not None and node.node_id == node_id)
    )
    if not chosen:
        raise NodeExecutionNotFoundError(run.workflow_run_id, str(node_execution_id or node_id))
    return chosen
