"""`kill -9` in the middle of a replay: what was acknowledged is there, and of no request there is a part."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from longpole import runtime as runtime_module
from longpole.runtime import Runtime
from longpole.services import runs, telemetry
from longpole.store import trace_log
from longpole.store.tables import trace_chunks

SCRIPT = Path(__file__).parent / "server_process.py"
TRACES_PER_REQUEST = 3
SPANS_PER_TRACE = 4
SENDERS = 3

Request = Callable[..., Any]


@dataclass
class Replay:
    """Requests that are sent until each is acknowledged, as an exporter does."""

    make_request: Request
    acknowledged: list[list[bytes]] = field(default_factory=list)
    unanswered: list[tuple[list[bytes], bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_request(self) -> tuple[list[bytes], bytes]:
        with self.lock:
            if self.unanswered:
                return self.unanswered.pop()
        trace_ids = [os.urandom(16) for _ in range(TRACES_PER_REQUEST)]
        body = b"".join(self.make_request(SPANS_PER_TRACE, trace_id).SerializeToString() for trace_id in trace_ids)
        return trace_ids, body

    def send_until_dead(self, port: int, acknowledged_one: Callable[[], None]) -> None:
        """Send one request after the other until the server is gone."""
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            while True:
                trace_ids, body = self.next_request()
                try:
                    answer = client.post("/v1/traces", content=body, headers={"Content-Type": "application/x-protobuf"})
                except httpx.TransportError:
                    with self.lock:
                        self.unanswered.append((trace_ids, body))
                    return
                assert answer.status_code == 200, answer.content
                with self.lock:
                    self.acknowledged.append(trace_ids)
                acknowledged_one()


@contextmanager
def server(database_url: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server process and its port."""
    process = subprocess.Popen([sys.executable, SCRIPT, database_url], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, int(process.stdout.readline().split()[0])
    finally:
        process.kill()
        process.communicate()


def _round(replay: Replay, database_url: str, kill_after: int) -> None:
    """Replay until the server has acknowledged some requests, and kill it while it works on others."""
    with server(database_url) as (process, port):
        left = iter(range(kill_after - 1, -1_000_000, -1))

        def acknowledged_one() -> None:
            if next(left) == 0:
                process.send_signal(signal.SIGKILL)

        senders = [
            threading.Thread(target=replay.send_until_dead, args=(port, acknowledged_one)) for _ in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert process.wait() == -signal.SIGKILL


def _stored_spans() -> dict[bytes, int]:
    spans: dict[bytes, set[bytes]] = {}
    with runtime_module.reading() as connection:
        for facts in connection.scalars(select(trace_chunks.c.facts)):
            for span in trace_log.unpacked(facts).spans:
                spans.setdefault(span.trace_id, set()).add(span.span_id)
    return {trace_id: len(found) for trace_id, found in spans.items()}


def _kill_many_times(runtime: Runtime, make_request: Request, rounds: int) -> None:
    rng = random.Random(rounds)
    replay = Replay(make_request)
    for _ in range(rounds):
        _round(replay, runtime.settings.database_url, kill_after=rng.randrange(2, 60))
    while pending := telemetry.pending_traces(2**62, 500):  # what the next server would do first
        telemetry.assemble(pending)
    stored = _stored_spans()
    assert len(replay.acknowledged) >= 2 * rounds
    for trace_ids in replay.acknowledged:
        assert [stored.get(trace_id) for trace_id in trace_ids] == [SPANS_PER_TRACE] * TRACES_PER_REQUEST
        for trace_id in trace_ids:
            assert len(runs.runs_of_trace(trace_id.hex())) == 1
    for trace_ids, _ in replay.unanswered:
        assert {stored.get(trace_id) for trace_id in trace_ids} in ({None}, {SPANS_PER_TRACE})
    assert stored.keys() <= {
        trace_id
        for trace_ids in (*replay.acknowledged, *(ids for ids, _ in replay.unanswered))
        for trace_id in trace_ids
    }


def test_three_kills_lose_nothing(runtime: Runtime, make_request: Request) -> None:
    _kill_many_times(runtime, make_request, rounds=3)


@pytest.mark.soak
def test_sixty_kills_lose_nothing(runtime: Runtime, make_request: Request) -> None:
    _kill_many_times(runtime, make_request, rounds=60)
