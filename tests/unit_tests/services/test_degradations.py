"""A level that changed is an event with its causes: once, while it lasts, and closed when it is back."""

from collections.abc import Iterator

import pytest

from degrading_runs import DAY, HOUR, SECOND, Clock, ran
from longpole import runtime as runtime_module
from longpole.domain.degradations import CauseKind, Degradation, DegradationState, DegradedMetric, DetectionMethod
from longpole.domain.units import instant_ns
from longpole.runtime import Runtime
from longpole.services.degradations import Scanned, events, scan, scan_workflow, series
from longpole.settings import Settings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runtime(database_url: str, clock: Clock) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=database_url), clock=clock)
    runtime_module.install(made)
    yield made
    made.close()


def of(metric: DegradedMetric) -> list[Degradation]:
    return [event for event in events("shop", "trip") if event.metric is metric]


@pytest.mark.usefixtures("runtime")
def test_a_slower_node_is_one_event_that_is_found_again_and_closes_when_it_is_back(clock: Clock) -> None:
    ran(clock, 6 * 24)
    began = clock.now_ns
    assert scan() == Scanned(1, 0, 0)
    ran(clock, 42, 3.0)
    assert scan() == Scanned(1, 1, 0)

    [event] = events()
    assert (event.app_id, event.workflow_id, event.metric) == ("shop", "trip", DegradedMetric.RUN_TIME_P50)
    assert (event.state, event.method, event.resolution_seconds) == (
        DegradationState.OPEN,
        DetectionMethod.CHANGE_POINT,
        6 * 3_600,
    )
    assert [event.before, event.after] == pytest.approx([2.5, 3.5], rel=0.03)
    assert event.low < 1.4 < event.high
    assert not event.is_improvement
    assert abs(instant_ns(event.started_at) - began) <= 6 * HOUR
    assert (event.causes[0].kind, event.causes[0].name) == (CauseKind.NODE, "answer")
    assert event.causes[0].evidence["runs_before"] == 250

    ran(clock, 12, 3.0)
    assert scan() == Scanned(1, 0, 0)
    [again] = events(state=DegradationState.OPEN)
    assert again.id == event.id
    assert again.last_seen_at > event.last_seen_at
    assert again.found_at == event.found_at

    ran(clock, 60)
    assert scan() == Scanned(1, 0, 1)
    [closed] = events()
    assert (closed.id, closed.state) == (event.id, DegradationState.CLOSED)
    assert closed.closed_at is not None
    ran(clock, 12)
    assert scan() == Scanned(1, 0, 0)


@pytest.mark.usefixtures("runtime")
def test_a_faster_one_is_an_event_too_and_nothing_new_is_not_looked_at(clock: Clock) -> None:
    ran(clock, 5 * 24)
    ran(clock, 48, 1.0)
    assert scan_workflow("shop", "trip") == Scanned(1, 1, 0)
    assert [event.is_improvement for event in events("shop", "trip")] == [True]
    assert events("shop", "other") == events("other") == ()
    clock.now_ns += 2 * HOUR
    assert scan() == Scanned()
    assert scan_workflow("shop", "unknown") == Scanned()


@pytest.mark.usefixtures("runtime")
def test_a_new_version_is_found_within_runs(clock: Clock) -> None:
    ran(clock, 2 * 24, version="v1")
    scan()
    ran(clock, 0.75, 3.0, every_ns=60 * SECOND, version="v2")  # the hour goes on
    assert scan() == Scanned(1, 1, 0)

    [event] = events("shop", "trip")
    assert (event.workflow_version, event.method, event.metric) == (
        "v2",
        DetectionMethod.SEQUENTIAL,
        DegradedMetric.RUN_TIME_P50,
    )
    assert event.low < 1.4 < event.high
    assert (event.causes[0].kind, event.causes[0].name) == (CauseKind.WORKFLOW_VERSION, "v2")
    ran(clock, 1, 3.0, every_ns=60 * SECOND, version="v2")
    assert scan() == Scanned(1, 0, 0)
    [again] = events("shop", "trip")
    assert (again.id, again.found_at) == (event.id, event.found_at)
    assert again.high - again.low < event.high - event.low


@pytest.mark.usefixtures("runtime")
def test_a_version_that_fails_is_found_and_one_that_is_like_the_old_one_is_not(clock: Clock) -> None:
    ran(clock, 2 * 24, version="v1", fails=lambda number: number % 50 == 0)
    ran(clock, 1, every_ns=60 * SECOND, version="v2", fails=lambda number: number % 50 == 0)
    assert scan() == Scanned(1, 0, 0)
    ran(clock, 1, every_ns=60 * SECOND, version="v3", fails=lambda number: number % 3 == 0)
    scan()

    [event] = of(DegradedMetric.ERROR_RATE)
    assert (event.workflow_version, event.method) == ("v3", DetectionMethod.SEQUENTIAL)
    assert event.after == pytest.approx(1 / 3, abs=0.02)
    assert [cause.kind for cause in event.causes[:2]] == [CauseKind.WORKFLOW_VERSION, CauseKind.ERROR_RATE]
    assert event.causes[1].name == "answer"


@pytest.mark.usefixtures("runtime")
def test_the_series_is_as_wide_as_runs_are_few(clock: Clock) -> None:
    assert series("shop", "trip", DegradedMetric.RUN_TIME_P50) is None
    ran(clock, 5 * 24)
    points = series("shop", "trip", DegradedMetric.RUN_TIME_P50)
    assert points is not None
    assert (points.width, points.values.size, set(points.runs.tolist())) == (6 * 3_600, 20, {20})
    assert series("shop", "trip", DegradedMetric.RUN_TIME_P95) is None  # 80 runs a day are too few
    assert points.start == (clock.now_ns - 5 * DAY) // SECOND
