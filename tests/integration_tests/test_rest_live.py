"""Runs as they happen, over a socket: what somebody saw in the end is what is stored, whatever broke meanwhile."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from live_serving import Server
from longpole.app import create_app
from longpole.domain.live import LiveScope
from longpole.domain.runs import Run, RunRecord, RunStatus
from longpole.rest import live
from longpole.runtime import Runtime
from longpole.services import live_feed
from longpole.services.runs import list_runs
from longpole.settings import Settings
from longpole.store.engine import writing
from longpole.store.live_cursors import Cursor
from longpole.store.run_writes import delete_runs, write_records
from watching import Watcher

WRITING = Path(__file__).parent / "live_writing.py"
SETTLE_S = 0.4
NOTHING = Cursor(0, 0, (), 0)


@pytest.fixture(autouse=True)
def _often_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.2)


@pytest.fixture
def on(database_url: str) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=database_url, run_settle_seconds=SETTLE_S, upkeep=False))
    yield made
    made.close()


@pytest.fixture
def server(on: Runtime) -> Iterator[Server]:
    with Server(create_app(on)) as made:
        yield made


def write(on: Runtime, *runs: Run) -> None:
    with writing(on.engine) as connection:
        write_records(connection, [RunRecord(run) for run in runs], now_ns=time.time_ns())


def begun(run_id: str, workflow_id: str = "checkout", **more: Any) -> Run:
    now = time.time_ns()
    return Run(run_id, "shop", workflow_id, source="otlp", start_ns=now, last_received_ns=now, **more)


def ended(run_id: str, workflow_id: str = "checkout") -> Run:
    return begun(run_id, workflow_id, status=RunStatus.FAILED, is_ended=True, end_ns=time.time_ns())


def test_a_run_begins_ends_and_is_complete_by_time_alone(on: Runtime, server: Server) -> None:
    write(on, ended("before"))
    with Watcher(server.address) as looking:
        assert looking.wait_for(lambda: looking.runs.get("before", {}).get("state") == "complete")
        write(on, begun("r"))
        assert looking.wait_for(lambda: "r" in looking.runs)
        assert (looking.runs["r"]["state"], looking.runs["r"]["status_so_far"]) == ("running", None)
        write(on, ended("r"))
        assert looking.wait_for(lambda: looking.runs["r"]["is_ended"])
        assert (looking.runs["r"]["state"], looking.runs["r"]["status_so_far"]) == ("running", "failed")
        assert looking.wait_for(lambda: looking.runs["r"]["state"] == "complete")
        assert looking.runs["r"]["execution_status"] == "failed"


def test_a_run_that_falls_silent_becomes_incomplete(database_url: str) -> None:
    settings = Settings(database_url=database_url, run_abandon_seconds=0.5, upkeep=False)
    on = Runtime(settings)
    with Server(create_app(on)) as server, Watcher(server.address) as looking:
        assert looking.wait_for(lambda: looking.resets)
        write(on, begun("r"))
        assert looking.wait_for(lambda: looking.runs.get("r", {}).get("state") == "incomplete")
    on.close()


def test_who_looks_at_a_workflow_sees_its_runs_come_and_go(on: Runtime, server: Server) -> None:
    write(on, begun("a"), begun("b", "search"))
    with Watcher(server.address, {"app_id": "shop", "workflow_id": "checkout"}) as looking:
        assert looking.wait_for(lambda: looking.runs.keys() == {"a"})
        write(on, begun("b", "checkout"), begun("c", "search"))
        assert looking.wait_for(lambda: looking.runs.keys() == {"a", "b"})
        write(on, begun("a", "search"))
        assert looking.wait_for(lambda: looking.runs.keys() == {"b"})
        with writing(on.engine) as connection:
            delete_runs(connection, ["b"])
        assert looking.wait_for(lambda: not looking.runs)
        assert "c" not in looking.runs


@pytest.mark.parametrize("scope", [{}, {"app_id": "shop"}, {"app_id": "shop", "workflow_id": "checkout"}], ids=str)
def test_nothing_is_missed_however_often_the_connection_breaks(
    on: Runtime, server: Server, database_url: str, scope: dict[str, str]
) -> None:
    """Two processes write, each slow to commit; two of three connections break after random numbers of lines."""
    seed = random.randrange(10**6)
    with ExitStack() as looking:
        chances = (None, random.Random(seed), random.Random(seed + 1))
        watchers = [looking.enter_context(Watcher(server.address, scope, breaks)) for breaks in chances]
        assert all(each.wait_for(lambda each=each: each.resets) for each in watchers)
        writers = [
            subprocess.Popen([sys.executable, WRITING, database_url, name, str(seed)], env=dict(os.environ))
            for name in ("one", "two")
        ]
        assert [writer.wait(60) for writer in writers] == [0, 0]
        stored = list_of(on, scope)
        for each in watchers:
            each.wait_for(lambda each=each: stable(each.runs) == stored)
            assert stable(each.runs) == stored, seed
    assert [each.resets for each in watchers] == [1, 1, 1]
    assert min(each.connections for each in watchers[1:]) > 3


def stable(runs: dict[str, Any]) -> dict[str, Any]:
    """What is told of runs that are complete, or still going on, as it will stay."""
    return {
        run_id: (run["workflow_id"], run["user_id"], run["status_so_far"], run["state"])
        for run_id, run in sorted(runs.items())
    }


def list_of(on: Runtime, scope: dict[str, str]) -> dict[str, Any]:
    """The same of the runs that are stored, once they have settled."""
    from longpole import runtime  # noqa: PLC0415 - the name is a fixture's

    with runtime.use(on):
        found = [
            run
            for workflow_id in (("checkout", "search") if "workflow_id" not in scope else (scope["workflow_id"],))
            for run in list_runs("shop", workflow_id, limit=100).items
        ]
    return {
        run.workflow_run_id: (run.workflow_id, run.user_id, run.status, "complete" if run.is_ended else "running")
        for run in sorted(found, key=lambda run: run.workflow_run_id)
    }


@pytest.mark.parametrize("given", ["", "nonsense", "0.1.2", str(NOTHING), "f" * 16 + ".1.1", "a.b.c" + ".d" * 1_000])
def test_an_unknown_cursor_begins_anew(on: Runtime, server: Server, given: str) -> None:
    write(on, begun("r"))
    with httpx.stream("GET", f"{server.address}/live", params={"after": given}) as answer:
        lines = answer.iter_lines()
        assert "event: reset" in [next(lines) for _ in range(4)]


def test_a_workflow_needs_its_application(border: TestClient) -> None:
    answer = border.get("/live?workflow_id=checkout")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "app_id")


def test_a_server_that_leaves_ends_its_streams_soon(on: Runtime) -> None:
    server = Server(create_app(on))
    with server, httpx.stream("GET", f"{server.address}/live") as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("retry")
        begun_at = time.monotonic()
        server.leave()
        for _ in lines:
            pass
        assert time.monotonic() - begun_at < 3
    assert time.monotonic() - begun_at < 5


def test_nobody_asks_the_database_when_nobody_looks_on(on: Runtime) -> None:
    async def scene() -> None:
        feed = live_feed.Feed(on, lambda run, _now: run.workflow_run_id, lambda: False)
        listener = await feed.listen(LiveScope(), None)
        assert feed.is_looking
        feed.leave(listener)
        async with asyncio.timeout(10):
            await feed.at_rest()
        assert not feed.is_looking

    asyncio.run(scene())
