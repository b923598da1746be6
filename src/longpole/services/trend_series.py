"""How a workflow's figures went, straight from its cells: by hour, day, week or month, as a whole or line by line.

    cells of the stretch ─► line × period ─► merged ─► figures      a period without cells has no point

Days, weeks and months are those of UTC, from day cells, or of any zone, from hour
cells, for as long as hours are kept. What is not in the cells yet is covered as
it is everywhere else, so that a run stored a moment ago counts.

Invariant: the points of the workflow as a whole are the rows of
`workflow_performance_trends`, where both are there.

Upstream: `performance`, `forecasts`. Downstream: `trend_lines`, `analysis.trend_series`, `analysis.trend_periods`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from sqlalchemy import Connection

from longpole import runtime
from longpole.analysis.metric_figures import figures_of
from longpole.analysis.rollup import Cells, merge
from longpole.analysis.rollup_cells import START
from longpole.analysis.trend_periods import boundaries
from longpole.analysis.trend_series import is_custom, node_figures, run_figures
from longpole.domain.errors import InvalidInputError
from longpole.domain.metrics import may_be_sent
from longpole.domain.trends import (
    NOT_OF_MODELS,
    NOT_OF_NODES,
    UNITS,
    By,
    Figures,
    PeriodType,
    TrendLine,
    TrendPoint,
    TrendSeries,
)
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.services import custom_metrics
from longpole.services.fresh_cells import fresh
from longpole.services.periods import checked_days
from longpole.services.trend_lines import LinedCells, lined_cells
from longpole.store.dirty_marks import DAY_SECONDS
from longpole.store.period_cells import cover
from longpole.store.rollup_horizons import horizons
from longpole.store.workflow_scope import find_scope

MOST_LINES = 100
MOST_POINTS = 50_000
_OF_RUNS = frozenset({None, By.VERSION})
_Word = TypeVar("_Word", PeriodType, By)


@dataclass(frozen=True, slots=True)
class _Asked:
    app_id: str
    workflow_id: str
    metric: str
    period: PeriodType
    days: int
    by: By | None
    zone: tzinfo
    tz: str


def trend_series(  # noqa: PLR0917 - the service's order
    app_id: str,
    workflow_id: str,
    metric: str | None = None,
    period: str = "daily",
    days: int = 30,
    by: str | None = None,
    tz: str | None = None,
) -> TrendSeries:
    """How a metric went over the periods that began in the last `days` days; at least over the one that goes on.

    Args:
        app_id: The application.
        workflow_id: The workflow.
        metric: A name of `domain.trends.UNITS`, or a user's; None: `run_time`, of nodes and models `node_time`.
        period: hourly, daily, weekly or monthly.
        days: 1 to 365.
        by: version, node, node_type or model has a line of its own; None: the workflow as a whole.
        tz: An IANA zone such as `Europe/Berlin`, whose days, weeks and months are meant; None: UTC.

    Raises:
        InvalidInputError: One of them is none of these, or the metric is not known of what `by` says.
    """
    wanted = _word(By, "by", by) if by is not None else None
    asked = _Asked(
        app_id,
        workflow_id,
        _metric(metric, wanted),
        _word(PeriodType, "period", period),
        checked_days(days),
        wanted,
        zone_named(tz or "UTC"),
        tz or "UTC",
    )
    return fresh(lambda connection: _series(connection, asked))


def _word(words: type[_Word], field: str, said: str) -> _Word:
    try:
        return words(said)
    except ValueError:
        raise InvalidInputError(field, f"must be one of {', '.join(words)}", said) from None


def _metric(said: str | None, by: By | None) -> str:
    if said is None:
        return "run_time" if by in _OF_RUNS else "node_time"
    if is_custom(said) and not may_be_sent(said):
        raise _unknown(said)
    if is_custom(said) and by is By.MODEL:
        raise InvalidInputError("metric", f"is not known by {by}", said)
    if by not in _OF_RUNS and said in (NOT_OF_MODELS if by is By.MODEL else NOT_OF_NODES):
        raise InvalidInputError("metric", f"is not known by {by}", said)
    return said


def _unknown(metric: str) -> InvalidInputError:
    return InvalidInputError("metric", f"must be one of {', '.join(UNITS)}, or one of your own that is known", metric)


def zone_named(name: str) -> tzinfo:
    """The zone of a name.

    Raises:
        InvalidInputError: There is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError("tz", "must be a time zone like Europe/Berlin", name) from None


def _series(connection: Connection, asked: _Asked) -> TrendSeries:
    now = runtime.current().clock() // NS_PER_SECOND
    bounds = boundaries(asked.period, asked.zone, now - asked.days * DAY_SECONDS, now)
    by_hour = asked.period is PeriodType.HOURLY or any(bound % DAY_SECONDS for bound in bounds)
    kept_since = horizons(connection).hours
    kept = [bound for bound in bounds if bound >= kept_since] if by_hour else bounds
    scope = find_scope(connection, asked.app_id, asked.workflow_id)
    items: list[TrendLine] = []
    if scope is not None and len(kept) > 1:
        found = cover(connection, [scope.workflow_key], kept[0], kept[-1], by_hour=by_hour)
        items = _lines(lined_cells(connection, scope, found, asked.metric, asked.by), asked, kept)
    unit = UNITS.get(asked.metric)
    if unit is None:
        unit = _unit_of_custom(connection, asked, is_there=bool(items))
    most = max(1, min(MOST_LINES, MOST_POINTS // len(kept))) if kept else MOST_LINES
    return TrendSeries(
        app_id=asked.app_id,
        workflow_id=asked.workflow_id,
        metric_type=asked.metric,
        unit=unit,
        period_type=asked.period,
        by=asked.by,
        tz=asked.tz,
        period_start=_instant(kept[0] if kept else bounds[-1]),
        period_end=_instant(bounds[-1]),
        kept_since=_instant(kept_since) if len(kept) < len(bounds) else None,
        items=tuple(items[:most]),
        left_out=len(items[most:]),
    )


def _unit_of_custom(connection: Connection, asked: _Asked, *, is_there: bool) -> str:
    """The unit of a user's metric; one that nobody ever heard of is a mistake."""
    known = custom_metrics.known(connection, asked.app_id, asked.workflow_id, asked.metric)
    if known is None and not is_there:
        raise _unknown(asked.metric)
    return (known and known.unit) or "number"


def _lines(of_lines: LinedCells, asked: _Asked, bounds: list[int]) -> list[TrendLine]:
    """Lines with their points, the largest first; those of which nothing is known are left out."""
    cells = of_lines.cells
    of_period = np.searchsorted(np.array(bounds), cells.keys[:, START], side="right") - 1
    inside = np.flatnonzero((of_period >= 0) & (of_period < len(bounds) - 1))
    chosen = cells if inside.size == len(cells) else cells.where(inside)
    merged = merge(chosen, np.column_stack([of_lines.of_cell[inside], of_period[inside]]))
    figures = _figures(asked, merged)
    spans = list(pairwise(map(_instant, bounds)))
    points: list[list[TrendPoint]] = [[] for _ in of_lines.lines]
    sizes = [0.0] * len(points)
    for (line, period), known in zip(merged.keys.tolist(), figures, strict=True):
        if known is not None:
            start, end = spans[period]
            points[line].append(TrendPoint(start, end, *known))
            sizes[line] += known.value if known.avg is None else known.avg * known.n
    order = sorted(range(len(points)), key=lambda line: (-sizes[line], of_lines.lines[line].name or "", line))
    return [replace(of_lines.lines[line], points=tuple(points[line])) for line in order if points[line]]


def _figures(asked: _Asked, cells: Cells) -> list[Figures | None]:
    if not len(cells):
        return []
    if is_custom(asked.metric):
        return list(figures_of(asked.metric, cells))
    return list((run_figures if asked.by in _OF_RUNS else node_figures)(asked.metric, cells))


def _instant(seconds: int) -> datetime:
    return instant(seconds * NS_PER_SECOND)
