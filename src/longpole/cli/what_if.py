"""`longpole what-if`: what a workflow's runs would have taken with a change, as two bars.

Upstream: the command line. Downstream: `services.performance`, `what_if_picture`.
"""

import re
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.cli.targets import workflow_named
from longpole.domain.errors import InvalidInputError
from longpole.domain.what_if import (
    Cached,
    Change,
    Faster,
    ParallelIteration,
    Removed,
    Retries,
    Slots,
    WithoutEdges,
)

if TYPE_CHECKING:
    from longpole.domain.what_if import WhatIf

_SHARE = re.compile(r"(-?\d+(?:\.\d+)?)\s*%?")


def what_if(  # noqa: PLR0917 - Typer reads options off the signature
    workflow: Annotated[str, typer.Argument(metavar="APP/WORKFLOW", help="Of which workflow.")],
    node: Annotated[str | None, typer.Option(metavar="ID", help="The node that is changed.")] = None,
    faster: Annotated[
        str | None, typer.Option(metavar="30%", help="It takes so much less of its time; -20% is slower.")
    ] = None,
    removed: Annotated[bool, typer.Option("--removed", help="It is not there.")] = False,  # noqa: FBT002 - Typer reads options off the signature
    parallel: Annotated[bool, typer.Option("--parallel", help="It is a loop; its turns run side by side.")] = False,  # noqa: FBT002 - the same
    at_a_time: Annotated[int | None, typer.Option(min=1, help="With --parallel: so many turns; else all.")] = None,
    not_after: Annotated[
        str | None, typer.Option(metavar="ID", help="It does not wait for this step any more.")
    ] = None,
    max_attempts: Annotated[int | None, typer.Option(min=1, help="It is tried so often and no more.")] = None,
    retry_waits: Annotated[
        str | None, typer.Option(metavar="50%", help="So much is left of the waits between attempts.")
    ] = None,
    cached_hours: Annotated[
        float | None, typer.Option(min=0.001, max=8_760, help="Its results are cached for so long.")
    ] = None,
    slots: Annotated[int | None, typer.Option(min=1, help="So many executions at a time, of any node.")] = None,
    slot: Annotated[str | None, typer.Option(metavar="NAME", help="With --slots: of what has this slot.")] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="The period: so many days up to now.")] = 7,
    database_url: DatabaseUrl = None,
) -> None:
    """Print what runs would have taken with a change, by replaying them. Needs no server.

    Several changes may be asked for at once: all of them are made.

    [bold]Examples[/bold]

      longpole what-if shop/trip_planner --node itinerary --faster 30%
      longpole what-if shop/trip_planner --node itinerary --cached-hours 24
      longpole what-if shop/trip_planner --node each_hotel --parallel --at-a-time 4
      longpole what-if shop/trip_planner --slots 8
    """
    changes = _of_node(node, faster, removed, parallel, at_a_time, not_after, max_attempts, retry_waits, cached_hours)
    if slots is not None:
        changes.append(Slots(slots, slot))
    if not changes:
        raise InvalidInputError("what-if", "what is to be different? For example: --node ID --faster 30%")
    on = installed_runtime(database_url)
    try:
        Console(highlight=False).print(_picture(workflow, changes, days, cached_hours))
    finally:
        on.close()


def _of_node(  # noqa: PLR0917 - as the command's options
    node: str | None,
    faster: str | None,
    removed: bool,  # noqa: FBT001 - the same
    parallel: bool,  # noqa: FBT001 - the same
    at_a_time: int | None,
    not_after: str | None,
    max_attempts: int | None,
    retry_waits: str | None,
    cached_hours: float | None,
) -> list[Change]:
    asked = (faster, max_attempts, retry_waits, cached_hours, not_after)
    if node is None:
        if removed or parallel or any(each is not None for each in asked):
            raise InvalidInputError("--node", "says which node is meant, and is missing")
        return []
    made: list[Change] = []
    if faster is not None:
        made.append(Faster(node, _share("--faster", faster)))
    if removed:
        made.append(Removed(node))
    if parallel:
        made.append(ParallelIteration(node, at_a_time))
    if not_after is not None:
        made.append(WithoutEdges(((not_after, node),), is_joined=True))
    if max_attempts is not None or retry_waits is not None:
        made.append(Retries(node, max_attempts, 1.0 if retry_waits is None else _share("--retry-waits", retry_waits)))
    if cached_hours is not None:
        made.append(Cached(node))
    return made


def _share(option: str, text: str) -> float:
    """`30%`, `30 %` and `0.3` as 0.3; 1 is all of it, and so is `100%`.

    Raises:
        InvalidInputError: It is neither, or more than the whole.
    """
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        raise InvalidInputError(option, "must be a percentage like 30%, or a share like 0.3", text)
    share = float(found[1]) / (100 if text.strip().endswith("%") else 1)
    if share > 1 and option == "--faster":
        raise InvalidInputError(option, "is at most 100%: then it takes no time at all", text)
    return share


def _picture(target: str, changes: list[Change], days: int, ttl_hours: float | None) -> object:
    from longpole.cli.what_if_picture import picture  # noqa: PLC0415 - keeps `longpole --help` quick
    from longpole.services import runs  # noqa: PLC0415 - the same
    from longpole.services.performance import WorkflowPerformanceService as Performance  # noqa: PLC0415 - the same

    known = [(each.app_id, each.workflow_id) for app in runs.list_apps() for each in runs.list_workflows(app.app_id)]
    app_id, workflow_id = workflow_named(target, known)
    answer: WhatIf = Performance.what_if(app_id, workflow_id, changes, days, ttl_hours=ttl_hours)
    return picture(f"{app_id}/{workflow_id}", changes, answer, days)
