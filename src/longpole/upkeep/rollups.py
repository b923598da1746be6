"""Brings figures up to what has arrived, every two seconds, and gives up runs that went silent.

Upstream: `upkeep.tasks`. Downstream: `services.rollups`, `services.trends`.
"""

from longpole.services import rollups, trends
from longpole.upkeep.scheduler import Task

_REFRESH_EVERY_S = 2.0
"""A run is in its cells within 5 seconds; until then whoever asks computes it from its raw rows."""

_REFRESH_FOR_S = 4.0
"""After an import other tasks get their turn in between."""

_ABANDON_EVERY_S = 30.0
_TRENDS_EVERY_S, _TRENDS_FOR_S = 15.0, 3.0


def tasks() -> list[Task]:
    """What there is to do."""
    return [
        Task("rollups", _REFRESH_EVERY_S, _refresh),
        Task("abandoned_runs", _ABANDON_EVERY_S, _abandon),
        Task("trends", _TRENDS_EVERY_S, _refresh_trends),
    ]


def _refresh() -> str | None:
    done = rollups.refresh(seconds=_REFRESH_FOR_S)
    if not done:
        return None
    return f"read {done.runs:,} runs; computed {done.units:,} units, {done.hours:,} hours, {done.days:,} days"


def _abandon() -> str | None:
    given_up = rollups.abandon()
    return f"gave up {given_up:,} silent runs" if given_up else None


def _refresh_trends() -> str | None:
    hours = trends.refresh_trends(seconds=_TRENDS_FOR_S)
    return f"wrote the trends of {hours:,} hours and of their days, weeks and months" if hours else None
