"""How far back each kind of row reaches, and so which cell a run goes into.

    ──────────────┬────────────────┬────────────────┬──────────────► time that runs count by
     day cells    │ days, hours    │ days, hours, 5-minute units
                  hours ─┘         units ─┘           raw ─┘  (raw rows may end anywhere)

What happens before the horizon of a kind of cell goes straight into the next
coarser one, from raw rows; what happens before the horizon of the raw rows is
not counted any more: cells are frozen there.

Upstream: `rollup_work`, `retention`. Downstream: `upkeep_log` keeps the horizons.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from sqlalchemy import Connection, func, select

from longpole.analysis.sketch import Ints
from longpole.store.dirty_marks import DAY_SECONDS, HOUR_SECONDS, UNIT_SECONDS, Behind
from longpole.store.tables import dirty_marks, upkeep_facts
from longpole.store.upkeep_log import fact, remember

RAW_HORIZON = "raw_horizon_ns"
"""Every raw row of a run that counts for this instant or later is there."""

FORMULAS = "metric_formulas_version"
"""How often users' formulas changed; while there is no such fact, there are none."""

_NS = 1_000_000_000
_EVER = -(1 << 62)


class Tier(IntEnum):
    """How long the time of a cell is."""

    UNIT = 0
    HOUR = 1
    DAY = 2


SECONDS = {Tier.UNIT: UNIT_SECONDS, Tier.HOUR: HOUR_SECONDS, Tier.DAY: DAY_SECONDS}
_HORIZONS = {Tier.UNIT: "units_horizon_seconds", Tier.HOUR: "hours_horizon_seconds"}
Place = tuple[int, int, int]
"""Tier, workflow, start."""


@dataclass(frozen=True, slots=True)
class Horizons:
    """Seconds since the epoch before which there are no 5-minute cells, no hour cells, and not every raw row.

    `formulas` counts the changes of users' formulas, which cells depend on too.
    """

    units: int = _EVER
    hours: int = _EVER
    raw: int = _EVER
    formulas: int = 0

    def place(self, workflow_key: int, unit: int) -> Place:
        """The cell that the runs of a unit go into."""
        tier = Tier.DAY if unit < self.hours else Tier.HOUR if unit < self.units else Tier.UNIT
        return (tier, workflow_key, unit // SECONDS[tier] * SECONDS[tier])

    def places(self, seconds: Ints) -> tuple[Ints, Ints]:
        """Tier and start of the cells that instants fall into; as `place`, for many."""
        tiers = np.where(seconds < self.hours, Tier.DAY, np.where(seconds < self.units, Tier.HOUR, Tier.UNIT))
        lengths = np.array([SECONDS[tier] for tier in Tier], dtype=np.int64)[tiers]
        return tiers.astype(np.int64), seconds // lengths * lengths


def horizons(connection: Connection) -> Horizons:
    """The horizons as they are now."""
    names = [*_HORIZONS.values(), RAW_HORIZON, FORMULAS]
    query = select(upkeep_facts.c.name, upkeep_facts.c.value).where(upkeep_facts.c.name.in_(names))
    known: dict[str, int] = {row.name: row.value for row in connection.execute(query)}
    raw_ns = known.get(RAW_HORIZON)
    return Horizons(
        units=known.get(_HORIZONS[Tier.UNIT], _EVER),
        hours=known.get(_HORIZONS[Tier.HOUR], _EVER),
        raw=_EVER if raw_ns is None else -(-raw_ns // _NS),
        formulas=known.get(FORMULAS, 0),
    )


def retire_cells(connection: Connection, tier: Tier, before: int) -> int:
    """Let 5-minute or hour cells go up to an instant, or up to the first coarser cell that still needs them.

    Args:
        connection: The transaction that deletes them; `cell_writes.take_turn` comes first.
        tier: Which ones.
        before: Seconds since the epoch.

    Returns:
        Up to when they may be deleted now: where a coarser cell begins, never earlier than what was said before.
    """
    coarser = SECONDS[Tier(tier + 1)]
    first = _first_behind(connection, [Behind(level) for level in range(tier + 2)], before)
    until = (before if first is None else min(first, before)) // coarser * coarser
    known = fact(connection, _HORIZONS[tier])
    if known is None or until > known:
        remember(connection, _HORIZONS[tier], until)
        return until
    return known


def _first_behind(connection: Connection, levels: Iterable[Behind], before: int) -> int | None:
    query = select(func.min(dirty_marks.c.cell_start))
    first: int | None = connection.scalar(
        query.where(dirty_marks.c.tier.in_(list(levels)), dirty_marks.c.cell_start < before)
    )
    return first
