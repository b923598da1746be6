"""`longpole compare`: two versions, periods or kinds of runs of a workflow side by side.

Upstream: the command line. Downstream: `services.compare`, `sides`, `comparison_tables`.
"""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.cli.sides import sides
from longpole.cli.targets import workflow_named
from longpole.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from longpole.domain.comparisons import Comparison, Side

_HOW = "name a workflow and two sides: APP/WORKFLOW --a version=v1 --b version=v2, or APP/WORKFLOW@v1 APP/WORKFLOW@v2"


def compare(  # noqa: PLR0917 - Typer reads options off the signature
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="APP/WORKFLOW [A B]",
            help="A workflow, and its two sides here or by --a and --b; or APP/WORKFLOW@v1 APP/WORKFLOW@v2.",
        ),
    ],
    a: Annotated[
        str | None,
        typer.Option("--a", metavar="SIDE", help="What is compared with: version=v1, 2026-11-01..2026-11-08, …"),
    ] = None,
    b: Annotated[str | None, typer.Option("--b", metavar="SIDE", help="What is judged: version=v2, last7d, …")] = None,
    workflow: Annotated[
        str | None, typer.Option(metavar="APP/WORKFLOW", help="Of which workflow; the two sides stand alone then.")
    ] = None,
    repeated: Annotated[  # noqa: FBT002 - Typer reads options off the signature
        bool, typer.Option("--repeated", help="Bounds and verdicts hold however often you look.")
    ] = False,
    expected_share: Annotated[
        float | None, typer.Option(metavar="0.5", help="Of all runs, how many were meant to be A's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as over HTTP.")] = False,  # noqa: FBT002 - the same
    database_url: DatabaseUrl = None,
) -> None:
    """Print two versions, periods or kinds of runs side by side, and what can be said. Needs no server.

    [bold]Examples[/bold]

      longpole compare shop/trip_planner
      longpole compare shop/trip_planner --a version=v1 --b version=v2
      longpole compare shop/trip_planner@v1 shop/trip_planner@v2
      longpole compare shop/trip_planner 2026-11-01..2026-11-08 last7d
    """
    target, one, other = asked(what, a, b, workflow)
    on = installed_runtime(database_url)
    try:
        found = _found(target, one, other, repeated=repeated, expected_share=expected_share)
        if as_json:
            typer.echo(in_json(found))
        else:
            from longpole.cli.comparison_tables import shown  # noqa: PLC0415 - keeps `longpole --help` quick

            Console(highlight=False).print(shown(found))
    finally:
        on.close()


def asked(what: list[str], a: str | None, b: str | None, workflow: str | None) -> "tuple[str, Side, Side]":
    """The workflow and the two sides, however they were said.

    Raises:
        InvalidInputError: Something is missing, or said twice.
    """
    targets = ([] if workflow is None else [workflow]) + what
    if len(targets) == 2 and workflow is None and all("@" in each for each in targets):  # noqa: PLR2004 - two versions
        names, versions = zip(*(each.rpartition("@")[::2] for each in targets), strict=True)
        if names[0] != names[1]:
            raise InvalidInputError("compare", "both sides must be of one workflow", " ".join(targets))
        a, b = (_with_version(version, more) for version, more in zip(versions, (a, b), strict=True))
        return names[0], *sides(a, b)
    if len(targets) == 3 and (a, b) == (None, None):  # noqa: PLR2004 - a workflow and its sides
        return targets[0], *sides(targets[1], targets[2])
    if len(targets) == 1:
        return targets[0], *sides(a, b)
    raise InvalidInputError("compare", _HOW, " ".join(targets))


def _with_version(version: str, more: str | None) -> str:
    return f"version={version}" if more is None else f"version={version},{more}"


def named(target: str) -> tuple[str, str]:
    """The application and workflow that are meant."""
    from longpole.services import runs  # noqa: PLC0415 - keeps `longpole --help` quick

    known = [(each.app_id, each.workflow_id) for app in runs.list_apps() for each in runs.list_workflows(app.app_id)]
    return workflow_named(target, known)


def _found(target: str, a: "Side", b: "Side", *, repeated: bool, expected_share: float | None) -> "Comparison":
    from longpole.services.compare import compare as ask  # noqa: PLC0415 - the same

    app_id, workflow_id = named(target)
    return ask(app_id, workflow_id, a, b, repeated=repeated, expected_share=expected_share)


def in_json(found: object) -> str:
    """A record of the services as JSON, with what is infinite as null."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - the same

    return TypeAdapter(type(found)).dump_json(found, indent=2).decode()
