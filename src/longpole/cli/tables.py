"""The services' figures as tables for a terminal.

Upstream: `cli.report`, `cli.demo`. Downstream: `fitting`, `amounts`.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter

from rich.text import Text

from longpole.cli.fitting import Cell, Column, FittingTable
from longpole.domain import amounts
from longpole.domain.figures import (
    AppFigures,
    Bottleneck,
    Bottlenecks,
    NodeBreakdown,
    NodeFigures,
    NodeTypeFigures,
    PerformanceSummary,
    PeriodFigures,
    WaitingFigures,
    WorkflowFigures,
)

_SUMMARY: Sequence[tuple[str, str, Callable[..., str]]] = (
    ("Runs", "run_count", amounts.count),
    ("  failed", "failed", amounts.count),
    ("  partial", "partial", amounts.count),
    ("Success rate", "success_rate", amounts.share),
    ("Run time, median", "execution_time.p50", amounts.duration),
    ("  95th percentile", "execution_time.p95", amounts.duration),
    ("  99th percentile", "execution_time.p99", amounts.duration),
    ("  mean", "execution_time.avg", amounts.duration),
    ("  deviation", "execution_time.stddev", amounts.duration),
    ("  shortest", "execution_time.min", amounts.duration),
    ("  longest", "execution_time.max", amounts.duration),
    ("Tokens", "tokens.total", amounts.count),
    ("  input", "tokens.input", amounts.count),
    ("  of it cache reads", "tokens.cache_read", amounts.count),
    ("  output", "tokens.output", amounts.count),
    ("Cost", "total_cost", amounts.money),
    ("  known for", "cost_known_share", amounts.share),
    ("Cache hit rate", "cache_hit_rate", amounts.percentage),
    ("Peak memory", "memory_peak.max", amounts.size),
)
_MORE_IS_WORSE = ("failed", "partial", "execution_time", "total_cost", "tokens", "memory_peak")
_MORE_IS_BETTER = ("success_rate", "cache_hit_rate")
_NOTABLE_CHANGE = 0.05


def apps_table(apps: Sequence[AppFigures]) -> FittingTable:
    """The applications."""
    columns = (Column("Application", justify="left"), Column("Workflows"), Column("Runs"), Column("Last run", 1))
    rows = [
        (
            amounts.name(app.app_id),
            amounts.count(app.workflow_count),
            amounts.count(app.run_count),
            amounts.moment(app.last_run_at),
        )
        for app in apps
    ]
    return FittingTable("Applications", columns, rows)


def workflows_table(workflows: Sequence[WorkflowFigures]) -> FittingTable:
    """Workflows, as `longpole report` wants them named."""
    columns = (
        Column("Workflow", justify="left"),
        Column("Runs"),
        Column("Failed", 3),
        Column("Median", 1),
        Column("p95", 2),
        Column("Cost", 4),
        Column("Last run", 5),
    )
    return FittingTable("Workflows", columns, [_workflow_row(each) for each in workflows])


def _workflow_row(workflow: WorkflowFigures) -> Sequence[Cell]:
    return (
        amounts.name(f"{workflow.app_id}/{workflow.workflow_id}"),
        amounts.count(workflow.run_count),
        _alarming(amounts.count(workflow.failed), alarm=workflow.failed > 0),
        amounts.duration(workflow.execution_time.p50),
        amounts.duration(workflow.execution_time.p95),
        amounts.money(workflow.total_cost),
        amounts.moment(workflow.last_run_at),
    )


def summary_table(summary: PerformanceSummary) -> FittingTable:
    """The period's figures beside those of the period before. Figures of which neither knows anything are left out."""
    columns = (
        Column("", justify="left"),
        Column("This period"),
        Column("Before", 2),
        Column("Change", 1),
    )
    rows = [
        (label, _figure(summary, path, written), _figure(summary.previous, path, written), _change(summary, path))
        for label, path, written in _SUMMARY
        if any(attrgetter(path)(period) is not None for period in (summary, summary.previous))
    ]
    days = round((summary.period_end - summary.period_start).total_seconds() / 86_400)
    whose = amounts.name(f"{summary.app_id}/{summary.workflow_id}")
    title = f"{whose}: {'the last day' if days == 1 else f'the last {days} days'}"
    return FittingTable(title, columns, rows)


def _figure(figures: PeriodFigures, path: str, written: Callable[..., str]) -> str:
    return written(attrgetter(path)(figures))


def _change(summary: PerformanceSummary, path: str) -> Text:
    ratio = summary.change.get(path)
    text = Text(amounts.change(ratio))
    if ratio is not None and abs(ratio) >= _NOTABLE_CHANGE:
        if path.startswith(_MORE_IS_WORSE):
            text.stylize("red" if ratio > 0 else "green")
        elif path.startswith(_MORE_IS_BETTER):
            text.stylize("green" if ratio > 0 else "red")
    return text


def nodes_table(breakdown: NodeBreakdown) -> FittingTable:
    """Node types by time and, under each, its nodes."""
    columns = (
        Column("Node", justify="left"),
        Column("Times", 3),
        Column("Median", 1),
        Column("p95", 2),
        Column("Total", 6),
        Column("Own share"),
        Column("Errors", 4),
        Column("Retries", 7),
        Column("Tokens", 8),
        Column("Cost", 5),
        Column("Cached", 9),
    )
    rows: list[Sequence[Cell]] = []
    for of_type in breakdown.items:
        rows.append(_node_row(Text(amounts.name(of_type.node_type), style="bold"), of_type))
        rows += [_node_row(Text("  ").append_text(_placed(node)), node) for node in of_type.nodes]
    return FittingTable("Where the time goes, by type and node", columns, rows)


def _node_row(label: Text, figures: NodeTypeFigures | NodeFigures) -> Sequence[Cell]:
    time = figures.execution_time
    return (
        label,
        amounts.count(figures.execution_count),
        amounts.duration(time.p50),
        amounts.duration(time.p95),
        amounts.duration(time.total),
        amounts.share(figures.share),
        _alarming(amounts.share(figures.error_rate), alarm=bool(figures.error_rate)),
        amounts.count(figures.retry_count),
        amounts.count(figures.tokens.total),
        amounts.money(figures.cost),
        amounts.count(figures.cache_hits),
    )


def bottlenecks_table(bottlenecks: Bottlenecks) -> FittingTable:
    """Nodes and kinds of waiting by their share of critical time."""
    columns = (
        Column("On the critical path", justify="left"),
        Column("Share"),
        Column("Median", 1),
        Column("p95", 2),
        Column("In runs", 3),
        Column("Type", 4, "left"),
    )
    waiting = bottlenecks.waiting
    kinds = (("queue", waiting.queue), ("retry", waiting.retry_delay), ("engine", waiting.engine_overhead))
    shares = [(node.critical_share, _bottleneck_row(node)) for node in bottlenecks.items]
    shares += [(figures.share, _waiting_row(name, figures)) for name, figures in kinds if figures.seconds > 0]
    rows = [row for _, row in sorted(shares, key=lambda each: each[0], reverse=True)]
    runs = "1 run" if bottlenecks.runs_analysed == 1 else f"{bottlenecks.runs_analysed:,} runs"
    title = f"What decides how long a run takes ({runs}"
    covered = "" if bottlenecks.coverage is None else f", {amounts.share(bottlenecks.coverage)} of the time"
    return FittingTable(f"{title}{covered})", columns, rows)


def _placed(node: NodeFigures | Bottleneck) -> Text:
    """A node's title and the step around it: steps often call their models and tools by the same names."""
    title = Text(amounts.name(node.node_title))
    return (
        title if node.enclosing_node_id is None else title.append(f" in {amounts.name(node.enclosing_node_id)}", "dim")
    )


def _bottleneck_row(node: Bottleneck) -> Sequence[Cell]:
    return (
        _placed(node),
        amounts.share(node.critical_share),
        amounts.duration(node.critical_time.p50),
        amounts.duration(node.critical_time.p95),
        amounts.share(node.on_path_share),
        amounts.name(node.node_type),
    )


def _waiting_row(name: str, figures: WaitingFigures) -> Sequence[Cell]:
    return (Text(f"waiting: {name}", style="dim"), amounts.share(figures.share), "", "", "", "")


def _alarming(text: str, *, alarm: bool) -> Text:
    return Text(text, style="red" if alarm else "")
