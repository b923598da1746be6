"""Whether a version that has just come up is slower or fails more, run by run: within runs, not hours.

Runs of the new version are compared with those of the versions before it, at a
time of the day that is like theirs. The bounds hold at every look.

Upstream: `degradations`. Downstream: `analysis.sequential`, `store.degradation_reads`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from longpole.analysis.rollup_cells import START, VERSION_OF_RUN
from longpole.analysis.sequential import LEAST_RUNS, Moments, Sure, first_sure, mean_difference, rate_difference
from longpole.domain.degradations import Degradation, DegradationState, DegradedMetric, DetectionMethod
from longpole.domain.periods import Period
from longpole.domain.units import NS_PER_HOUR, NS_PER_SECOND, instant
from longpole.services.degradation_events import fingerprint_of
from longpole.store.cell_reads import Names, Span, cells_of_runs
from longpole.store.degradation_reads import RunTimes, times_of_version
from longpole.store.dimension_reads import version_names
from longpole.store.rollup_horizons import Tier
from longpole.store.workflow_scope import WorkflowScope

Floats = NDArray[np.float64]
_ALPHA = 0.01
_DAY = 86_400
_NEW_FOR, _BEFORE = 3 * _DAY, 7 * _DAY
_NOT_IN_HOURS = 7_200
"""Hours have their cells once they are over."""
_LEAST_BEFORE = 100
_LEAST_RATIO = 0.08
_LEAST_OF_HOUR = 10


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version that came up lately, and those that ran before it, with how many runs; `since` in seconds."""

    version: str
    before: tuple[str, ...]
    since: int
    runs_before: int


def new_versions(connection: Connection, workflow_key: int, now: int) -> list[NewVersion]:
    """The versions that came up within three days, beside others that ran in the week before them."""
    spans = [
        Span(Tier.HOUR, [workflow_key], now - _NEW_FOR - _BEFORE, None),
        Span(Tier.UNIT, [workflow_key], now - _NOT_IN_HOURS, None),
    ]
    cells = cells_of_runs(connection, spans, Names(("run_count",)))
    first: dict[int, int] = {}
    for key, start in zip(cells.keys[:, VERSION_OF_RUN].tolist(), cells.keys[:, START].tolist(), strict=True):
        if key:
            first[key] = min(start, first.get(key, start))
    counts = cells.numbers["run_count"]
    newest = [key for key, start in first.items() if start > now - _NEW_FOR and start > min(first.values())]
    names = version_names(connection, list(first)) if newest else {}
    found = []
    for key in newest:
        older = tuple(sorted(names[each] for each in first if first[each] < first[key] and each in names))
        if older and key in names:
            count = int(counts[cells.keys[:, VERSION_OF_RUN] != key].sum())
            found.append(NewVersion(names[key], older, first[key], count))
    return found


def version_events(
    connection: Connection, scope: WorkflowScope, app_id: str, workflow_id: str, now_ns: int
) -> Iterator[Degradation]:
    """What new versions changed, as events; those known already have the fingerprints that they had."""
    for new in new_versions(connection, scope.workflow_key, now_ns // NS_PER_SECOND):
        since = new.since * NS_PER_SECOND
        old = times_of_version(
            connection, scope, Period(since - _BEFORE * NS_PER_SECOND, now_ns), new.before, new.runs_before
        )
        fresh = times_of_version(connection, scope, Period(since, None), [new.version])
        if len(old) < _LEAST_BEFORE or len(fresh) < LEAST_RUNS:
            continue
        for metric, sure, before in (
            (DegradedMetric.RUN_TIME_P50, *_times(old, fresh)),
            (DegradedMetric.ERROR_RATE, *_failures(old, fresh)),
        ):
            if sure is not None:
                event = _event(app_id, workflow_id, new.version, metric, sure, before, int(fresh.end_ns[0]), now_ns)
                if abs(event.ratio - 1) >= _LEAST_RATIO:
                    yield event


def _times(old: RunTimes, fresh: RunTimes) -> tuple[Sure | None, float]:
    """The difference of the logarithms of times, and the old side's level in seconds; None where nothing is sure."""
    was, now = old.log_s[np.isfinite(old.log_s)], fresh.log_s[np.isfinite(fresh.log_s)]
    if min(was.size, now.size) < LEAST_RUNS:
        return None, math.nan
    hours_was = old.end_ns[np.isfinite(old.log_s)] // NS_PER_HOUR
    hours_now = fresh.end_ns[np.isfinite(fresh.log_s)] // NS_PER_HOUR
    profile = _profile(was, hours_was % 24)
    was, now = was - profile[hours_was % 24], now - profile[hours_now % 24]
    inflation = _inflation(was, hours_was)
    if first_sure(was, now, alpha=_ALPHA, inflation=inflation) is None:
        return None, math.nan
    sure = mean_difference(Moments.of(was), Moments.of(now), alpha=_ALPHA, inflation=inflation)
    return (sure if sure is not None and sure.is_different else None), math.exp(float(was.mean()))


def _profile(logs: Floats, hour_of_day: NDArray[np.int64]) -> Floats:
    """By how much runs of each hour of the day take longer than others; 0 where there are few."""
    profile, mean = np.zeros(24), float(logs.mean())
    for hour in range(24):
        chosen = logs[hour_of_day == hour]
        if chosen.size >= _LEAST_OF_HOUR:
            profile[hour] = float(chosen.mean()) - mean
    return profile


def _inflation(logs: Floats, hours: NDArray[np.int64]) -> float:
    """How much more the means of hours vary than runs that know nothing of each other would have them; at least 1."""
    _, places = np.unique(hours, return_inverse=True)
    counts = np.bincount(places)
    means = np.bincount(places, logs) / counts
    chosen = counts >= _LEAST_OF_HOUR
    if chosen.sum() < _LEAST_OF_HOUR:
        return 1.0
    expected = float(logs.var()) * float((1 / counts[chosen]).mean())
    return max(float(means[chosen].var(ddof=1)) / expected, 1.0) if expected > 0 else 1.0


def _failures(old: RunTimes, fresh: RunTimes) -> tuple[Sure | None, float]:
    failed = int(old.failed.sum()), int(fresh.failed.sum())
    sure = rate_difference(failed[0], len(old), failed[1], len(fresh), alpha=_ALPHA)
    return (sure if sure.is_different else None), failed[0] / len(old)


def _event(  # noqa: PLR0917 - an event's parts
    app_id: str,
    workflow_id: str,
    version: str,
    metric: DegradedMetric,
    sure: Sure,
    before: float,
    started_ns: int,
    now_ns: int,
) -> Degradation:
    if metric is DegradedMetric.ERROR_RATE:
        level = max(before, 1e-4)
        ratio, low, high = (max(before + each, 1e-4) / level for each in (sure.difference, sure.low, sure.high))
        after = before + sure.difference
    else:
        ratio, low, high = (math.exp(each) for each in (sure.difference, sure.low, sure.high))
        after = before * ratio
    now = instant(now_ns)
    direction = "down" if ratio < 1 else "up"
    fingerprint = fingerprint_of(app_id, workflow_id, metric, version, direction, "version")
    return Degradation(
        id=str(uuid5(NAMESPACE_URL, f"longpole:degradation:{fingerprint}")),
        app_id=app_id,
        workflow_id=workflow_id,
        workflow_version=version,
        metric=metric,
        state=DegradationState.OPEN,
        started_at=instant(started_ns),
        found_at=now,
        last_seen_at=now,
        ratio=ratio,
        low=low,
        high=high,
        before=before,
        after=after,
        p_value=sure.p_value,
        method=DetectionMethod.SEQUENTIAL,
        fingerprint=fingerprint,
        created_at=now,
        updated_at=now,
    )
