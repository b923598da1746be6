"""A change of level drawn: its series with the step marked, and the causes under it.

    ▃▃▃▂▃▃▃▃┃▆▇▇▆▇▇   a point is 6 h   2.50 s → 3.50 s

Upstream: `degradations`. Downstream: `trend_pictures`, `amounts`.
"""

import math
from typing import Any

from rich.console import Group
from rich.text import Text

from longpole.analysis.watched import Points
from longpole.cli.trend_pictures import bars, written
from longpole.domain import amounts
from longpole.domain.degradations import (
    Cause,
    CauseKind,
    Degradation,
    DegradationState,
    DegradedMetric,
    DetectionMethod,
)

_WORDS = {
    DegradedMetric.RUN_TIME_P50: "median run time",
    DegradedMetric.RUN_TIME_P95: "95th percentile of run time",
    DegradedMetric.ERROR_RATE: "error rate",
    DegradedMetric.COST: "cost a run",
}
_UNITS = {DegradedMetric.ERROR_RATE: "ratio", DegradedMetric.COST: "dollars"}
_KINDS = {
    CauseKind.NODE: "node",
    CauseKind.WORKFLOW_VERSION: "new version",
    CauseKind.MODEL: "other model",
    CauseKind.INPUT_SIZE: "size of inputs at",
    CauseKind.TRAFFIC_MIX: "more runs through",
    CauseKind.CACHE_HIT_RATE: "cache hits of",
    CauseKind.ERROR_RATE: "failures and retries of",
}
_MOST_POINTS = 48
_MOST_CAUSES = 3
_VAGUE = 10
"""Of what hardly ever was, nobody knows how much more often it is."""


def picture(event: Degradation, points: Points | None) -> Group:
    """An event; without its series where too few runs are left for one."""
    lines = [_head(event), _figures(event)]
    if points is not None:
        lines.append(_series(event, points))
    lines += [_cause(number, cause, event) for number, cause in enumerate(event.causes[:_MOST_CAUSES], 1)]
    if not event.causes:
        lines.append(Text("  What was behind it is not known: too few of its runs are kept.", "dim"))
    return Group(*lines, Text(""))


def _head(event: Degradation) -> Text:
    whose = amounts.name(f"{event.app_id}/{event.workflow_id}")
    if event.workflow_version is not None:
        whose += f" ({amounts.name(event.workflow_version)})"
    colour = "green" if event.is_improvement else "red"
    word = "better" if event.is_improvement else "worse"
    text = Text(whose, style="bold").append(f"  {_WORDS[event.metric]} ", "").append(word, colour)
    over = "" if event.closed_at is None else f", until {amounts.moment(event.closed_at)}"
    is_open = "" if event.state is DegradationState.OPEN else " (over)"
    return text.append(f" since {amounts.moment(event.started_at)}{over}{is_open}", "")


def _figures(event: Degradation) -> Text:
    unit = _UNITS.get(event.metric, "seconds")
    ratio = f"×{event.ratio:.2f} ({event.low:.2f}–{event.high:.2f})"
    if event.high > _VAGUE * event.low:
        ratio = f"×{event.low:.2f} or more" if event.ratio > 1 else f"×{event.high:.2f} or less"
    how = "run by run" if event.method is DetectionMethod.SEQUENTIAL else "as a step of its series"
    return Text(f"  {written(event.before, unit)} → {written(event.after, unit)}  {ratio}, found {how}")


def _series(event: Degradation, points: Points) -> Text:
    step = points.index(int(event.started_at.timestamp()))
    begin = max(min(step - _MOST_POINTS // 2, points.values.size - _MOST_POINTS), 0)
    values = [None if math.isnan(value) else value for value in points.values.tolist()]
    drawn = bars(values[begin : begin + _MOST_POINTS])
    mark = min(max(step - begin, 0), len(drawn))
    style = "green" if event.is_improvement else "red"
    wide = points.width // 3_600
    return (
        Text(f"  {drawn[:mark]}", "cyan")
        .append("┃", "bold")
        .append(drawn[mark:], style)
        .append(f"  a point is {wide} h" if wide < 24 else "  a point is a day", "dim")  # noqa: PLR2004 - hours of a day
    )


def _cause(number: int, cause: Cause, event: Degradation) -> Text:
    told = f"  {number}. {_KINDS[cause.kind]} {amounts.name(cause.name)}: explains {amounts.share(cause.share)}"
    return Text(told).append(_evidence(cause.evidence, event, cause.kind), "dim")


def _evidence(evidence: Any, event: Degradation, kind: CauseKind) -> str:
    if kind is CauseKind.NODE:
        unit = _UNITS.get(event.metric, "seconds")
        return f"  ({written(evidence['before'], unit)} → {written(evidence['after'], unit)} a run)"
    if kind is CauseKind.INPUT_SIZE:
        return f"  ({amounts.count(evidence['before'])} → {amounts.count(evidence['after'])} tokens or bytes)"
    shares = [evidence[name] for name in evidence if name.endswith(("_before", "_after")) and "runs" not in name]
    return "" if len(shares) < 2 else f"  ({amounts.share(shares[0])} → {amounts.share(shares[1])})"  # noqa: PLR2004 - before and after
