"""`longpole` on the command line: one file per command, each with examples in its `--help`.

Commands import what they need when they run, so that `--help` is quick. What
goes wrong is said in one line with what to do next, and the exit code is 1
(2 for a command line that cannot be understood).
"""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from longpole import __version__
from longpole.cli import db, demo, ingest, report, reprice, serve
from longpole.domain.errors import LongpoleError

__all__ = ["app", "main"]

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
app.command()(ingest.ingest)
app.command()(reprice.reprice)
app.command()(demo.demo)
app.add_typer(db.app)


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
