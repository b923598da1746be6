"""`longpole forecast`: what a workflow, or all of an application, will come to, with a picture.

Upstream: the command line. Downstream: `services.forecasts`, `forecast_picture`.
"""

from typing import Annotated

import typer
from rich.console import Console, Group

from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.cli.targets import workflow_named
from longpole.domain.forecasts import ForecastMetric


def forecast(
    target: Annotated[
        str, typer.Argument(metavar="APP[/WORKFLOW]", help="Of which workflow, or of all of an application.")
    ],
    metric: Annotated[ForecastMetric, typer.Option(help="What is forecast.")] = ForecastMetric.COST,
    days: Annotated[int, typer.Option(min=1, max=90, help="So many days ahead.")] = 30,
    budget: Annotated[
        float | None, typer.Option(min=0, help="How likely is it that so much will not do? Dollars, tokens, …")
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print what the next days and this month will come to, and how the last forecast did. Needs no server.

    [bold]Examples[/bold]

      longpole forecast shop --budget 500
      longpole forecast shop/trip_planner --metric tokens --days 7
    """
    on = installed_runtime(database_url)
    try:
        Console(highlight=False).print(_picture(target, metric, days, budget))
    finally:
        on.close()


def _picture(target: str, metric: ForecastMetric, days: int, budget: float | None) -> Group:
    from longpole.cli.forecast_picture import picture  # noqa: PLC0415 - keeps `longpole --help` quick
    from longpole.services import forecasts, runs  # noqa: PLC0415 - the same

    apps = [app.app_id for app in runs.list_apps()]
    if target in apps:
        return picture(forecasts.forecast(target, None, metric, days, budget))
    known = [(app, each.workflow_id) for app in apps for each in runs.list_workflows(app)]
    app_id, workflow_id = workflow_named(target, known)
    return picture(forecasts.forecast(app_id, workflow_id, metric, days, budget))
