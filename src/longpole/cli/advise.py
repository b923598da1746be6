"""`longpole advise`: what to change in a workflow, what it would bring, and what it has brought.

Upstream: the command line. Downstream: `services.advising`, `services.recommendations`, `advice_sheets`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from longpole.cli.default_command import WithDefault
from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.domain import amounts
from longpole.domain.recommendations import RecommendationStatus, Severity

if TYPE_CHECKING:
    from longpole.domain.recommendations import Recommendation

app = typer.Typer(
    name="advise",
    cls=WithDefault,
    help="""Say what to change in a workflow, what it would bring, and what it has brought.

    [bold]Examples[/bold]

      longpole advise shop/trip_planner
      longpole advise shop/trip_planner --days 30 --severity high
      longpole advise show ID

    All options of the first: longpole advise workflow --help
    """,
    short_help="Say what to change in a workflow, what it would bring, and what it has brought.",
    subcommand_metavar="APP/WORKFLOW | COMMAND",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The recommendation.")]
Days = Annotated[int, typer.Option(min=1, max=365, help="The period: so many days up to now.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as the HTTP API answers it.")]
_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]


@app.command()
def workflow(  # noqa: PLR0917 - Typer reads options off the signature
    of: Annotated[str, typer.Argument(metavar="APP/WORKFLOW", help="Of which workflow.")],
    days: Days = 7,
    severity: Annotated[Severity | None, typer.Option(help="Only those of this severity.")] = None,
    status: Annotated[
        RecommendationStatus, typer.Option(help="Those of this status; only active ones are looked for anew.")
    ] = RecommendationStatus.ACTIVE,
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    database_url: DatabaseUrl = None,
) -> None:
    """Analyse a workflow's runs, and print what to change. The word `workflow` may be left out.

    [bold]Examples[/bold]

      longpole advise shop/trip_planner
      longpole advise shop/trip_planner --days 30 --severity high
      longpole advise shop/trip_planner --status implemented
    """
    with _database(database_url):
        app_id, workflow_id = _named(of)
        found = _analysed(app_id, workflow_id, days) if status is RecommendationStatus.ACTIVE else None
        told = _listed(app_id, workflow_id, severity, status)
        if as_json:
            typer.echo(_json(told))
            return
        console = Console(highlight=False)
        if told:
            from longpole.cli.advice_sheets import sheets  # noqa: PLC0415 - keeps `longpole --help` quick

            console.print(sheets(told, f"{amounts.name(of)}: {_counted(len(told), status)}"))
        elif found:
            console.print(Text(f"{_counted(len(found), status)}, none of them of severity {severity}."))
        elif status is not RecommendationStatus.ACTIVE:
            console.print(Text(f"No {status.value} recommendation of {amounts.name(of)}."))
        if status is RecommendationStatus.ACTIVE:
            _looked_at(console, app_id, workflow_id, days, found=bool(found))


@app.command()
def show(
    recommendation: Id,
    as_json: AsJson = False,  # noqa: FBT002 - Typer's way
    database_url: DatabaseUrl = None,
) -> None:
    """Print one recommendation whole: its evidence, what became of it, and what it brought.

    [bold]Example[/bold]

      longpole advise show 1f0c9a6e-0f5c-5d0a-a3c6-4b8c1c7e2f11
    """
    with _database(database_url):
        from longpole.services import recommendations  # noqa: PLC0415 - as above

        _print(recommendations.get(recommendation), as_json=as_json)


@app.command()
def dismiss(
    recommendation: Id,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why it is not for you.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Do without a recommendation. It comes back if its cause gets markedly worse.

    [bold]Example[/bold]

      longpole advise dismiss 1f0c9a6e-0f5c-5d0a-a3c6-4b8c1c7e2f11 --reason "The API forbids caching."
    """
    with _database(database_url):
        from longpole.services import recommendations  # noqa: PLC0415 - as above

        done = recommendations.dismiss(recommendation, reason)
    typer.echo(f"Dismissed: {amounts.name(done.title)}. It comes back if it gets markedly worse.")


@app.command()
def implement(
    recommendation: Id,
    at: Annotated[
        datetime | None,
        typer.Option(formats=_FORMATS, metavar="INSTANT", help="Since when, UTC where no zone is named. Default: now."),
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="What was done.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Say that a recommendation was followed: what it brought is looked at daily for two weeks.

    [bold]Examples[/bold]

      longpole advise implement 1f0c9a6e-0f5c-5d0a-a3c6-4b8c1c7e2f11
      longpole advise implement 1f0c9a6e-0f5c-5d0a-a3c6-4b8c1c7e2f11 --at 2026-11-08 --note "Cached for a day."
    """
    with _database(database_url):
        from longpole.services import recommendations, verification  # noqa: PLC0415 - as above

        since = at if at is None or at.tzinfo else at.replace(tzinfo=_utc())
        done = recommendations.implement(recommendation, since, note)
        if done.verification is None:
            done = verification.verify(done.id) or done
        _print(done, as_json=False)


def _utc() -> Any:
    from datetime import UTC  # noqa: PLC0415 - beside its only use

    return UTC


@contextmanager
def _database(database_url: str | None) -> Iterator[None]:
    on = installed_runtime(database_url)
    try:
        yield
    finally:
        on.close()


def _named(of: str) -> tuple[str, str]:
    from longpole.cli.targets import unknown_workflow, workflow_named  # noqa: PLC0415 - as above
    from longpole.services import runs  # noqa: PLC0415 - as above

    known = [(each.app_id, each.workflow_id) for app_ in runs.list_apps() for each in runs.list_workflows(app_.app_id)]
    app_id, workflow_id = workflow_named(of, known)
    if (app_id, workflow_id) not in known and not runs.list_runs(app_id, workflow_id, limit=1).items:
        raise unknown_workflow(of)
    return app_id, workflow_id


def _analysed(app_id: str, workflow_id: str, days: int) -> "tuple[Recommendation, ...]":
    from longpole.services.advising import advise  # noqa: PLC0415 - as above

    period = "the last day" if days == 1 else f"the last {days} days"
    with Console(stderr=True).status(f"Analysing {period} of {amounts.name(f'{app_id}/{workflow_id}')}…"):
        return advise(app_id, workflow_id, days)


def _listed(
    app_id: str, workflow_id: str, severity: Severity | None, status: RecommendationStatus
) -> "tuple[Recommendation, ...]":
    from longpole.services import recommendations  # noqa: PLC0415 - as above

    return recommendations.listed(app_id, workflow_id, severity, None, status)


def _counted(number: int, status: RecommendationStatus) -> str:
    which = "" if status is RecommendationStatus.ACTIVE else f" {status.value}"
    return f"1{which} recommendation" if number == 1 else f"{number}{which} recommendations"


def _json(told: "tuple[Recommendation, ...]") -> str:
    from longpole.rest.schemas.recommendations import Recommendations  # noqa: PLC0415 - as above

    return Recommendations.model_validate({"items": told}).model_dump_json(indent=2)


def _print(told: "Recommendation", *, as_json: bool) -> None:
    if as_json:
        from longpole.rest.schemas.recommendations import Recommendation as Shown  # noqa: PLC0415 - as above

        typer.echo(Shown.model_validate(told).model_dump_json(indent=2))
        return
    from longpole.cli.advice_sheets import Sheet  # noqa: PLC0415 - as above

    Console(highlight=False).print(Sheet(told, is_whole=True))


def _looked_at(console: Console, app_id: str, workflow_id: str, days: int, *, found: bool) -> None:
    """How much was looked at, and what would show more."""
    from longpole.cli.advice_ground import ground  # noqa: PLC0415 - as above

    console.print(ground(app_id, workflow_id, days, found=found))
