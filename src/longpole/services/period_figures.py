"""What the runs of a period come to, and how that changed since the period before.

Upstream: `performance`. Downstream: `store.period_reads`, `analysis.distribution`.
"""

from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from longpole.domain.figures import PeriodFigures, TokenFigures
from longpole.services.figures import memory_figures, ratio, time_figures, total
from longpole.store.columns import total_dollars
from longpole.store.period_reads import FAILED, PARTIAL, SUCCEEDED, RunColumns


def period_figures(columns: RunColumns) -> PeriodFigures:
    """The figures of the runs in `columns`."""
    runs = len(columns)
    succeeded = int((columns.status == SUCCEEDED).sum())
    return PeriodFigures(
        run_count=runs,
        succeeded=succeeded,
        failed=int((columns.status == FAILED).sum()),
        partial=int((columns.status == PARTIAL).sum()),
        success_rate=ratio(succeeded, runs),
        execution_time=time_figures(columns.elapsed_ns),
        tokens=TokenFigures(
            input=total(columns.input_tokens),
            output=total(columns.output_tokens),
            cache_read=total(columns.cache_read_tokens),
            cache_write=total(columns.cache_write_tokens),
            reasoning=total(columns.reasoning_tokens),
            total=total(columns.total_tokens),
        ),
        total_cost=total_dollars(columns.known_cost),
        cost_known_share=ratio(int((columns.cost >= 0).sum()), runs),
        cache_hit_rate=_hit_rate(columns),
        memory_peak=memory_figures(columns.memory_peak_bytes),
    )


def _hit_rate(columns: RunColumns) -> float | None:
    """The mean of the runs' hit rates, each weighing as many nodes as the run has; None where none is known."""
    known = ~np.isnan(columns.cache_hit_rate)
    if not known.any():
        return None
    weights = np.maximum(columns.node_count[known], 1)
    return float(np.average(columns.cache_hit_rate[known], weights=weights))


def change(now: PeriodFigures, then: PeriodFigures) -> dict[str, float | None]:
    """For each figure, by its dotted name, `(now - then) / then`; None where one is unknown or `then` is 0."""
    before = dict(_numbers(then, ""))
    return {name: _relative(value, before[name]) for name, value in _numbers(now, "")}


def _numbers(figures: Any, prefix: str) -> list[tuple[str, Any]]:
    found = []
    for each in fields(figures):
        value = getattr(figures, each.name)
        found += _numbers(value, f"{prefix}{each.name}.") if is_dataclass(value) else [(prefix + each.name, value)]
    return found


def _relative(now: float | Decimal | None, then: float | Decimal | None) -> float | None:
    if now is None or then is None or then == 0:
        return None
    return float((Decimal(str(now)) - Decimal(str(then))) / Decimal(str(then)))
