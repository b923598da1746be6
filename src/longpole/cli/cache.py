"""`longpole cache`: what the node cache brought, and taking out what is wrong.

Upstream: the command line. Downstream: `services.cache`, `cache_tables`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console, Group

from longpole.cli import cache_tables
from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.domain.errors import InvalidInputError
from longpole.domain.scopes import DEFAULT_SCOPE

app = typer.Typer(
    name="cache", help="See what the node cache brought, and take out what is wrong.", no_args_is_help=True
)

App = Annotated[
    str | None, typer.Option(metavar="ID", help="The application; without it, what was cached under no name.")
]
Workflow = Annotated[str | None, typer.Option(metavar="ID", help="The workflow; goes with --app.")]
Days = Annotated[int, typer.Option(min=1, max=365, help="The period: so many days up to now.")]


class By(StrEnum):
    """What the nodes are in the order of."""

    HITS = "hits"
    TIME_SAVED = "time_saved"
    COST_SAVED = "cost_saved"


@app.command()
def stats(
    app: App = None,
    workflow: Workflow = None,
    days: Days = 7,
    node_type: Annotated[str | None, typer.Option(metavar="TYPE", help="Only nodes of this type.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print hits, misses, and what they saved, by type of node.

    [bold]Examples[/bold]

      longpole cache stats
      longpole cache stats --app shop --workflow checkout --days 30
    """
    with _cache(database_url) as cache:
        found = cache.get_cache_statistics(*_scope(app, workflow), days, node_type)
    Console(highlight=False).print(Group(*cache_tables.statistics_tables(found)))
    if app is None and not found.by_node_type:
        typer.echo("Nothing was cached under no name. Name a workflow: --app ID --workflow ID.")


@app.command()
def top(  # noqa: PLR0917 - Typer reads options off the signature
    app: App = None,
    workflow: Workflow = None,
    days: Days = 7,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many nodes.")] = 10,
    by: Annotated[By, typer.Option(help="The order.")] = By.HITS,
    database_url: DatabaseUrl = None,
) -> None:
    """Print the nodes whose results were served most.

    [bold]Example[/bold]

      longpole cache top --app shop --workflow checkout --by time_saved
    """
    of_app, of_workflow = _scope(app, workflow)
    with _cache(database_url) as cache:
        found = cache.get_top_cached_nodes(of_app, of_workflow, limit, days, by.value)
    if not found:
        typer.echo("No result was served in this period. More days: --days.")
        return
    title = f"{of_app}/{of_workflow}: served most, by {by.value.replace('_', ' ')}"
    Console(highlight=False).print(cache_tables.top_table(found, title))


@app.command()
def explain(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key of a result.")],
    app: App = None,
    workflow: Workflow = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print whether there is a result under a key, what went into the key, and why nodes ran past the cache.

    [bold]Example[/bold]

      longpole cache explain lp1_d3403cc0aa28… --app shop --workflow checkout
    """
    with _cache(database_url) as cache:
        found = cache.explain_key(key, *_scope(app, workflow))
    Console(highlight=False).print(cache_tables.explanation_table(found))


@app.command()
def cleanup(app: App = None, workflow: Workflow = None, database_url: DatabaseUrl = None) -> None:
    """Remove results that have expired. The server does it by itself, daily.

    [bold]Example[/bold]

      longpole cache cleanup --app shop --workflow checkout
    """
    of_app, of_workflow = _scope(app, workflow)
    with _cache(database_url) as cache:
        removed = cache.cleanup_expired_cache(app_id=of_app, workflow_id=of_workflow)
    typer.echo(f"Removed {_entries(removed)}.")


@app.command()
def invalidate(  # noqa: PLR0917 - Typer reads options off the signature
    app: App = None,
    workflow: Annotated[
        str | None, typer.Option(metavar="ID", help="The workflow; without it, all of the application.")
    ] = None,
    node_type: Annotated[str | None, typer.Option(metavar="TYPE", help="Results of nodes of this type.")] = None,
    node: Annotated[str | None, typer.Option(metavar="ID", help="Results of this node.")] = None,
    key: Annotated[str | None, typer.Option(metavar="KEY", help="The result under this key.")] = None,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Results with this tag.")] = None,
    older_than_hours: Annotated[
        float | None, typer.Option(min=0, metavar="HOURS", help="Results that were made so long ago, or longer.")
    ] = None,
    everything: Annotated[bool, typer.Option("--everything", help="All results.")] = False,  # noqa: FBT002 - Typer's way
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,  # noqa: FBT002 - the same
    database_url: DatabaseUrl = None,
) -> None:
    """Take out results that are wrong, so that nobody is served them any more. All that is said holds together.

    [bold]Examples[/bold]

      longpole cache invalidate --app shop --workflow checkout --node greet
      longpole cache invalidate --app shop --tag catalogue --older-than-hours 48 --yes
      longpole cache invalidate --app shop --everything
    """
    if app is None and workflow is not None:
        raise InvalidInputError("--workflow", "goes with --app")
    said: dict[str, Any] = {
        "node_type": node_type,
        "node_id": node,
        "cache_key": key,
        "tag": tag,
        "older_than_hours": older_than_hours,
    }
    _check(said, everything=everything)
    whose = (app, workflow) if app is not None else DEFAULT_SCOPE
    with _cache(database_url) as cache:
        removed = _invalidated(
            cache, {**said, **dict(zip(_SCOPE, whose, strict=True)), "everything": everything}, yes=yes
        )
    typer.echo(f"Took {_entries(removed)} out.")


_SCOPE = ("app_id", "workflow_id")


def _invalidated(cache: Any, meant: dict[str, Any], *, yes: bool) -> int:
    from longpole.services import cache_invalidation  # noqa: PLC0415 - keeps `longpole --help` quick

    count = cache_invalidation.measured(cache_invalidation.criteria(**meant)).entries
    if count and not yes:
        whose = "/".join(meant[name] for name in _SCOPE if meant[name] is not None)
        typer.confirm(f"Take {_entries(count)} out of the cache of {whose}?", abort=True, err=True)
    removed: int = cache.invalidate_cache(**meant)
    return removed


def _check(said: dict[str, Any], *, everything: bool) -> None:
    is_any = any(value is not None for value in said.values())
    if not is_any and not everything:
        raise InvalidInputError(
            "invalidate",
            "say what is wrong: --node-type, --node, --key, --tag, --older-than-hours; --everything means all of it",
        )
    if is_any and everything:
        raise InvalidInputError("--everything", "goes with none of the others")


@contextmanager
def _cache(database_url: str | None) -> Iterator[Any]:
    """The cache's service on a database."""
    from longpole.services.cache import WorkflowCacheService  # noqa: PLC0415 - keeps `longpole --help` quick

    on = installed_runtime(database_url)
    try:
        yield WorkflowCacheService
    finally:
        on.close()


def _scope(app: str | None, workflow: str | None) -> tuple[str, str]:
    if (app is None) != (workflow is None):
        raise InvalidInputError("--workflow" if workflow is None else "--app", "is needed: say both or none")
    return DEFAULT_SCOPE if app is None or workflow is None else (app, workflow)


def _entries(number: int) -> str:
    return "1 result" if number == 1 else f"{number:,} results"
