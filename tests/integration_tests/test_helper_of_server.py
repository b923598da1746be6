"""A server under load has a process beside it; it comes when there is much to do, and goes when the server goes."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator

import psutil
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import func, select

from longpole.runtime import Runtime
from longpole.services import rollups, telemetry
from longpole.store.tables import runs

PATIENCE_S = 60.0
TRACES = 1_500


@pytest.fixture
def server(runtime: Runtime) -> Iterator[subprocess.Popen[str]]:
    """`longpole serve` in a process group of its own, as a shell would start it."""
    command = [sys.executable, "-m", "longpole", "serve", "--port", "0", "--grpc-port", "-1"]
    process = subprocess.Popen(
        command,
        env={**os.environ, "LONGPOLE_DATABASE_URL": runtime.settings.database_url, "LONGPOLE_LOG_LEVEL": "warning"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_it_is_started_by_load_and_leaves_in_peace(runtime: Runtime, server: subprocess.Popen[str]) -> None:
    url = _url(server)
    assert _beside(server) == []
    _send(url)
    eventually(lambda: len(_beside(server)) == 1)
    (helper,) = _beside(server)
    eventually(_is_done)
    assert _runs(runtime) == TRACES
    _send(url)  # so that there is work to be interrupted
    os.killpg(server.pid, signal.SIGTERM)
    helper.terminate()  # as a service manager does, that tells every process of a service
    _, told = server.communicate(timeout=PATIENCE_S)
    assert (server.returncode, told) == (0, "")
    eventually(lambda: not helper.is_running())


def test_it_may_be_killed_at_any_time(runtime: Runtime, server: subprocess.Popen[str]) -> None:
    url = _url(server)
    _send(url)
    eventually(lambda: len(_beside(server)) == 1)
    (first,) = _beside(server)
    eventually(_is_done)
    _send(url)
    first.kill()
    _send(url)
    eventually(_is_done)
    _send(url)
    eventually(lambda: _beside(server) not in ([], [first]))
    eventually(_is_done)
    assert _runs(runtime) == 4 * TRACES


def _is_done() -> bool:
    return telemetry.pending_traces(2**62, 1) == [] and rollups.backlog(1_000) < 1_000


def _url(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    lines: list[str] = []
    while not lines or "Ctrl+C" not in lines[-1]:
        lines.append(server.stdout.readline())
        assert lines[-1], "it ended"
    return next(found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))


def _send(url: str) -> None:
    sent = ExportTraceServiceRequest()
    spans = sent.resource_spans.add().scope_spans.add().spans
    for _ in range(TRACES):
        span = spans.add(trace_id=os.urandom(16), span_id=os.urandom(8), name="probe", kind=1)
        span.start_time_unix_nano = span.end_time_unix_nano = time.time_ns()
        span.attributes.add(key="openinference.span.kind").value.string_value = "CHAIN"
    request = urllib.request.Request(
        f"{url}/v1/traces", sent.SerializeToString(), {"Content-Type": "application/x-protobuf"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        assert answer.status == 200


def _beside(server: subprocess.Popen[str]) -> list[psutil.Process]:
    return [child for child in psutil.Process(server.pid).children() if child.status() != psutil.STATUS_ZOMBIE]


def _runs(runtime: Runtime) -> int:
    with runtime.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(runs)) or 0


def eventually(check: Callable[[], bool]) -> None:
    """Wait for other processes' work."""
    pause = threading.Event()
    until = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < until
        pause.wait(0.02)
