"""`longpole purge`: runs that are to be forgotten."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from longpole.services.purging import Progress as Told
    from longpole.services.purging import Purged

_SHOWN_MISSING = 10


def purge(
    run: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A run, by its id; say it again for more.")
    ] = None,
    user: Annotated[str | None, typer.Option(metavar="ID", help="Every run of a user.")] = None,
    app: Annotated[str | None, typer.Option(metavar="ID", help="Of the user's runs, those of one application.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,  # noqa: FBT002 - Typer's way
    database_url: DatabaseUrl = None,
) -> None:
    """Remove runs with their nodes, what arrived of them and their payloads; figures are computed without them.

    A server may go on working meanwhile.

    [bold]Examples[/bold]

      longpole purge --run 4bf92f3577b34da6a3ce929d0e0e4736
      longpole purge --user alice --app shop --yes
    """
    _check(run, user, app)
    from longpole.services import purging  # noqa: PLC0415 - keeps `longpole --help` quick

    on = installed_runtime(database_url)
    try:
        if user is not None:
            count = purging.count_runs_of_user(user, app)
            _confirm(f"{count:,} runs of user {user!r}{f' in {app!r}' if app else ''}", yes=yes)
            purged = _with_bar(lambda told: purging.purge_user(user, app, told))
        else:
            ids = run or []
            _confirm(f"{len(ids):,} runs" if len(ids) != 1 else f"run {ids[0]!r}", yes=yes)
            purged = _with_bar(lambda told: purging.purge_runs(ids, told))
    finally:
        on.close()
    _tell(purged)


def _check(run: list[str] | None, user: str | None, app: str | None) -> None:
    if bool(run) == (user is not None):
        raise InvalidInputError("purge", "say either --run ID or --user ID")
    if app is not None and user is None:
        raise InvalidInputError("--app", "goes with --user")


def _confirm(what: str, *, yes: bool) -> None:
    if not yes:
        typer.confirm(f"Remove {what} for good?", abort=True, err=True)


def _with_bar(work: "Callable[[Told], Purged]") -> "Purged":
    bar = Progress(TextColumn("Runs"), BarColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True)
    with bar:
        task = bar.add_task("Runs", total=None)
        return work(lambda done, of: bar.update(task, completed=done, total=of))


def _tell(purged: "Purged") -> None:
    typer.echo(
        f"Removed {purged.runs:,} runs: {purged.node_executions:,} node executions, "
        f"{purged.traces:,} traces, {purged.contents:,} payloads."
    )
    if purged.missing:
        some = ", ".join(purged.missing[:_SHOWN_MISSING])
        more = len(purged.missing) - _SHOWN_MISSING
        typer.echo(f"Nothing is known of: {some}{f' and {more:,} more' if more > 0 else ''}.", err=True)
        raise typer.Exit(1)
