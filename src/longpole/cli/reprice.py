"""`longpole reprice`: today's price table on yesterday's runs."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.domain.units import instant_ns


def reprice(
    since: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            metavar="DATE",
            help="Runs that ended on this day or later (2026-11-01, or 2026-11-01T12:00:00), UTC.",
        ),
    ],
    database_url: DatabaseUrl = None,
) -> None:
    """Compute the costs of past runs anew, from the built-in prices and your own (LONGPOLE_PRICES).

    What a provider or client itself said that a call cost stands.

    [bold]Example[/bold]

      LONGPOLE_PRICES=prices.json longpole reprice --since 2026-11-01
    """
    from longpole.services.repricing import reprice as run  # noqa: PLC0415 - keeps `longpole --help` quick

    on = installed_runtime(database_url)
    bar = Progress(TextColumn("Runs"), BarColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True)
    try:
        with bar:
            task = bar.add_task("Runs", total=None)
            result = run(
                instant_ns(since.replace(tzinfo=UTC)), lambda done, of: bar.update(task, completed=done, total=of)
            )
    finally:
        on.close()
    typer.echo(
        f"{result.runs:,} runs looked at: {result.changed_runs:,} cost something else now "
        f"({result.changed_nodes:,} node executions), {result.unknown_runs:,} have an unknown cost."
    )
