"""What several workflows will come to together: each one's middle, all of them's bounds.

    workflow a  ▂▃▂▃ ─► middle ┐
    workflow b  ▅▁▅▁ ─► middle ┴─► sum of the middles ┐
    all         ▇▄▇▄ ─► mistakes ─────────────────────┴─► paths ─► bounds, totals, chance of a budget

Mistakes are those of the whole: workflows that grow together are not taken
for independent ones.

Invariant: low ≤ value ≤ high, nothing below 0; the same past gives the same outlook.

Upstream: `services.forecasts`. Downstream: `forecast`, `forecast_paths`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.forecast import Forecast, forecast, rough
from longpole.analysis.forecast_paths import band, paths

Floats = NDArray[np.float64]

_MOST_APART = 50
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to come, point by point.

    Attributes:
        values: float64 of shape (horizon,).
        low: Of 95 % bounds.
        high: Likewise.
        futures: float64 of shape (paths, horizon).
        is_range: Only the bounds mean something.
    """

    values: Floats
    low: Floats
    high: Floats
    futures: Floats
    is_range: bool


def outlook(table: Floats, horizon: int, seasons: Sequence[int], *, greatest: bool, only_range: bool) -> Outlook | None:
    """What the rows of a table come to together; None where too little is known.

    Args:
        table: float64 of shape (workflows, points); NaN is unknown.
        horizon: How many points are asked for.
        seasons: After so many points they may repeat.
        greatest: Together they come to the greatest of them, not to their sum.
        only_range: They are too short for more.
    """
    whole = together(table, greatest=greatest)
    made = None if only_range else forecast(whole, horizon, seasons)
    is_range = made is None
    if made is None:
        made = rough(whole, horizon, seasons)
    elif len(table) > 1 and not greatest:
        made = _bottom_up(made, _apart(table), horizon, seasons)
    if made is None:
        return None
    bounds = band(made)
    return Outlook(made.values, bounds.low, bounds.high, paths(made), is_range)


def together(table: Floats, *, greatest: bool) -> Floats:
    """What rows come to, point by point; NaN where nothing is known of any."""
    is_known = np.isfinite(table)
    joined = np.where(is_known, table, 0.0)
    whole = joined.max(0, initial=0.0) if greatest else joined.sum(0)
    return np.where(is_known.any(0), whole, np.nan)


def _apart(table: Floats) -> Floats:
    """The largest rows, and all others as one."""
    if len(table) <= _MOST_APART:
        return table
    order = np.argsort(-np.nansum(table, axis=1), kind="stable")
    rest = together(table[order[_MOST_APART:]], greatest=False)
    return np.vstack([table[order[:_MOST_APART]], rest])


def _bottom_up(made: Forecast, rows: Floats, horizon: int, seasons: Sequence[int]) -> Forecast:
    """The same with the sum of the rows' own forecasts for its middle; of rows that are too short, their mean."""
    values = np.zeros(horizon)
    for row in rows:
        known = np.flatnonzero(np.isfinite(row))
        if known.size:
            own = row[known[0] :]
            each = forecast(own, horizon, seasons)
            values += np.full(horizon, float(np.nanmean(own))) if each is None else each.values
    return replace(made, values=values, scale=max(float(values.mean()), _TINY))
