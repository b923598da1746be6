"""`longpole degradations`: what became slower, dearer or less reliable, since when, and why.

Upstream: the command line. Downstream: `services.degradations`, `degradation_pictures`.
"""

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.cli.targets import workflow_named
from longpole.domain.degradations import Degradation, DegradationState, DetectionMethod


class Which(StrEnum):
    """Which events are shown."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


def degradations(
    workflow: Annotated[
        str | None, typer.Argument(metavar="[APP/WORKFLOW]", help="Of which workflow; of all, without it.")
    ] = None,
    state: Annotated[Which, typer.Option(help="Those that still stand, those that are over, or all.")] = Which.OPEN,
    as_json: Annotated[bool, typer.Option("--json", help="As the HTTP API answers it.")] = False,  # noqa: FBT002 - Typer reads options off the signature
    scan: Annotated[bool, typer.Option("--scan", help="Look for changes now; else upkeep does so.")] = False,  # noqa: FBT002 - the same
    database_url: DatabaseUrl = None,
) -> None:
    """Print the changes of level that were found, each with its series and its causes. Needs no server.

    [bold]Examples[/bold]

      longpole degradations
      longpole degradations shop/trip_planner --state all
      longpole degradations shop/trip_planner --scan
    """
    on = installed_runtime(database_url)
    try:
        asked = None if state is Which.ALL else DegradationState(state.value)
        for each in _shown(workflow, asked, as_json=as_json, scan=scan):
            Console(highlight=False, soft_wrap=as_json).print(each, markup=False)
    finally:
        on.close()


def _shown(target: str | None, state: DegradationState | None, *, as_json: bool, scan: bool) -> list[RenderableType]:
    from longpole.cli.degradation_pictures import picture  # noqa: PLC0415 - keeps `longpole --help` quick
    from longpole.services import degradations as service  # noqa: PLC0415 - the same
    from longpole.services import runs  # noqa: PLC0415 - the same

    app_id = workflow_id = None
    if target is not None:
        known = [
            (each.app_id, each.workflow_id) for app in runs.list_apps() for each in runs.list_workflows(app.app_id)
        ]
        app_id, workflow_id = workflow_named(target, known)
    if scan and app_id is not None and workflow_id is not None:
        service.scan_workflow(app_id, workflow_id)
    elif scan:
        service.scan()
    found = service.events(app_id, workflow_id, state)
    if as_json:
        from longpole.rest.schemas.degradations import Degradations  # noqa: PLC0415 - the same

        return [Degradations.model_validate({"items": found}).model_dump_json(indent=2)]
    if not found:
        what = "is" if state is DegradationState.OPEN else "was"
        whose = "" if target is None else f" of {target}"
        return [f"No change of level{whose} {what} known. Series need 20 runs a point; see `longpole trends`."]
    return [
        picture(event, service.series(event.app_id, event.workflow_id, event.metric, _version_of(event)))
        for event in found
    ]


def _version_of(event: Degradation) -> str | None:
    """The version whose series is drawn: none for what was found run by run, as the change is between versions."""
    return event.workflow_version if event.method is DetectionMethod.CHANGE_POINT else None
