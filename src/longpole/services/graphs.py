"""The graph of a workflow: imported by somebody, else as its engine sent it.

    import_graph ─► read ─► stored          find_graph ─► stored ─► called as runs call its steps
    telemetry ─────────────► stored         inferred ───► newest runs ─► a guess, stored nowhere

Upstream: `rest.graph`, `cli.graph`, `services.observations`. Downstream: `graphs`, `store.graphs`.
"""

from dataclasses import replace

from longpole import runtime
from longpole.analysis.happens_before import inferred_edges
from longpole.domain.errors import GraphNotFoundError
from longpole.domain.graphs import Engine, GraphSource, WorkflowGraph
from longpole.domain.units import instant
from longpole.graphs.alignment import aligned
from longpole.graphs.engines import engine_of_nodes
from longpole.graphs.inferred import inferred_graph
from longpole.graphs.reading import read_graph
from longpole.services import reported_values as check
from longpole.store import graphs as store
from longpole.store.ordered_runs import ordered_runs
from longpole.store.seen_nodes import seen_nodes
from longpole.store.workflow_scope import find_scope, workflow_of

_GUESSED_FROM = 50
"""So many runs: each further one takes edges away, but ever fewer."""


def import_graph(
    app_id: str, workflow_id: str, text: str, version: str | None = None, engine: str | None = None
) -> WorkflowGraph:
    """Store the graph that a file tells of, in the place of the one that was imported for this version before.

    Args:
        app_id: The application.
        workflow_id: The workflow; it need not have run yet.
        text: The file: a Dify export, LangGraph's `graph.get_graph().to_json()`, or an n8n workflow.
        version: The workflow version that it is of; None counts for all that have none of their own.
        engine: Whose file it is; found out where it is not said.

    Raises:
        InvalidInputError: The file is no graph; says what is wrong, and where.
    """
    app_id, workflow_id = check.identifier("app_id", app_id), check.identifier("workflow_id", workflow_id)
    version = check.optional_identifier("version", version)
    read = read_graph(text, check.member("engine", Engine, engine))
    with runtime.unit_of_work() as connection:
        whose = workflow_of(connection, app_id, workflow_id, version)
        graph = replace(read, version=whose.version)
        store.write(connection, whose.app_id, whose.workflow_id, graph, instant(runtime.current().clock()))
    return graph


def find_graph(app_id: str, workflow_id: str, version: str | None = None) -> WorkflowGraph | None:
    """The graph of a workflow, its steps called as its runs call them; None where none is known."""
    with runtime.reading() as connection:
        whose = workflow_of(connection, app_id, workflow_id, version)
        found = store.find(connection, whose.app_id, whose.workflow_id, whose.version)
        if found is None:
            return None
        return aligned(found, [(node.node_id, node.node_title) for node in seen_nodes(connection, app_id, workflow_id)])


def workflows_with_graphs() -> tuple[tuple[str, str], ...]:
    """Application and workflow of every graph that is stored."""
    with runtime.reading() as connection:
        return store.workflows(connection)


def shown_graph(app_id: str, workflow_id: str, version: str | None = None) -> WorkflowGraph:
    """As `find_graph`; where none is known, what can be guessed from runs: nothing, as long as none went well.

    Raises:
        GraphNotFoundError: There are no runs either.
    """
    found = find_graph(app_id, workflow_id, version) or _guessed(app_id, workflow_id)
    if found is None and _is_known(app_id, workflow_id):
        found = WorkflowGraph(Engine.GENERIC, GraphSource.INFERRED, (), ())
    if found is None:
        raise GraphNotFoundError(app_id, workflow_id)
    return found


def _guessed(app_id: str, workflow_id: str) -> WorkflowGraph | None:
    """What the newest runs that went well have in common; None where there are none."""
    with runtime.reading() as connection:
        newest = ordered_runs(connection, app_id, workflow_id, _GUESSED_FROM)
    return inferred_graph(newest.runs, inferred_edges(newest.runs), engine_of_nodes(newest.seen))


def _is_known(app_id: str, workflow_id: str) -> bool:
    with runtime.reading() as connection:
        return find_scope(connection, app_id, workflow_id) is not None


def forget_graph(app_id: str, workflow_id: str, version: str | None = None) -> int:
    """Remove what was imported, of one version or of all; how many graphs that were.

    Raises:
        GraphNotFoundError: There was none.
    """
    with runtime.unit_of_work() as connection:
        whose = workflow_of(connection, app_id, workflow_id, version)
        removed = store.remove(connection, whose.app_id, whose.workflow_id, whose.version)
    if not removed:
        raise GraphNotFoundError(app_id, workflow_id)
    return removed


def engine_of(app_id: str, workflow_id: str) -> Engine:
    """What runs the workflow: by its graph, else by the types of the nodes of its newest runs."""
    with runtime.reading() as connection:
        whose = workflow_of(connection, app_id, workflow_id)
        found = store.find(connection, whose.app_id, whose.workflow_id, whose.version)
        if found is not None and found.engine is not Engine.GENERIC:
            return found.engine
        return engine_of_nodes(seen_nodes(connection, app_id, workflow_id))
