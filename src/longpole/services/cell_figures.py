"""What cells come to, as figures of the contract's: seconds, US dollars, ratios.

Upstream: `summary`, `cell_breakdown`, `cell_bottlenecks`, `overview`.
Downstream: `analysis.rollup`, `analysis.sketch`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from longpole.analysis import sketch
from longpole.analysis.rollup import Cells, merge
from longpole.analysis.rollup_cells import CACHE_RATE_UNIT
from longpole.analysis.rollup_rows import TOKENS
from longpole.analysis.sketch import Ints, Sketch
from longpole.domain.figures import MemoryFigures, PeriodFigures, TimeFigures, TokenFigures
from longpole.domain.units import NS_PER_SECOND, usd
from longpole.services.figures import ratio
from longpole.store.cell_reads import Names

MEMORY = ("memory_bytes", "memory_known", "memory_max_bytes")
USAGE = ("cost_usd", *(f"{kind}_tokens" for kind in TOKENS))
OF_PERIOD = Names(
    (
        "run_count",
        "succeeded",
        "failed",
        "partial",
        "cost_known_runs",
        "cache_rate_nodes",
        "cache_known_nodes",
        *USAGE,
        *MEMORY,
    ),
    ("time_sketch",),
)
"""What `period_figures` asks of the cells of runs."""


@dataclass(frozen=True, slots=True)
class Total:
    """What some cells come to together: numbers, -1 where nothing is known, and packed sketches."""

    numbers: Mapping[str, int]
    sketches: Mapping[str, bytes | None]

    def __getitem__(self, name: str) -> int | None:
        """A number; None where nothing is known of it."""
        value = self.numbers.get(name, -1)
        return None if value < 0 else value

    def count(self, name: str) -> int:
        """A number that is 0 where nothing was counted."""
        return max(self.numbers.get(name, 0), 0)

    def sketch(self, name: str) -> Sketch:
        """A distribution; empty where nothing is known."""
        packed = self.sketches.get(name)
        return sketch.EMPTY if packed is None else sketch.unpacked(packed)


NOTHING = Total({}, {})


def totals(cells: Cells, groups: Ints) -> dict[int, Total]:
    """What cells come to, by the group that each belongs to."""
    merged = merge(cells, groups.reshape(-1, 1))
    numbers = {name: values.tolist() for name, values in merged.numbers.items()}
    return {
        group: Total(
            {name: values[place] for name, values in numbers.items()},
            {name: values[place] for name, values in merged.sketches.items()},
        )
        for place, group in enumerate(merged.keys[:, 0].tolist())
    }


def total(cells: Cells) -> Total:
    """What all cells come to together."""
    return totals(cells, np.zeros(len(cells), np.int64)).get(0, NOTHING)


def period_figures(whole: Total) -> PeriodFigures:
    """The figures of a period, from the total of its cells of runs."""
    runs = whole.count("run_count")
    return PeriodFigures(
        run_count=runs,
        succeeded=whole.count("succeeded"),
        failed=whole.count("failed"),
        partial=whole.count("partial"),
        success_rate=ratio(whole.count("succeeded"), runs),
        execution_time=time_figures(whole.sketch("run_time")),
        tokens=token_figures(whole),
        total_cost=dollars(whole["cost_usd"]),
        cost_known_share=ratio(whole.count("cost_known_runs"), runs),
        cache_hit_rate=cache_hit_rate(whole),
        memory_peak=memory_figures(whole),
    )


def cache_hit_rate(whole: Total) -> float | None:
    """The mean of the runs' hit rates, each weighing as many nodes as the run has; 0 to 100."""
    weighted = whole["cache_rate_nodes"]
    return None if weighted is None else weighted / whole.count("cache_known_nodes") / CACHE_RATE_UNIT


def time_figures(times: Sketch) -> TimeFigures:
    """The distribution of times, from nanoseconds to seconds."""
    if not times.count:
        return TimeFigures()
    return TimeFigures(
        avg=seconds(times.mean),
        min=seconds(times.least),
        max=seconds(times.greatest),
        stddev=seconds(times.stddev),
        p50=seconds(times.quantile(0.5)),
        p95=seconds(times.quantile(0.95)),
        p99=seconds(times.quantile(0.99)),
    )


def seconds(ns: float | None) -> float | None:
    """Nanoseconds in seconds."""
    return None if ns is None else ns / NS_PER_SECOND


def dollars(pico: int | None) -> Decimal | None:
    """Pico-dollars in US dollars."""
    return None if pico is None else usd(Decimal(pico).scaleb(-12))


def token_figures(whole: Total) -> TokenFigures:
    """Sums of tokens by kind."""
    return TokenFigures(*(whole[f"{kind}_tokens"] for kind in TOKENS))


def memory_figures(whole: Total) -> MemoryFigures:
    """Peak memory over executions."""
    known = whole.count("memory_known")
    return MemoryFigures(ratio(whole.count("memory_bytes"), known), whole["memory_max_bytes"] if known else None)
