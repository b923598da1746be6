"""`longpole report`: where a workflow's time and money go, and one run drawn.

Upstream: the command line, `cli.demo`. Downstream: the services, `tables`, `waterfall`.
"""

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, Group
from rich.text import Text

from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.cli.tables import bottlenecks_table, nodes_table, summary_table, workflows_table
from longpole.cli.targets import unknown_workflow, workflow_named
from longpole.cli.waterfall import Span, Waterfall
from longpole.domain import amounts
from longpole.domain.units import NS_PER_MS, instant_ns, nanoseconds

if TYPE_CHECKING:
    from longpole.cli.fitting import FittingTable
    from longpole.domain.figures import Bottlenecks, NodeBreakdown, PerformanceSummary, WorkflowFigures
    from longpole.domain.runs import RunRecord

_NOTHING = """Nothing has been recorded yet. Start `longpole serve` and point an OpenTelemetry exporter at it:

  export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318

or read what was exported to a file: `longpole ingest traces.jsonl`."""


def report(
    workflow: Annotated[
        str | None,
        typer.Argument(metavar="APP/WORKFLOW", help="Of which workflow; without it, which ones there are."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="The period: so many days up to now.")] = 7,
    database_url: DatabaseUrl = None,
) -> None:
    """Print where a workflow's time and money go, and its slowest run. Needs no server.

    [bold]Examples[/bold]

      longpole report
      longpole report shop/trip_planner --days 30
    """
    on = installed_runtime(database_url)
    try:
        Console(highlight=False).print(_answer(workflow, days))
    finally:
        on.close()


def _answer(target: str | None, days: int) -> Group:
    from longpole.services import runs  # noqa: PLC0415 - keeps `longpole --help` quick

    workflows = [each for app in runs.list_apps() for each in runs.list_workflows(app.app_id)]
    if target is None:
        return overview(workflows)
    of_app = [each for each in workflows if each.app_id == target]
    if of_app:
        return overview(of_app)
    known = [(each.app_id, each.workflow_id) for each in workflows]
    app_id, workflow_id = workflow_named(target, known)
    if (app_id, workflow_id) not in known and not runs.list_runs(app_id, workflow_id, limit=1).items:
        raise unknown_workflow(target)
    advice = Text(f"What to change: longpole advise '{amounts.name(f'{app_id}/{workflow_id}')}'", style="dim")
    return Group(workflow_report(app_id, workflow_id, days), advice)


def overview(workflows: "list[WorkflowFigures]") -> Group:
    """Which workflows there are, and how to see more of one."""
    if not workflows:
        return Group(Text(_NOTHING))
    example = amounts.name(f"{workflows[0].app_id}/{workflows[0].workflow_id}")
    return Group(workflows_table(workflows), Text(f"More of one: longpole report '{example}'", style="dim"))


def workflow_report(app_id: str, workflow_id: str, days: int) -> Group:
    """All that is printed of a workflow, asked of the services."""
    from longpole.services.performance import WorkflowPerformanceService as Performance  # noqa: PLC0415 - as above

    summary = Performance.get_workflow_performance_summary(app_id, workflow_id, days)
    return rendered(
        summary,
        Performance.get_node_performance_breakdown(app_id, workflow_id, days),
        Performance.identify_bottlenecks(app_id, workflow_id, days),
        _slowest(summary),
    )


def rendered(
    summary: "PerformanceSummary", breakdown: "NodeBreakdown", bottlenecks: "Bottlenecks", slowest: "RunRecord | None"
) -> Group:
    """The same, of what the services answered."""
    parts: list[FittingTable | Waterfall | Text] = [summary_table(summary)]
    if summary.run_count == 0:
        parts.append(Text("No run ended in this period. More days: --days.", style="dim"))
    if breakdown.items:
        parts.append(nodes_table(breakdown))
    if bottlenecks.items:
        parts.append(bottlenecks_table(bottlenecks))
    if slowest is not None:
        parts.append(waterfall(slowest, "The slowest run"))
    return Group(*parts)


def waterfall(record: "RunRecord", what: str) -> Waterfall:
    """A run drawn, its critical path lit."""
    from longpole.analysis.critical_path import critical_path  # noqa: PLC0415 - as above

    run = record.run
    status = run.status.value if run.status else "without an end"
    title = f"{what}: {amounts.name(run.workflow_run_id)}, {amounts.duration(run.total_execution_time)}, {status}"
    path = critical_path(record.nodes, run.start_ns, run.end_ns)
    critical: dict[str, list[Span]] = defaultdict(list)
    for segment in path:
        if segment.node_execution_id is not None and not segment.waiting:
            critical[segment.node_execution_id].append((segment.start_ns, segment.end_ns))
    waiting = [(segment.start_ns, segment.end_ns) for segment in path if segment.waiting]
    return Waterfall(record, title, critical, waiting)


def _slowest(summary: "PerformanceSummary") -> "RunRecord | None":
    """The period's longest run, found by how long the summary says it was."""
    from longpole.domain.run_lists import RunFilters  # noqa: PLC0415 - as above
    from longpole.services import runs  # noqa: PLC0415 - as above

    longest_s = summary.execution_time.max
    if longest_s is None:
        return None
    filters = RunFilters(
        since_ns=instant_ns(summary.period_start),
        slower_than_ns=nanoseconds(longest_s) - NS_PER_MS,  # seconds as a float may lie a little above
    )
    page = runs.list_runs(summary.app_id, summary.workflow_id, filters, 1, None)
    return runs.get_run(page.items[0].workflow_run_id) if page.items else None
