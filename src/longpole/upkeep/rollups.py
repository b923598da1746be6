"""Brings figures up to what has arrived, every two seconds, and gives up runs that went silent.

Little work is done in the server itself, much of it in a process beside it.

Upstream: `upkeep.tasks`. Downstream: `services.rollups`, `services.trends`, `processes.helper`.
"""

import logging
from collections.abc import Callable

from longpole.processes.helper import HelperEndedError
from longpole.runtime import Runtime
from longpole.services import rollups, trends
from longpole.upkeep.scheduler import Task

_REFRESH_EVERY_S, _REFRESH_FOR_S = 2.0, 2.0
"""A run is in its cells within 5 seconds; until then whoever asks computes it from its raw rows.
After an import other tasks get their turn in between."""

_ABANDON_EVERY_S = 30.0
_TRENDS_EVERY_S, _TRENDS_FOR_S = 15.0, 2.0
_MUCH = 1_000
"""So many marks are half a second's work or more."""

_log = logging.getLogger(__name__)


def tasks(runtime: Runtime) -> list[Task]:
    """What there is to do."""
    do = _doing(runtime)
    return [
        Task("rollups", _REFRESH_EVERY_S, lambda: do(refresh)),
        Task("abandoned_runs", _ABANDON_EVERY_S, abandon),
        Task("trends", _TRENDS_EVERY_S, lambda: do(refresh_trends)),
    ]


Work = Callable[[], str | None]


def _doing(runtime: Runtime) -> Callable[[Work], str | None]:
    """What does a task's work, here or in the process beside; here as well if that one dies over it."""
    helper = runtime.helper

    def do(work: Work) -> str | None:
        if helper is not None and rollups.backlog(_MUCH) >= _MUCH:
            try:
                return helper.do(work)
            except HelperEndedError as ended:
                if helper.is_closed:
                    return None  # everything is about to end
                _log.warning("upkeep: %s", ended)
        return work()

    return do


def refresh() -> str | None:
    """Refresh for some seconds; what was done."""
    done = rollups.refresh(seconds=_REFRESH_FOR_S)
    if not done:
        return None
    return f"read {done.runs:,} runs; computed {done.units:,} units, {done.hours:,} hours, {done.days:,} days"


def refresh_trends() -> str | None:
    """Write trends for some seconds; what was done."""
    hours = trends.refresh_trends(seconds=_TRENDS_FOR_S)
    return f"wrote the trends of {hours:,} hours and of their days, weeks and months" if hours else None


def abandon() -> str | None:
    """Give up silent runs; how many."""
    given_up = rollups.abandon()
    return f"gave up {given_up:,} silent runs" if given_up else None
