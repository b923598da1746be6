"""The life of a recommendation over HTTP: found, renewed, dismissed, obsolete, followed, and verified."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hotel_runs import DAY, HOUR, START_NS, MovingClock, hotel_runs, slow_hotel
from longpole import runtime as runtime_module
from longpole.advice.analyses import RULES, Analysis
from longpole.app import create_app
from longpole.domain.units import instant
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.run_writes import write_records

PATH = "/apps/shop/workflows/trip_planner/optimization/recommendations"


class Shop:
    """The API, a clock, and one rule."""

    def __init__(self, client: TestClient, on: Runtime, clock: MovingClock) -> None:
        self.client, self._on, self.clock = client, on, clock

    def ran(self, days: float, seconds: float, count: int = 60, **more: Any) -> None:
        """Runs in the days that pass now."""
        since = self.clock.now_ns
        self.clock.now_ns += round(days * DAY)
        records = hotel_runs(count, since + HOUR // 60, self.clock.now_ns, seconds, **more)
        with runtime_module.use(self._on), runtime_module.unit_of_work() as connection:
            write_records(connection, records, now_ns=self.clock.now_ns)

    def analyse(self, days: int = 1) -> list[dict[str, Any]]:
        answer = self.client.post(PATH, json={"days": days})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def found(self) -> dict[str, Any]:
        """The one that is found now."""
        (one,) = self.analyse()
        return one

    def with_status(self, status: str) -> list[str]:
        return [each["id"] for each in self.client.get(f"{PATH}?status={status}").json()["items"]]

    def get(self, recommendation_id: str) -> dict[str, Any]:
        answer = self.client.get(f"{PATH}/{recommendation_id}")
        assert answer.status_code == 200
        one: dict[str, Any] = answer.json()
        return one

    def post(self, recommendation_id: str, what: str, **body: Any) -> dict[str, Any]:
        answer = self.client.post(f"{PATH}/{recommendation_id}/{what}", json=body)
        assert answer.status_code == 200, answer.text
        one: dict[str, Any] = answer.json()
        return one


@pytest.fixture
def shop(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for each in tuple(RULES):
        monkeypatch.setitem(RULES, each, lambda _: ())
    monkeypatch.setitem(RULES, Analysis.CACHE_OPPORTUNITIES, slow_hotel)
    clock = MovingClock(START_NS)
    on = Runtime(Settings(database_url=database_url, upkeep=False), clock=clock)
    with TestClient(create_app(on)) as client:
        yield Shop(client, on, clock)
    on.close()


def test_analysing_twice_creates_nothing_new(shop: Shop) -> None:
    shop.ran(1, 2.0)
    first = shop.found()
    shop.clock.now_ns += HOUR
    second = shop.found()

    assert first["last_seen_at"] < second["last_seen_at"]
    assert second == first | {"last_seen_at": second["last_seen_at"]}
    assert (first["status"], first["rule"], first["affected_nodes"]) == (
        "active",
        "cache_opportunities.exact",
        ["hotel"],
    )
    assert shop.get(first["id"]) == second


def test_the_same_finding_has_the_words_of_today(shop: Shop) -> None:
    shop.ran(1, 2.0)
    first = shop.found()
    shop.ran(1, 3.0)
    second = shop.found()

    assert (second["id"], second["created_at"]) == (first["id"], first["created_at"])
    assert second["updated_at"] > first["updated_at"]
    assert second["description"] != first["description"]
    assert second["gain"]["seconds_per_run"] > first["gain"]["seconds_per_run"]


def test_a_dismissed_one_stays_so_until_it_is_markedly_worse(shop: Shop) -> None:
    shop.ran(1, 1.2)
    one = shop.found()
    dismissed = shop.post(one["id"], "dismiss", reason="Too little to gain")
    assert dismissed["dismissed_at"] is not None
    shop.ran(1, 1.3)
    assert shop.analyse() == []
    assert shop.with_status("dismissed") == [one["id"]]

    shop.ran(1, 4.0)
    back = shop.found()

    assert (back["id"], back["status"], back["dismissed_at"]) == (one["id"], "active", None)
    assert "markedly worse since it was dismissed" in back["note"]
    assert back["dismissed_reason"] == "Too little to gain"
    assert shop.with_status("dismissed") == []


def test_a_vanished_cause_makes_it_obsolete_until_it_is_found_again(shop: Shop) -> None:
    shop.ran(1, 2.0)
    one = shop.found()
    shop.ran(1, 0.2)
    assert shop.analyse() == []
    gone = shop.get(one["id"])
    assert (gone["status"], shop.with_status("obsolete")) == ("obsolete", [one["id"]])
    assert gone["obsolete_at"] is not None

    shop.ran(1, 2.0)
    back = shop.found()

    assert (back["id"], back["status"], back["obsolete_at"]) == (one["id"], "active", None)
    assert back["created_at"] == one["created_at"]


@pytest.mark.parametrize("count", [0, 10])
def test_too_few_runs_to_see_it_leave_it_as_it_is(shop: Shop, count: int) -> None:
    shop.ran(1, 2.0)
    one = shop.found()
    shop.clock.now_ns += 2 * DAY
    if count:
        shop.ran(1, 0.2, count)

    assert [each["id"] for each in shop.analyse()] == [one["id"]]


def test_what_the_user_implemented_is_verified_as_improved(shop: Shop) -> None:
    shop.ran(1, 2.0)
    one = shop.found()
    done = shop.post(one["id"], "implement", note="Turned it on.")
    assert (done["status"], done["implemented_how"], done["note"]) == ("implemented", "user", "Turned it on.")
    assert shop.post(one["id"], "implement") == done
    shop.ran(1, 0.2)
    assert shop.analyse() == []

    verified = shop.get(one["id"])
    told = verified["verification"]
    assert (verified["status"], told["verdict"], told["metric"], told["unit"]) == (
        "implemented",
        "improved",
        "execution_time_p50",
        "s",
    )
    assert told["low"] <= told["after"] <= told["high"] < told["before"]
    assert told["estimate_expected"] == one["estimate"]["expected"]
    assert told["share_of_estimate"] == pytest.approx(1, abs=0.2)
    assert (told["n_before"], told["n_after"], told["is_final"]) == (60, 60, False)
    assert "got better" in verified["note"]


def test_what_did_not_help_stands_again(shop: Shop) -> None:
    shop.ran(1, 2.0)
    one = shop.found()
    shop.post(one["id"], "implement")
    shop.ran(1, 2.0)

    back = shop.found()

    assert (back["id"], back["status"], back["implemented_at"]) == (one["id"], "active", None)
    assert back["verification"]["verdict"] == "no_evidence"
    assert "no improvement is to be seen" in back["note"]


def test_what_made_it_worse_is_told_and_stands_again(shop: Shop) -> None:
    shop.ran(1, 2.0)
    one = shop.found()
    shop.post(one["id"], "implement")
    shop.ran(1, 3.0)

    back = shop.found()

    assert (back["status"], back["verification"]["verdict"]) == ("active", "regressed")
    assert back["verification"]["share_of_estimate"] < 0
    assert "it got worse" in back["note"]


def test_too_few_runs_since_give_no_verdict(shop: Shop) -> None:
    shop.ran(1, 2.0)
    one = shop.found()
    shop.post(one["id"], "implement")
    shop.ran(0.1, 0.2, 10)
    shop.analyse()

    told = shop.get(one["id"])["verification"]
    assert (told["verdict"], told["before"], told["n_after"]) == ("too_few_runs", None, 10)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"cached": True, "version": "1"}, "served from a cache"), ({"version": "2"}, "version 2 of the workflow")],
)
def test_a_change_that_fits_is_an_implementation(shop: Shop, change: dict[str, Any], words: str) -> None:
    shop.ran(1, 2.0)
    one = shop.found()
    changed_ns = shop.clock.now_ns + HOUR // 60
    shop.ran(1, 0.2, **change)
    assert shop.analyse() == []

    done = shop.get(one["id"])
    assert (done["status"], done["implemented_how"]) == ("implemented", "detected")
    assert done["implemented_at"] == f"{instant(changed_ns):%Y-%m-%dT%H:%M:%SZ}"
    assert words in done["note"]

    shop.ran(1, 0.2, **change)
    shop.analyse()
    assert shop.get(one["id"])["verification"]["verdict"] == "improved"


def test_a_verification_is_final_after_two_weeks(shop: Shop) -> None:
    shop.ran(1, 2.0)
    one = shop.found()
    shop.post(one["id"], "implement")
    shop.ran(15, 0.2)
    shop.analyse()
    told = shop.get(one["id"])
    assert told["verification"]["is_final"] is True

    shop.ran(2, 2.0)
    shop.analyse()

    assert shop.get(one["id"])["verified_at"] == told["verified_at"]


def test_what_somebody_made_is_left_alone(shop: Shop) -> None:
    from longpole.services.performance import WorkflowPerformanceService as Performance  # noqa: PLC0415 - as users do

    with runtime_module.use(shop.client.app.state.runtime):  # type: ignore[attr-defined]  # `app` is any ASGI callable
        made = Performance.create_optimization_recommendation("shop", "trip_planner", "t", "d", "cost", "critical")
    shop.ran(1, 2.0)

    assert next(each["id"] for each in shop.analyse()) == made.id
    shop.ran(1, 0.2)
    assert [each["id"] for each in shop.analyse()] == [made.id]
    done = shop.post(made.id, "implement", at="2026-02-15T00:00:00Z")
    assert (done["status"], done["implemented_at"]) == ("implemented", "2026-02-15T00:00:00Z")


class TestBorder:
    def test_without_runs_nothing_is_found(self, shop: Shop) -> None:
        assert shop.client.post(PATH).json() == {"items": []}

    @pytest.mark.parametrize("days", [0, 366, "a week", 1.5, None])
    def test_days_are_1_to_365(self, border: TestClient, days: Any) -> None:
        answer = border.post(PATH, json={"days": days})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "days")

    @pytest.mark.parametrize("at", ["yesterday", "2026-11-01T00:00:00", 7])
    def test_an_instant_has_a_time_zone(self, border: TestClient, at: Any) -> None:
        answer = border.post(f"{PATH}/nothing/implement", json={"at": at})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "at")

    def test_nothing_was_implemented_in_the_future(self, border: TestClient) -> None:
        answer = border.post(f"{PATH}/nothing/implement", json={"at": "2100-01-01T00:00:00Z"})
        assert answer.status_code == 422

    def test_a_status_is_one_of_four(self, border: TestClient) -> None:
        assert border.get(f"{PATH}?status=gone").status_code == 422

    @pytest.mark.parametrize("call", ["", "/implement", "/dismiss"])
    def test_one_of_another_workflow_is_404(self, shop: Shop, call: str) -> None:
        shop.ran(1, 2.0)
        elsewhere = f"{PATH.replace('trip_planner', 'other')}/{shop.found()['id']}{call}"
        answer = shop.client.post(elsewhere, json={}) if call else shop.client.get(elsewhere)

        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
