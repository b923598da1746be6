"""The SDK on a real server, on one that is away, and on one that is slow."""

import asyncio
import contextvars
import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from socket import create_server
from typing import Any

import pytest
import uvicorn

import longpole
from longpole import runtime as runtime_module
from longpole.app import create_app
from longpole.domain.runs import RunStatus
from longpole.runtime import Runtime
from longpole.sdk import reporter as reporting
from longpole.sdk import runs as sdk_runs
from longpole.sdk.configuration import transport
from longpole.sdk.http import HttpTransport
from longpole.sdk.reporter import Reporter
from longpole.services import runs
from longpole.services.cache import WorkflowCacheService
from longpole.settings import Settings


@pytest.fixture
def server(sqlite_url: str) -> Iterator[str]:
    """The address of a server on a new database, which the SDK uses; the services of this process read the same one."""
    made = Runtime(Settings(database_url=sqlite_url))
    runtime_module.install(made)
    served = uvicorn.Server(uvicorn.Config(create_app(made), port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=served.run)
    thread.start()
    deadline = time.monotonic() + 20
    while not served.started:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    url = f"http://127.0.0.1:{served.servers[0].sockets[0].getsockname()[1]}"
    longpole.configure(url=url)
    yield url
    longpole.flush(10)
    _close()
    served.should_exit = True
    thread.join()
    made.close()


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address at which nobody listens."""
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    longpole.configure(url=url)
    own = Reporter()  # what it keeps for a server that never comes is nobody else's
    monkeypatch.setattr(reporting, "reporter", own)
    monkeypatch.setattr(sdk_runs, "reporter", own)
    yield url
    _close()


def _close() -> None:
    here = transport()
    assert isinstance(here, HttpTransport)
    here.close()
    longpole.configure()


def figures(app_id: str = "default", workflow_id: str = "default") -> Any:
    return WorkflowCacheService.get_cache_statistics(app_id, workflow_id)


@pytest.mark.usefixtures("server")
class TestServer:
    def test_calls_are_served_and_runs_recorded(self) -> None:
        calls = itertools.count()

        @longpole.cached_node(node_type="llm", ttl=60, cost=0.5, tags=["t"])
        def answer(question: str) -> list[Any]:
            return [question, next(calls), None, 1.5, "ü"]

        with longpole.workflow("a/b", app_id="shop & co", version="2") as run:
            assert answer("?") == answer("?") == ["?", 0, None, 1.5, "ü"]
        assert longpole.flush(10)
        record = runs.get_run(run.run_id)
        assert [node.is_cached for node in record.nodes] == [False, True]
        assert (record.run.app_id, record.run.workflow_id, record.run.workflow_version) == ("shop & co", "a/b", "2")
        assert record.run.status is RunStatus.SUCCEEDED
        found = figures("shop & co", "a/b")
        assert (found.hits, found.misses, found.stores, float(found.cost_saved)) == (1, 1, 1, 0.5)
        assert WorkflowCacheService.invalidate_cache(app_id="shop & co", workflow_id="a/b", tag="t") == 1

    def test_async_calls(self) -> None:
        calls = itertools.count()

        @longpole.cached_node()
        async def slow(number: int) -> int:
            await asyncio.sleep(0.1)
            return number + next(calls)

        async def program() -> list[int]:
            return [*(await asyncio.gather(*(slow(1) for _ in range(5)))), await slow(1)]

        assert asyncio.run(program()) == [1] * 6
        assert (figures().misses, figures().coalesced, figures().hits) == (1, 4, 1)

    def test_threads_run_one_producer(self) -> None:
        calls, results = itertools.count(), []

        @longpole.cached_node()
        def slow() -> int:
            time.sleep(0.2)
            return next(calls)

        threads = [threading.Thread(target=lambda: results.append(slow())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [0] * 8

    def test_a_failure_gives_the_lease_back(self) -> None:
        outcomes: Iterator[Any] = iter([ValueError("no"), KeyboardInterrupt(), "yes"])

        @longpole.cached_node()
        def moody() -> str:
            outcome = next(outcomes)
            if isinstance(outcome, BaseException):
                raise outcome
            return str(outcome)

        begun = time.monotonic()
        with pytest.raises(ValueError, match="no"):
            moody()
        with pytest.raises(KeyboardInterrupt):
            moody()
        assert [moody(), moody()] == ["yes", "yes"]
        assert time.monotonic() - begun < 5  # a lease that is not given back lasts ten seconds

    def test_what_json_does_not_keep_is_not_cached(self) -> None:
        calls = itertools.count()

        @longpole.cached_node()
        def pair(given: Any) -> Any:
            return given, next(calls)

        assert [pair(1), pair(1), pair(b"1")] == [(1, 0), (1, 1), (b"1", 2)]
        assert figures().stores == 0

    def test_a_stale_result_is_served_while_it_is_made_anew(self) -> None:
        calls, made = itertools.count(), threading.Event()

        @longpole.cached_node(ttl=0.05, stale_while_revalidate=60)
        def news() -> int:
            number = next(calls)
            if number:
                made.set()
            return number

        assert news() == 0
        time.sleep(0.1)
        assert news() == 0
        assert made.wait(10)
        deadline = time.monotonic() + 10
        while news() == 0:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def test_an_expired_result_covers_for_a_failure(self) -> None:
        outcomes: Iterator[Any] = iter(["fresh", RuntimeError("away"), RuntimeError("gone")])

        @longpole.cached_node(ttl=0.05, stale_if_error=60)
        def news(_what: int) -> str:
            outcome = next(outcomes)
            if isinstance(outcome, Exception):
                raise outcome
            return str(outcome)

        assert news(1) == "fresh"
        time.sleep(0.1)
        assert news(1) == "fresh"
        with pytest.raises(RuntimeError, match="gone"):
            news(2)
        assert (figures().stale, figures().misses) == (1, 3)

    def test_modes(self) -> None:
        calls = itertools.count()
        for mode, expected in (("off", [0, 1]), ("shadow", [2, 3])):
            node = longpole.cached_node(mode=mode, node_id=mode)(lambda: next(calls))
            assert [node(), node()] == expected
        shadow = figures().shadow
        assert (shadow.would_hit, shadow.mismatched) == (1, 1)

    def test_a_long_node_keeps_its_lease(self) -> None:
        calls = itertools.count()
        here = transport()
        assert isinstance(here, HttpTransport)
        here.leases.every_s = 0.1

        @longpole.cached_node()
        def slow() -> int:
            time.sleep(0.6)
            return next(calls)

        results: list[int] = []
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(runtime_module.current().cache, "bounds", _short_leases())
            context = contextvars.copy_context()
            other = threading.Thread(target=lambda: results.append(context.run(slow)))
            other.start()
            time.sleep(0.1)
            results.append(slow())
            other.join()
        assert results == [0, 0]

    def test_a_run_that_the_server_refuses_is_dropped(self, caplog: pytest.LogCaptureFixture) -> None:
        with longpole.workflow("x" * 300, app_id="a"):
            pass
        assert longpole.flush(10)
        assert runs.list_apps() == ()
        assert "x" * 300 not in caplog.text


def _short_leases() -> Any:
    from longpole.caching.cache import Bounds  # noqa: PLC0415 - only here

    return Bounds(lease_s=0.3)


class TestAway:
    def test_nodes_run_and_nobody_waits(self, no_server: str) -> None:
        calls = itertools.count()

        @longpole.cached_node()
        def one() -> int:
            return next(calls)

        @longpole.cached_node()
        async def two() -> int:
            return next(calls)

        begun = time.monotonic()
        with longpole.workflow("w"):
            assert [one(), one(), asyncio.run(two())] == [0, 1, 2]
        assert time.monotonic() - begun < 2
        assert not longpole.flush(0.1)
        assert no_server

    def test_reports_wait_for_the_server(self, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
        port = int(server.rpartition(":")[2])
        real, tries = HttpTransport.sending, []

        def wrong_port_first(self: HttpTransport, report: Any) -> Any:
            send = real(self, report)
            away = real(HttpTransport(f"http://127.0.0.1:{1 if port != 1 else 2}"), report)

            def sending() -> None:
                tries.append(1)
                (away if len(tries) < 3 else send)()

            return sending

        monkeypatch.setattr(HttpTransport, "sending", wrong_port_first)
        with longpole.workflow("w", app_id="a") as run:
            pass
        deadline = time.monotonic() + 20
        while not longpole.flush(0.05):
            assert time.monotonic() < deadline
        assert runs.get_run(run.run_id).run.status is RunStatus.SUCCEEDED
        assert len(tries) == 3

    def test_a_program_ends_in_two_seconds_all_the_same(self) -> None:
        program = (
            "import longpole, time\n"
            "longpole.configure(url='http://127.0.0.1:9')\n"
            "with longpole.workflow('w'): pass\n"
            "print(time.time())"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
        assert time.time() - float(done.stdout) < 4

    def test_a_program_that_ends_at_once_has_told_its_run(self, server: str) -> None:
        program = f"import longpole\nlongpole.configure(url={server!r})\nwith longpole.workflow('w', app_id='a'): 1\n"
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
        assert [app.app_id for app in runs.list_apps()] == ["a"]
