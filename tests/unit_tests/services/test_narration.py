"""Recommendations get a model's words where a model is set and good; else they keep their own."""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from hotel_runs import DAY, hotel_runs, slow_hotel
from longpole import runtime as runtime_module
from longpole.advice.analyses import RULES, Analysis
from longpole.domain.recommendations import Category, Recommendation, RecommendationStatus, Severity
from longpole.runtime import Runtime
from longpole.services.advising import advise
from longpole.services.narration import MOST_WORDED, narrated
from longpole.services.performance import WorkflowPerformanceService
from longpole.settings import Settings
from longpole.store import recommendations as store
from longpole.store.run_writes import write_records

NOW = datetime(2026, 11, 26, tzinfo=UTC)


class _Model(ThreadingHTTPServer):
    """Says something good of every finding, or, with `text`, that."""

    text: str | None = None
    requests = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Model

    def do_POST(self) -> None:
        self.server.requests += 1
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        keys = [each["key"] for each in json.loads(asked["messages"][1]["content"].splitlines()[0])["findings"]]
        text = self.server.text or "Keep the results of {{KEY.node}}. The run gets faster."
        items = [{"id": key, "headline": "Keep results", "text": text.replace("KEY", key)} for key in keys]
        content = json.dumps({"order": keys[::-1], "items": items})
        body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def model() -> Iterator[_Model]:
    server = _Model(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def worded(runtime: Runtime, model: _Model) -> Iterator[Runtime]:
    """The runtime with a model."""
    url = f"http://127.0.0.1:{model.server_port}/v1"
    settings = Settings(database_url=runtime.settings.database_url, llm_base_url=url, llm_timeout_seconds=5)
    made = Runtime(settings)
    with runtime_module.use(made):
        yield made
    made.close()


def _stored(number: int = 1) -> Recommendation:
    made = Recommendation(
        id=f"r{number}",
        app_id="app",
        workflow_id="flow",
        title="Cache it",
        description="…",
        category=Category.PERFORMANCE,
        severity=Severity.HIGH,
        status=RecommendationStatus.ACTIVE,
        created_at=NOW,
        updated_at=NOW,
        rule="cache_opportunities.exact",
        fingerprint=f"f{number}",
        affected_nodes=(f"fetch {number}",),
        estimate={
            "metric": "execution_time_p95",
            "baseline": 9.1,
            "expected": 6.4,
            "low": 5.9,
            "high": 6.8,
            "unit": "s",
            "method": "replay",
            "n": 400,
        },
        gain={"seconds_per_run": 2.3},
        facts={"hit_ratio": 0.4},
    )
    with runtime_module.unit_of_work() as connection:
        store.add(connection, made)
    return made


def test_words_are_stored_and_stand_beside_their_own(worded: Runtime) -> None:
    first, second = narrated([_stored(1), _stored(2)])

    assert first.narrative is not None
    assert second.narrative is not None
    assert first.narrative["text"] == "Keep the results of “fetch 1”. The run gets faster."
    assert (first.narrative["rank"], second.narrative["rank"]) == (1, 0)
    assert first.title == "Cache it"
    kept = {each.id: each.narrative for each in WorkflowPerformanceService.get_active_recommendations("app", "flow")}
    assert kept == {"r1": first.narrative, "r2": second.narrative}


def test_a_model_is_asked_again_only_when_something_changed(worded: Runtime, model: _Model) -> None:
    standing = narrated([_stored()])
    again = narrated(standing)

    assert again == standing
    assert model.requests == 1

    narrated([replace(standing[0], gain={"seconds_per_run": 4.0})])
    assert model.requests == 2


def test_a_bad_model_changes_nothing_and_is_told_of_without_its_words(
    worded: Runtime, model: _Model, caplog: pytest.LogCaptureFixture
) -> None:
    model.text = "It saves three secrets."
    with caplog.at_level(logging.WARNING):
        (only,) = narrated([_stored()])

    assert only.narrative is not None
    assert only.narrative["text"] is None
    assert model.requests == 2
    assert "1 of 1 pieces of advice keep their own words" in caplog.text
    assert "secrets" not in caplog.text

    assert narrated([only]) == (only,)
    assert model.requests == 2, "it is not asked the same again"


def test_what_people_wrote_is_left_alone(worded: Runtime, model: _Model) -> None:
    own = replace(_stored(), rule=None, fingerprint=None)

    assert narrated([own]) == (own,)
    assert model.requests == 0


def test_no_more_are_worded_than_people_read(worded: Runtime) -> None:
    found = narrated([_stored(number) for number in range(MOST_WORDED + 2)])

    assert [each.narrative is not None for each in found] == [True] * MOST_WORDED + [False] * 2


def test_without_an_endpoint_nothing_happens(runtime: Runtime, model: _Model) -> None:
    made = _stored()

    assert narrated([made]) == (made,)
    assert model.requests == 0


def test_an_analysis_has_what_stands_worded(worded: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in tuple(RULES):
        monkeypatch.setitem(RULES, each, lambda _: ())
    monkeypatch.setitem(RULES, Analysis.CACHE_OPPORTUNITIES, slow_hotel)
    now_ns = worded.clock()
    with runtime_module.unit_of_work() as connection:
        write_records(connection, hotel_runs(60, now_ns - DAY, now_ns, 2.0), now_ns=now_ns)

    [told] = advise("shop", "trip_planner")

    assert (told.narrative or {})["text"].startswith("Keep the results of")
