"""`longpole alerts`: rules of what somebody wants to be told of, tried out, and what was told by them.

Upstream: the command line. Downstream: `alert_options`, `alert_tables`, `services.alert_rules`,
`services.alert_delivery`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from longpole.cli import alert_options, alert_tables
from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.domain import amounts
from longpole.domain.alert_json import condition_json
from longpole.domain.alerts import DeliveryState, RuleKind
from longpole.domain.errors import InvalidInputError

app = typer.Typer(
    name="alerts",
    help="Be told of degradations, budgets, failures and silence, and of the week.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The rule.")]
Name = Annotated[str | None, typer.Option(metavar="TEXT", help="What it is called.")]
Condition = Annotated[
    list[str] | None,
    typer.Option(
        "--condition", "-c", metavar="NAME=VALUE", help="A part of the condition, such as above=0.05; may be repeated."
    ),
]
Webhook = Annotated[
    str | None, typer.Option(metavar="URL", help="Post JSON there; @FILE reads the address from a file.")
]
Secret = Annotated[
    str | None, typer.Option(metavar="@FILE", help="Sign the webhook's requests with what stands in a file.")
]
Slack = Annotated[
    str | None, typer.Option(metavar="URL", help="Post to an incoming webhook of Slack's kind; @FILE likewise.")
]
Email = Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="Send e-mail there; may be repeated.")]
Quiet = Annotated[
    str | None, typer.Option(metavar="FROM-TO", help="Send nothing then, such as 22:00-07:00; 'never' takes it away.")
]
Zone = Annotated[str, typer.Option(metavar="ZONE", help="Whose clocks the quiet hours go by.")]


@contextmanager
def _database(url: str | None) -> Iterator[None]:
    on = installed_runtime(url)
    try:
        yield
    finally:
        on.close()


@app.command("list")
def list_(
    of_app: Annotated[str | None, typer.Option("--app", metavar="ID", help="Only those of this application.")] = None,
    workflow: Annotated[str | None, typer.Option(metavar="ID", help="Only those of this workflow.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print the rules.

    [bold]Examples[/bold]

      longpole alerts list
      longpole alerts list --app shop
    """
    with _database(database_url):
        from longpole.services import alert_rules  # noqa: PLC0415 - keeps `longpole --help` quick

        found = alert_rules.listed(of_app, workflow)
    if not found:
        typer.echo("There is no alert rule. Make one: longpole alerts add --help")
        return
    Console(highlight=False).print(alert_tables.rules_table(found))


@app.command()
def add(  # noqa: PLR0917 - Typer reads options off the signature
    kind: Annotated[RuleKind, typer.Argument(help="What is watched.")],
    of_app: Annotated[str, typer.Option("--app", metavar="ID", help="The application.")],
    name: Name = None,
    workflow: Annotated[str | None, typer.Option(metavar="ID", help="The workflow; without it, all of them.")] = None,
    condition: Condition = None,
    webhook: Webhook = None,
    secret: Secret = None,
    slack: Slack = None,
    email: Email = None,
    quiet: Quiet = None,
    time_zone: Zone = "UTC",
    database_url: DatabaseUrl = None,
) -> None:
    """Make a rule. Exactly one of --webhook, --slack and --email says where its messages go.

    [bold]Examples[/bold]

      longpole alerts add degradation --app shop --slack @slack-url.txt
      longpole alerts add error_rate --app shop --workflow checkout -c above=0.05 --email oncall@example.org
      longpole alerts add budget --app shop -c metric=cost -c amount=250 --email finance@example.org
      longpole alerts add absence --app shop -c hours=6 --webhook https://hooks.example/x --secret @secret.txt
      longpole alerts add digest --app shop -c weekday=monday -c hour=8 -c time_zone=Europe/Berlin --slack @url.txt
    """
    target = alert_options.target(webhook, secret, slack, email)
    if target is None:
        raise InvalidInputError("--webhook, --slack, --email", "one of them must say where messages go")
    given = {
        "app_id": of_app,
        "workflow_id": workflow,
        "name": name or f"{kind.value} of {workflow or of_app}"[:200],
        "kind": kind.value,
        "condition": alert_options.condition(condition or ()),
        **target,
        "quiet_hours": alert_options.quiet_hours(quiet, time_zone),
    }
    with _database(database_url):
        from longpole.services import alert_rules  # noqa: PLC0415 - as above

        made = alert_rules.create(given)
    typer.echo(f"Made {made.id}. Try it: longpole alerts test {made.id}")


@app.command()
def edit(  # noqa: PLR0917 - Typer reads options off the signature
    rule: Id,
    name: Name = None,
    condition: Condition = None,
    webhook: Webhook = None,
    secret: Secret = None,
    slack: Slack = None,
    email: Email = None,
    quiet: Quiet = None,
    time_zone: Zone = "UTC",
    is_enabled: Annotated[bool | None, typer.Option("--on/--off", help="Turn it on or off.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Change what is given of a rule; the rest stays.

    [bold]Examples[/bold]

      longpole alerts edit 1f0c9a6e-0f5c-4d0a-a3c6-4b8c1c7e2f11 -c above=0.1
      longpole alerts edit 1f0c9a6e-0f5c-4d0a-a3c6-4b8c1c7e2f11 --quiet 22:00-07:00 --time-zone Europe/Berlin
      longpole alerts edit 1f0c9a6e-0f5c-4d0a-a3c6-4b8c1c7e2f11 --off
    """
    change = alert_options.target(webhook, secret, slack, email) or {}
    change |= {"name": name} if name is not None else {}
    change |= {"is_enabled": is_enabled} if is_enabled is not None else {}
    change |= {"quiet_hours": alert_options.quiet_hours(quiet, time_zone)} if quiet is not None else {}
    with _database(database_url):
        from longpole.services import alert_rules  # noqa: PLC0415 - as above

        if condition:
            before = condition_json(alert_rules.get(rule).condition)
            change["condition"] = before | alert_options.condition(condition)
        changed = alert_rules.change(rule, change)
    Console(highlight=False).print(alert_tables.rules_table([changed]))


@app.command()
def remove(rule: Id, database_url: DatabaseUrl = None) -> None:
    """Remove a rule and what was told by it.

    [bold]Example[/bold]

      longpole alerts remove 1f0c9a6e-0f5c-4d0a-a3c6-4b8c1c7e2f11
    """
    with _database(database_url):
        from longpole.services import alert_rules  # noqa: PLC0415 - as above

        alert_rules.delete(rule)
    typer.echo("Removed.")


@app.command("test")
def try_out(rule: Id, database_url: DatabaseUrl = None) -> None:
    """Send a test message now, and say how it went.

    [bold]Example[/bold]

      longpole alerts test 1f0c9a6e-0f5c-4d0a-a3c6-4b8c1c7e2f11
    """
    with _database(database_url):
        from longpole.services import alert_delivery  # noqa: PLC0415 - as above

        done = alert_delivery.send_test(rule)
    if done.state is DeliveryState.DELIVERED:
        note = f" ({done.last_error})" if done.last_error else ""
        typer.echo(f"Delivered{note}.")
        return
    Console(stderr=True, highlight=False).print(
        Text(f"Not delivered: {amounts.name(done.last_error or 'no reason is known')}", "red"), soft_wrap=True
    )
    raise typer.Exit(1)


@app.command()
def deliveries(
    rule: Id,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="At most so many messages.")] = 20,
    database_url: DatabaseUrl = None,
) -> None:
    """Print what was told by a rule, or is about to be; the newest first.

    [bold]Example[/bold]

      longpole alerts deliveries 1f0c9a6e-0f5c-4d0a-a3c6-4b8c1c7e2f11
    """
    with _database(database_url):
        from longpole.services import alert_rules  # noqa: PLC0415 - as above

        found = alert_rules.deliveries(rule, limit)
    if not found:
        typer.echo("Nothing was told by this rule so far.")
        return
    Console(highlight=False).print(alert_tables.deliveries_table(found))
