"""`longpole metrics`: metrics of users' own, defined, listed and removed.

Upstream: the command line. Downstream: `services.custom_metrics`.
"""

from typing import Annotated

import typer
from rich.console import Console

from longpole.cli.fitting import Column, FittingTable
from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.domain import amounts
from longpole.domain.metrics import CustomMetric, Level

app = typer.Typer(name="metrics", help="Define metrics of your own, and see them.", no_args_is_help=True)

App = Annotated[str, typer.Option("--app", metavar="ID", help="The application; it need not have run yet.")]
Workflow = Annotated[
    str | None, typer.Option(metavar="ID", help="Of one workflow; without it, of all of the application.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")]


@app.command("list")
def list_(of_app: App, workflow: Workflow = None, database_url: DatabaseUrl = None) -> None:
    """Print what was defined, and what is sent without that.

    [bold]Example[/bold]

      longpole metrics list --app shop
    """
    from longpole.services import custom_metrics  # noqa: PLC0415 - keeps `longpole --help` quick

    on = installed_runtime(database_url)
    try:
        found = custom_metrics.list_metrics(of_app, workflow)
    finally:
        on.close()
    if found:
        Console(highlight=False).print(_table(of_app, found))
    else:
        typer.echo("None is defined, and none was sent. `longpole metrics define` defines one.")


@app.command()
def define(  # noqa: PLR0917 - Typer reads options off the signature
    name: Name,
    of_app: App,
    formula: Annotated[
        str | None, typer.Argument(metavar="FORMULA", help="What it is made of; without it, it is sent.")
    ] = None,
    workflow: Workflow = None,
    level: Annotated[Level, typer.Option(help="What carries it.")] = Level.RUN,
    unit: Annotated[str | None, typer.Option(metavar="TEXT", help="What figures are shown in.")] = None,
    backfill: Annotated[  # noqa: FBT002 - Typer reads options off the signature
        bool, typer.Option("--backfill", help="Count runs that are kept already as well, in the background.")
    ] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Define a metric, in the place of the one of that name.

    [bold]Examples[/bold]

      longpole metrics define speed "output_tokens / execution_time" --app shop --level node --unit tokens/s
      longpole metrics define quality --app shop --workflow support
      longpole metrics define thrift "quality / cost" --app shop --workflow support --backfill
    """
    from longpole.services import custom_metrics  # noqa: PLC0415 - keeps `longpole --help` quick

    on = installed_runtime(database_url)
    try:
        made = custom_metrics.define(
            of_app, name, formula, workflow_id=workflow, level=level, unit=unit, backfill=backfill
        )
    finally:
        on.close()
    if made.expression is None:
        typer.echo(f"{made.name} is a metric that is sent.")
    elif made.counts_from is None:
        typer.echo(f"{made.name} counts for all runs that are kept.")
    else:
        typer.echo(f"{made.name} counts from {amounts.moment(made.counts_from)} on.")


@app.command()
def remove(name: Name, of_app: App, workflow: Workflow = None, database_url: DatabaseUrl = None) -> None:
    """Remove a definition; a formula's figures go too, as far back as there are raw runs.

    [bold]Example[/bold]

      longpole metrics remove speed --app shop
    """
    from longpole.services import custom_metrics  # noqa: PLC0415 - keeps `longpole --help` quick

    on = installed_runtime(database_url)
    try:
        custom_metrics.remove(of_app, name, workflow)
    finally:
        on.close()
    typer.echo(f"Removed {name}.")


def _table(app_id: str, found: tuple[CustomMetric, ...]) -> FittingTable:
    columns = (
        Column("Metric", justify="left"),
        Column("Workflow", 3, justify="left"),
        Column("Made of", 4, justify="left"),
        Column("Of", 2, justify="left"),
        Column("Unit", 1, justify="left"),
    )
    rows = [
        (
            amounts.name(each.name),
            "all" if each.workflow_id is None else amounts.name(each.workflow_id),
            "sent" if each.expression is None else amounts.name(each.expression),
            each.level or "",
            "" if each.unit is None else amounts.name(each.unit),
        )
        for each in found
    ]
    return FittingTable(f"Metrics of {amounts.name(app_id)}", columns, rows)
