"""`longpole trends`: how a workflow's figures went, as sparklines.

Upstream: the command line. Downstream: `services.performance`, `trend_pictures`.
"""

from typing import Annotated

import typer
from rich.console import Console, Group

from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.cli.targets import workflow_named
from longpole.domain.trends import By, PeriodType

_USUAL = ("run_time", "run_count", "error_rate", "cost", "tokens_input", "tokens_output", "cache_hit_rate", "retries")


def trends(  # noqa: PLR0917 - Typer reads options off the signature
    workflow: Annotated[str, typer.Argument(metavar="APP/WORKFLOW", help="Of which workflow.")],
    metric: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of which metric; without it, the usual ones.")
    ] = None,
    period: Annotated[PeriodType, typer.Option(help="How long a point's time is.")] = PeriodType.DAILY,
    by: Annotated[By | None, typer.Option(help="Each of these has a line.")] = None,
    tz: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Whose days are meant, such as Europe/Berlin; without it UTC.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="The period: so many days up to now.")] = 30,
    database_url: DatabaseUrl = None,
) -> None:
    """Print how a workflow's figures went. Needs no server.

    [bold]Examples[/bold]

      longpole trends shop/trip_planner
      longpole trends shop/trip_planner --metric cost --period weekly --days 90
      longpole trends shop/trip_planner --by node --days 14
    """
    on = installed_runtime(database_url)
    try:
        Console(highlight=False).print(_picture(workflow, metric, period, by, tz, days))
    finally:
        on.close()


def _picture(  # noqa: PLR0917 - as the command's options
    target: str, metric: str | None, period: PeriodType, by: By | None, tz: str | None, days: int
) -> Group:
    from longpole.cli.trend_pictures import picture  # noqa: PLC0415 - keeps `longpole --help` quick
    from longpole.services import runs  # noqa: PLC0415 - the same
    from longpole.services.performance import WorkflowPerformanceService as Performance  # noqa: PLC0415 - the same

    known = [(each.app_id, each.workflow_id) for app in runs.list_apps() for each in runs.list_workflows(app.app_id)]
    app_id, workflow_id = workflow_named(target, known)
    wanted: tuple[str | None, ...] = (metric,) if metric is not None or by is not None else _USUAL
    return picture(
        [Performance.get_performance_trends(app_id, workflow_id, name, period, days, by=by, tz=tz) for name in wanted]
    )
