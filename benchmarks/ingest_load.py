"""Clients that post requests as fast as they are taken: each a process, with its own connection.

Requests are built before anything is timed, or (`is_streamed`) made while they
are sent, so that a client of many minutes takes no more memory than one of
seconds. What is refused for now, or lost with its connection, is sent again.

Downstream: `ingest`, `retention`, `soak`.
"""

import gzip
import http.client
import multiprocessing
import queue
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ingest_bodies import Template

from longpole.domain.units import NS_PER_DAY

_PAUSE_S = 0.1
_PATIENCE_S = 60.0
"""How long a client tries to get an answer to one request."""


@dataclass(slots=True)
class Sent:
    """What one client did.

    Attributes:
        seconds: How long each request took that was taken.
        last_at: When the last one was.
        run_ids: One run of each.
        contents: By workflow, what was in them together.
        refused: How often it was told to come again.
        lost: How often a connection ended without an answer.
        failed: What was refused for good.
    """

    seconds: list[float] = field(default_factory=list)
    last_at: float = 0.0
    run_ids: list[str] = field(default_factory=list)
    contents: dict[str, Counter[str]] = field(default_factory=dict)
    refused: int = 0
    lost: int = 0
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Load:
    """What clients do: post to `url`, with `headers`, for at most `seconds`; runs of the last `days`, 0 for now.

    With `is_patient` they come again when they are told to, as exporters do, and not ten times a second.
    """

    url: str
    seconds: float
    is_gzip: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    is_streamed: bool = False
    is_patient: bool = False
    days: float = 0.0

    def send(self, clients: int, requests: int, watch: Callable[[int], None] | None = None) -> tuple[float, list[Sent]]:
        """Post `requests` requests by as many processes as there are clients; when it began, and what each did.

        `watch` is told each second how many were taken.
        """
        context = multiprocessing.get_context("spawn")
        barrier, answers, taken = context.Barrier(clients + 1), context.Queue(), context.Value("q", 0)
        share = [requests // clients + (number < requests % clients) for number in range(clients)]
        started = [
            context.Process(target=self._post, args=(number, count, barrier, answers, taken), daemon=True)
            for number, count in enumerate(share)
        ]
        for process in started:
            process.start()
        barrier.wait(timeout=600)
        begun = time.time()
        sent: list[Sent] = []
        while len(sent) < clients:
            try:
                sent.append(answers.get(timeout=1.0))
            except queue.Empty:
                if any(process.exitcode for process in started):
                    raise SystemExit("a client ended unexpectedly") from None
            if watch:
                watch(taken.value)
        for process in started:
            process.join()
        return begun, sent

    def _post(self, seed: int, count: int, barrier: Any, answers: Any, taken: Any) -> None:
        """One client, in its own process."""
        template = Template(random.Random(f"{seed}/{time.time_ns()}"))
        bodies = self._bodies(template, count)
        if not self.is_streamed:
            bodies = iter(list(bodies))
        client = _Client(self)
        barrier.wait(timeout=600)
        until = time.monotonic() + self.seconds
        while time.monotonic() < until and (made := next(bodies, None)):
            if client.post(*made):
                with taken.get_lock():
                    taken.value += 1
        client.sent.contents = {
            workflow: Counter({what: number * len(client.sent.seconds) for what, number in counts.items()})
            for workflow, counts in template.contents.items()
        }
        answers.put(client.sent)

    def _bodies(self, template: Template, count: int) -> Iterator[tuple[str, bytes]]:
        for _ in range(count):
            run_id, body = template.fresh(int(random.random() * self.days * NS_PER_DAY))
            yield run_id, gzip.compress(body, 1) if self.is_gzip else body


class _Client:
    """A connection, and what came of it."""

    def __init__(self, load: Load) -> None:
        self.sent = Sent()
        self._is_patient, self._pause_s = load.is_patient, _PAUSE_S
        self._headers = {"Content-Type": "application/x-protobuf", **load.headers}
        if load.is_gzip:
            self._headers["Content-Encoding"] = "gzip"
        target = urlsplit(load.url)
        self._path = target.path
        self._connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=120)

    def post(self, run_id: str, body: bytes) -> bool:
        """Whether it was taken."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            begun = time.perf_counter()
            status = self._answer(body)
            if status == 200:
                self.sent.seconds.append(time.perf_counter() - begun)
                self.sent.last_at = time.time()
                self.sent.run_ids.append(run_id)
                return True
            if status not in {None, 429, 503}:
                self.sent.failed.append(str(status))
                return False
            time.sleep(self._pause_s)
        self.sent.failed.append(f"not taken within {_PATIENCE_S:.0f} s")
        return False

    def _answer(self, body: bytes) -> int | None:
        """The status, or None where there was no answer."""
        try:
            self._connection.request("POST", self._path, body, self._headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self.sent.lost += 1
            return None
        if self._is_patient:
            self._pause_s = float(answer.headers.get("Retry-After", _PAUSE_S))
        self.sent.refused += answer.status in {429, 503}
        return answer.status
