"""`longpole graph`: the graph of a workflow, imported from the engine's file and drawn.

Upstream: the command line. Downstream: `services.graphs`, `graph_drawing`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from longpole.cli.graph_drawing import drawing, notes
from longpole.cli.graph_optimise import optimise
from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.cli.targets import workflow_named
from longpole.domain.errors import GraphNotFoundError, InvalidInputError, NotFoundError
from longpole.domain.graphs import Engine

if TYPE_CHECKING:
    from longpole.domain.graphs import WorkflowGraph

app = typer.Typer(
    name="graph", help="Import a workflow's graph from Dify, LangGraph or n8n, and see it.", no_args_is_help=True
)

app.command()(optimise)

Version = Annotated[str | None, typer.Option(metavar="VERSION", help="The workflow version that is meant.")]


@app.command("import")
def import_(  # noqa: PLR0917 - Typer reads options off the signature
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A Dify export, LangGraph's JSON or an n8n workflow; - reads it in.")
    ],
    of_app: Annotated[str, typer.Option("--app", metavar="ID", help="The application.")],
    workflow: Annotated[str, typer.Option(metavar="ID", help="The workflow; it need not have run yet.")],
    version: Version = None,
    engine: Annotated[Engine | None, typer.Option(help="Whose file it is; found out where it is not said.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    r"""Store the graph that a file tells of, in the place of the one that was imported before.

    [bold]Examples[/bold]

      longpole graph import support.yml --app shop --workflow support
      longpole graph import flow.json --app shop --workflow flow --version 7
      python -c 'import json; from app import graph; print(json.dumps(graph.get_graph().to_json()))' \
        | longpole graph import - --app shop --workflow trip_planner
    """
    text = _text(file)
    from longpole.services import graphs  # noqa: PLC0415 - keeps `longpole --help` quick

    on = installed_runtime(database_url)
    try:
        graph = graphs.import_graph(of_app, workflow, text, version, engine)
    finally:
        on.close()
    typer.echo(f"Imported {_counted(graph)}.")
    Console(stderr=True, highlight=False).print(notes(graph), end="")


@app.command()
def show(
    workflow: Annotated[str, typer.Argument(metavar="APP/WORKFLOW", help="Of which workflow.")],
    version: Version = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Draw a workflow's graph: as it was imported, else as it came with spans, else guessed from runs.

    [bold]Example[/bold]

      longpole graph show shop/support
    """
    on = installed_runtime(database_url)
    try:
        graph = _shown(workflow, version)
    finally:
        on.close()
    console = Console(highlight=False)
    console.print(drawing(graph, f"{workflow}: {_counted(graph)}, {graph.source}"))
    console.print(notes(graph), end="")


def _text(file: Path) -> str:
    """What a file, or standard input, holds."""
    try:
        data = typer.get_binary_stream("stdin").read() if str(file) == "-" else file.read_bytes()
        return data.decode()
    except OSError as error:
        raise InvalidInputError(str(file), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidInputError(str(file), "is not UTF-8 text") from None


def _shown(target: str, version: str | None) -> "WorkflowGraph":
    from longpole.services import graphs, runs  # noqa: PLC0415 - keeps `longpole --help` quick

    known = [(app.app_id, each.workflow_id) for app in runs.list_apps() for each in runs.list_workflows(app.app_id)]
    try:
        app_id, workflow_id = workflow_named(target, [*known, *graphs.workflows_with_graphs()])
    except NotFoundError:
        raise NotFoundError(f"There is no workflow {target!r}, and no graph was imported for it.") from None
    found = graphs.shown_graph(app_id, workflow_id, version)
    if not found.nodes:
        raise GraphNotFoundError(app_id, workflow_id)
    return found


def _counted(graph: "WorkflowGraph") -> str:
    named = f" {graph.name!r}" if graph.name else ""
    steps, edges = len(graph.nodes), len(graph.edges)
    return f"{graph.engine}{named}: {steps:,} step{'s' * (steps != 1)}, {edges:,} edge{'s' * (edges != 1)}"
