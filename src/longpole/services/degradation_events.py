"""What becomes of events when a workflow is looked at again, and which steps are new ones.

    step found again, still the last ──► the same event, its figures brought up to date
    another step came after it       ──► closed
    the level is back in its band    ──► closed; the way back is no event of its own
    a step that no event is about    ──► a new event, if it is told among all that were found

Upstream: `degradations`. Downstream: `analysis.watched`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from longpole.analysis.changepoints import ChangePoint
from longpole.analysis.watched import Points, is_back, steps_of
from longpole.domain.degradations import Degradation, DegradationState, DegradedMetric, DetectionMethod
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.services.degradation_series import DAYS, Watched

_NEAR_POINTS = 6
_NEAR_SECONDS = 12 * 3_600
"""A day's profile that is known better later moves a step by some hours."""
_VERSION_NEAR_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Found:
    """A step of a series, and how far from it another one would be the same."""

    version: str | None
    points: Points
    step: ChangePoint

    @property
    def started(self) -> int:
        """Seconds since the epoch."""
        return self.points.at(self.step.index)

    @property
    def tolerance(self) -> int:
        """Seconds."""
        spread = max(self.step.index - self.step.first_index, self.step.last_index - self.step.index)
        return max((spread + _NEAR_POINTS) * self.points.width, _NEAR_SECONDS)


@dataclass(frozen=True, slots=True)
class Looked:
    """The series of a workflow, each with its steps."""

    series: tuple[tuple[Watched, tuple[ChangePoint, ...]], ...]

    def steps(self, metric: DegradedMetric, version: str | None) -> list[Found]:
        """The steps of one series, in order."""
        return [
            Found(watched.version, watched.points, step)
            for watched, steps in self.series
            for step in steps
            if watched.points.metric is metric and watched.version == version
        ]

    def points(self, metric: DegradedMetric, version: str | None) -> Points | None:
        """One series."""
        for watched, _ in self.series:
            if watched.points.metric is metric and watched.version == version:
                return watched.points
        return None

    def last(self) -> list[Found]:
        """The last step of each series: the only one that can still stand; wholes before versions."""
        return [
            Found(watched.version, watched.points, steps[-1])
            for watched, steps in sorted(self.series, key=lambda each: each[0].version or "")
            if steps
        ]


def looked_at(series: Iterable[Watched]) -> Looked:
    """Find the steps of series."""
    return Looked(tuple((each, steps_of(each.points)) for each in series))


def again(event: Degradation, looked: Looked, now: datetime) -> Degradation | None:
    """An open event as it is now; None where nothing new is known of it."""
    found = [each for each in _series_of(event, looked) if is_same(event, each)]
    whole = looked.points(event.metric, event.workflow_version) or looked.points(event.metric, None)
    if whole is not None and is_back(whole, int(event.started_at.timestamp()), event.ratio):
        return _closed(event, now)
    if found:
        later = [each for each in _series_of(event, looked) if each.started > max(own.started for own in found)]
        if later:
            return _closed(event, instant(min(each.started for each in later) * NS_PER_SECOND))
        return _renewed(event, found[-1], now)
    is_old = (now - event.started_at).days >= DAYS - 1
    return _closed(event, now) if is_old else None


def _series_of(event: Degradation, looked: Looked) -> list[Found]:
    own = looked.steps(event.metric, event.workflow_version)
    return own or looked.steps(event.metric, None)


def is_same(event: Degradation, found: Found) -> bool:
    """Whether a step is what an event is about."""
    near = found.tolerance
    if event.method is DetectionMethod.SEQUENTIAL:
        near = max(near, _VERSION_NEAR_SECONDS)
    return (
        event.metric is found.points.metric
        and event.is_improvement == (found.step.ratio < 1)
        and abs(event.started_at.timestamp() - found.started) <= near
        and (found.version is None or event.workflow_version in {None, found.version})
    )


def _renewed(event: Degradation, found: Found, now: datetime) -> Degradation:
    step = found.step
    figures = replace(event, last_seen_at=now, updated_at=now)
    if event.method is DetectionMethod.SEQUENTIAL:
        return figures  # its figures are of runs of two versions
    return replace(
        figures,
        ratio=step.ratio,
        low=step.low_ratio,
        high=step.high_ratio,
        before=step.before,
        after=step.after,
        p_value=step.p_value,
    )


def _closed(event: Degradation, at: datetime) -> Degradation:
    at = max(at, event.started_at)
    return replace(event, state=DegradationState.CLOSED, closed_at=at, updated_at=max(at, event.updated_at))


def candidates(events: Sequence[Degradation], looked: Looked) -> list[Found]:
    """The steps that no event is about: neither as its beginning nor as the way back."""
    found: list[Found] = []
    for each in looked.last():
        is_known = any(is_same(event, each) or _is_way_back(event, each) for event in events)
        is_of_whole = any(
            other.points.metric is each.points.metric
            and (other.step.ratio < 1) == (each.step.ratio < 1)
            and abs(other.started - each.started) <= other.tolerance
            for other in found
        )
        if not is_known and not is_of_whole and not _is_return(each, looked):
            found.append(each)
    return found


def _is_way_back(event: Degradation, found: Found) -> bool:
    """Whether a step is the end of an event: it begins where that ended, in the other direction."""
    return (
        event.closed_at is not None
        and event.metric is found.points.metric
        and event.is_improvement != (found.step.ratio < 1)
        and abs(event.closed_at.timestamp() - found.started) <= 2 * found.tolerance
        and is_back(found.points, int(event.started_at.timestamp()), event.ratio)
    )


def _is_return(found: Found, looked: Looked) -> bool:
    """Whether a step only undoes the one before it."""
    steps = looked.steps(found.points.metric, found.version)
    if len(steps) < 2:  # noqa: PLR2004 - there is one before it
        return False
    before = steps[-2]
    return is_back(found.points, before.started, before.step.ratio)


def new_event(app_id: str, workflow_id: str, found: Found, now: datetime) -> Degradation:
    """The event of a step."""
    metric, step = found.points.metric, found.step
    direction = "down" if step.ratio < 1 else "up"
    fingerprint = fingerprint_of(app_id, workflow_id, metric, found.version, direction, found.started)
    return Degradation(
        id=str(uuid5(NAMESPACE_URL, f"longpole:degradation:{fingerprint}")),
        app_id=app_id,
        workflow_id=workflow_id,
        workflow_version=found.version,
        metric=metric,
        state=DegradationState.OPEN,
        started_at=instant(found.started * NS_PER_SECOND),
        found_at=now,
        last_seen_at=now,
        ratio=step.ratio,
        low=step.low_ratio,
        high=step.high_ratio,
        before=step.before,
        after=step.after,
        p_value=step.p_value,
        method=DetectionMethod.CHANGE_POINT,
        fingerprint=fingerprint,
        created_at=now,
        updated_at=now,
        resolution_seconds=found.points.width,
    )


def fingerprint_of(*parts: object) -> str:
    """The same for the same parts."""
    return sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:32]
