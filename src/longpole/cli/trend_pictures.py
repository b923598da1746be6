"""Trends drawn: a line of bars for each, with gaps where nothing is known.

    median run   ▂▂▃▂ ▃▅▇█▇    1.20 s → 2.31 s

Upstream: `trends`, `forecast`. Downstream: `fitting`, `amounts`.
"""

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Group
from rich.text import Text

from longpole.cli.fitting import Cell, Column, FittingTable
from longpole.domain import amounts
from longpole.domain.trends import PeriodType, TrendLine, TrendPoint, TrendSeries

BARS = "▁▂▃▄▅▆▇█"
_MOST_BARS = 60
_SECONDS = {PeriodType.HOURLY: 3_600, PeriodType.DAILY: 86_400, PeriodType.WEEKLY: 604_800, PeriodType.MONTHLY: 0}
_COLUMNS = (
    Column("", justify="left"),
    Column("", justify="left"),
    Column("First", 2),
    Column("Last"),
    Column("Least", 3),
    Column("Most", 1),
)


def picture(series: Sequence[TrendSeries]) -> Group:
    """Lines of one or more metrics of a workflow over the same periods."""
    first = series[0]
    rows = [_row(_label(line, each), line.points, each) for each in series for line in each.items]
    whose = amounts.name(f"{first.app_id}/{first.workflow_id}")
    by = "" if first.by is None else f", {first.metric_type} by {first.by.replace('_', ' ')}"
    zone = amounts.name(first.tz)
    title = f"{whose}{by}: {first.period_type}, {_day(first)} to {first.period_end:%Y-%m-%d %H:%M}Z ({zone})"
    if not rows:
        return Group(Text(title, style="bold"), Text("Nothing is known of it in this time. More days: --days."))
    return Group(FittingTable(title, _COLUMNS, rows), *(Text(note, style="dim") for note in _notes(first)))


def _day(series: TrendSeries) -> str:
    return f"{series.period_start:%Y-%m-%d %H:%M}Z"


def _label(line: TrendLine, series: TrendSeries) -> Text:
    if series.by is None:
        return Text(series.metric_type)
    label = Text(
        amounts.name(line.title if line.node_type is not None and line.title else line.name or amounts.UNKNOWN)
    )
    within = line.enclosing_node_id
    return label if within is None else label.append(f" in {amounts.name(within)}", "dim")


def _row(label: Text, points: Sequence[TrendPoint], series: TrendSeries) -> Sequence[Cell]:
    values = [point.value for point in points]
    ends = (values[0], values[-1], min(values), max(values))
    return (label, Text(bars(_spaced(points, series)), style="cyan"), *(written(each, series.unit) for each in ends))


def _spaced(points: Sequence[TrendPoint], series: TrendSeries) -> list[float | None]:
    """A value for each of the last periods; None where there is a gap."""
    values: list[float | None] = []
    last = series.period_start
    for point in points:
        values += [None] * _periods((point.period_start - last).total_seconds(), series.period_type)
        values.append(point.value)
        last = point.period_end
    values += [None] * _periods((series.period_end - last).total_seconds(), series.period_type)
    return values[-_MOST_BARS:]


def _periods(seconds: float, period_type: PeriodType) -> int:
    """How many periods fit: a day may have 23 hours, a month 28 days."""
    return round(seconds / (_SECONDS[period_type] or 30.4 * 86_400))


def bars(values: Sequence[float | None]) -> str:
    """A bar from 0 to the largest value for each; a space for None."""
    most = max((value for value in values if value is not None), default=0.0) or 1.0
    return "".join(
        " " if value is None else BARS[min(int(value / most * len(BARS)), len(BARS) - 1)] for value in values
    )


def written(value: float, unit: str) -> str:
    """A value for people."""
    match unit:
        case "seconds":
            return amounts.duration(value)
        case "dollars":
            return amounts.money(Decimal(repr(value)))
        case "ratio":
            return amounts.share(value)
        case "percent":
            return amounts.percentage(value)
        case "bytes":
            return amounts.size(value)
        case _:
            return amounts.count(value)


def _notes(series: TrendSeries) -> list[str]:
    notes = []
    if series.kept_since is not None:
        notes.append(f"Hours are kept since {series.kept_since:%Y-%m-%d %H:%M}Z: what was before is not shown.")
    if series.left_out:
        notes.append(f"{series.left_out} more lines, all smaller.")
    return notes
