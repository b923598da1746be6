"""A forecast drawn: what was in full bars, what is to come up to its middle, and its bounds as shade.

           ▁           ░  ░
      █    █    █    ░ ▒░ ▒░
    █ █  █ █  █ █    ▒ █▒ █▒      past │ to come, with 95 % bounds

Upstream: `forecast`. Downstream: `trend_pictures`, `domain.amounts`.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from rich.console import Group
from rich.text import Text

from longpole.cli.trend_pictures import written
from longpole.domain import amounts
from longpole.domain.forecasts import Backtest, Forecast, ForecastTotal

_ROWS, _MOST_COLUMNS = 8, 72
_LABEL = 10
_SEVERAL = 2


class _Column(NamedTuple):
    value: float | None
    low: float | None = None
    high: float | None = None


def picture(made: Forecast) -> Group:
    """The whole answer; where there is none, why."""
    whose = amounts.name(made.app_id if made.workflow_id is None else f"{made.app_id}/{made.workflow_id}")
    of = " (all workflows)" if made.workflow_id is None else ""
    head = Text(f"{whose}{of}: {made.metric}, the next {_days(made.days)}", style="bold")
    if made.total is None:
        return Group(head, Text(f"No forecast. {made.declined}", style="yellow"))
    notes = [] if made.declined is None else [Text(made.declined, style="yellow")]
    return Group(head, Text(), *_chart(made), Text(), *_lines(made), *notes)


def _days(days: int) -> str:
    return "day" if days == 1 else f"{days} days"


def _chart(made: Forecast) -> Iterator[Text]:
    """Columns of as many points each as fit."""
    known = len(made.past)
    every = -(-(known + len(made.points)) // _MOST_COLUMNS)
    past = [
        _Column(_mean([point.value for point in made.past[begin : begin + every]])) for begin in range(0, known, every)
    ]
    ahead = []
    for begin in range(0, len(made.points), every):
        some = made.points[begin : begin + every]
        bounds = (_mean([each.low for each in some]), _mean([each.high for each in some]))
        ahead.append(_Column(_mean([each.value for each in some]), *bounds))
    most = _most(past, ahead)
    for row in range(_ROWS, 0, -1):
        label = written(most, made.unit) if row == _ROWS else "0" if row == 1 else ""
        line = Text(f"{label:>{_LABEL}} ")
        line.append("".join("█" if _reaches(column.value, row, most) else " " for column in past), "cyan")
        line.append("│", "dim")
        line.append("".join(_ahead(column, row, most) for column in ahead), "green")
        yield line
    each = f", a column is {every} {'hours' if made.period_type == 'hourly' else 'days'}" if every >= _SEVERAL else ""
    yield Text(f"{'':{_LABEL}} past │ to come, with 95 % bounds{each}", style="dim")


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _most(past: Sequence[_Column], ahead: Sequence[_Column]) -> float:
    """The greatest value; of bounds, what nine of ten do not exceed, so that one does not flatten all."""
    values = [column.value for column in (*past, *ahead) if column.value is not None]
    bounds = [column.high for column in ahead if column.high is not None]
    return max(*values, float(np.quantile(bounds, 0.9)) if bounds else 0.0, 1e-12)


def _reaches(value: float | None, row: int, most: float) -> bool:
    return value is not None and value / most * _ROWS > row - 1


def _ahead(column: _Column, row: int, most: float) -> str:
    if _reaches(column.low, row, most):
        return "█"
    if _reaches(column.value, row, most):
        return "▒"
    return "░" if _reaches(column.high, row, most) else " "


def _lines(made: Forecast) -> Iterator[Text]:
    if made.total is not None:
        name = "the greatest" if made.month is None else "in all"
        yield _told(f"{name}, {made.total.period_start:%d %b} to {made.total.period_end:%d %b}", made.total, made)
    if made.month is not None:
        so_far = written(made.month.so_far, made.unit)
        yield _told(f"{made.month.period_start:%B} ({so_far} so far)", made.month, made)
    if made.backtest is not None:
        yield Text(_did(made.backtest, made.unit), style="dim")


def _told(name: str, total: ForecastTotal, made: Forecast) -> Text:
    bounds = f"{written(total.low, made.unit)} to {written(total.high, made.unit)}"
    line = Text(f"{name}: ")
    if total.value is None:
        line.append(f"{bounds} (4 of 5 times)", "bold")
    else:
        line.append(written(total.value, made.unit), "bold").append(f" ({bounds}, 4 of 5 times)")
    if total.over_budget is not None and made.budget is not None:
        style = "red" if total.over_budget > 1 / 2 else "yellow" if total.over_budget > 1 / 10 else "green"
        line.append(f", over {written(made.budget, made.unit)}: {amounts.share(total.over_budget)}", style)
    return line


def _did(backtest: Backtest, unit: str) -> str:
    said, came = written(backtest.value, unit), written(backtest.actual, unit)
    off = "" if backtest.error is None else f", {amounts.share(backtest.error)} off"
    held = "within" if backtest.held else "outside"
    return (
        f"Of {backtest.period_start:%d %b} to {backtest.period_end:%d %b} it would have said {said}; {came} came{off}, "
        f"{held} its bounds. {amounts.share(backtest.coverage)} of the points were within theirs (95 % should be)."
    )
