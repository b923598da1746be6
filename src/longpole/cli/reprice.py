"""`longpole reprice`: today's price table on yesterday's runs."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from longpole.cli.options import DatabaseUrl, installed_runtime


def reprice(
    since: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Runs from this day or instant on, UTC."),
    ],
    database_url: DatabaseUrl = None,
) -> None:
    """Compute the cost of past runs anew, from the built-in prices and your own (LONGPOLE_PRICES).

    What a provider said itself that a call cost stands.

    [bold]Example[/bold]

      LONGPOLE_PRICES=prices.json longpole reprice --since 2026-11-01
    """
