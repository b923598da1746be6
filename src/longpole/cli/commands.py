"""Every command under one name, and the one place where errors become a line of text."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from longpole import __version__
from longpole.cli import (
    advise,
    alerts,
    cache,
    compare,
    db,
    degradations,
    demo,
    forecast,
    gate,
    graph,
    ingest,
    metrics,
    purge,
    report,
    reprice,
    serve,
    trends,
    upkeep,
    what_if,
)
from longpole.domain.errors import LongpoleError

app = typer.Typer(
    name="longpole",
    help="Find the long pole in an AI workflow, and shorten it.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.command()(serve.serve)
app.command()(report.report)
app.command()(trends.trends)
app.command()(forecast.forecast)
app.command()(degradations.degradations)
app.command()(what_if.what_if)
app.command()(compare.compare)
app.command()(gate.gate)
app.command()(ingest.ingest)
app.command()(reprice.reprice)
app.command()(purge.purge)
app.command()(upkeep.upkeep)
app.command()(demo.demo)
app.add_typer(advise.app)
app.add_typer(alerts.app)
app.add_typer(cache.app)
app.add_typer(db.app)
app.add_typer(graph.app)
app.add_typer(metrics.app)


def main() -> None:
    """Run the command line; end the process."""
    try:
        app()
    except LongpoleError as error:
        Console(stderr=True).print(Text(f"longpole: {error}", style="red"), soft_wrap=True)
        sys.exit(1)


def _print_version(value: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if value:
        typer.echo(f"longpole {__version__}")
        raise typer.Exit


@app.callback()
def _every_command(
    version: Annotated[  # noqa: FBT002 - Typer reads options off the signature
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Find the long pole in an AI workflow, and shorten it."""
