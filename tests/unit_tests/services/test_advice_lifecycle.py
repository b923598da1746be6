"""Several who analyse at once make each recommendation once; what one says meanwhile is not lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hotel_runs import DAY, START_NS, MovingClock, hotel_runs, slow_hotel
from longpole import runtime as runtime_module
from longpole.domain.recommendations import RecommendationStatus
from longpole.runtime import Runtime
from longpole.services import advising, recommendations
from longpole.services.advice_lifecycle import reconcile
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.store.run_writes import write_records
from observing import observations_of

OBSERVED = observations_of(hotel_runs(60, START_NS, START_NS + DAY, 2.0))
FOUND = tuple(slow_hotel(OBSERVED))


@pytest.fixture(autouse=True)
def clock(runtime: Runtime) -> MovingClock:
    made = MovingClock(START_NS + DAY)
    runtime.clock = made
    return made


def test_many_who_find_the_same_at_once_make_it_once(runtime: Runtime) -> None:
    start = threading.Barrier(6)

    def find(_: int) -> tuple[str, ...]:
        with runtime_module.use(runtime):
            start.wait()
            return tuple(each.id for each in reconcile("shop", "trip_planner", FOUND, OBSERVED))

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(find, range(6)))

    assert len(answers) == 1
    assert len(recommendations.listed("shop", "trip_planner")) == 1


def test_what_stands_is_of_the_workflow_alone() -> None:
    [one] = reconcile("shop", "trip_planner", FOUND, OBSERVED)
    [other] = reconcile("shop", "other", FOUND, OBSERVED)

    assert one.id != other.id
    assert recommendations.listed("shop", "trip_planner") == (one,)


def test_hand_made_ones_stand_among_the_others_and_are_never_touched(clock: MovingClock) -> None:
    made = Performance.create_optimization_recommendation("shop", "trip_planner", "t", "d", "cost", "critical")
    assert [each.id for each in reconcile("shop", "trip_planner", FOUND, OBSERVED)][0] == made.id  # noqa: RUF015 - it is about the order
    clock.now_ns += 60 * DAY
    reconcile("shop", "trip_planner", (), observations_of(hotel_runs(60, clock.now_ns - DAY, clock.now_ns, 2.0)))

    assert recommendations.listed("shop", "trip_planner") == (made,)


def test_nothing_is_lost_of_what_the_database_holds() -> None:
    [one] = reconcile("shop", "trip_planner", FOUND, OBSERVED)

    assert recommendations.get(one.id) == one
    assert one.facts == {"mean_s": pytest.approx(2, rel=0.2)}
    assert (one.baseline or {})["runs"] == 60


def test_a_dismissal_is_kept_whatever_an_analysis_writes_meanwhile(runtime: Runtime) -> None:
    [one] = reconcile("shop", "trip_planner", FOUND, OBSERVED)

    def dismiss() -> None:
        with runtime_module.use(runtime):
            recommendations.dismiss(one.id, "no")

    def analyse() -> None:
        with runtime_module.use(runtime):
            for day in range(3):
                later = observations_of(hotel_runs(60, START_NS, START_NS + DAY, 2.0 + day / 10))
                reconcile("shop", "trip_planner", tuple(slow_hotel(later)), later)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(analyse), pool.submit(dismiss)]:
            each.result()

    assert recommendations.get(one.id).status is RecommendationStatus.DISMISSED


def test_who_asks_for_the_same_at_once_shares_one_analysis(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three ask while the first is held up in a rule; the rule is asked once."""
    from longpole.advice.analyses import RULES, Analysis  # noqa: PLC0415 - beside its only use

    begun, go_on, asked = threading.Event(), threading.Event(), []

    def slow_rule(_: object) -> tuple[()]:
        asked.append(1)
        begun.set()
        assert go_on.wait(30)
        return ()

    for each in tuple(RULES):
        monkeypatch.setitem(RULES, each, lambda _: ())
    monkeypatch.setitem(RULES, Analysis.CACHE_OPPORTUNITIES, slow_rule)
    with runtime_module.unit_of_work() as connection:
        write_records(connection, hotel_runs(30, START_NS, START_NS + DAY, 2.0), now_ns=START_NS + DAY)

    def ask(_: int) -> int:
        with runtime_module.use(runtime):
            return len(advising.advise("shop", "trip_planner", 7))

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(ask, 0)
        assert begun.wait(30)
        others = [pool.submit(ask, place) for place in (1, 2)]
        [(_, shared)] = advising._running.values()
        while len(shared._condition._waiters) < len(others):
            threading.Event().wait(0.01)
        go_on.set()
        assert [each.result() for each in (first, *others)] == [0, 0, 0]

    assert len(asked) == 1
    assert advising._running == {}


def test_an_analysis_that_fails_holds_up_nobody() -> None:
    from longpole.domain.errors import InvalidInputError  # noqa: PLC0415 - beside its only use

    for _ in range(2):
        with pytest.raises(InvalidInputError, match="days"):
            advising.advise("shop", "trip_planner", 0)
