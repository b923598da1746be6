"""A Longpole server, over HTTP: for programs that have nothing installed but httpx, and share a cache between machines.

A server that is away or slow means running the node: for five seconds after
that nobody asks it. Reports wait until it is back.

Upstream: `configuration`. Downstream: `http_dance`, httpx (extra `sdk`).
"""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from longpole.sdk.http_dance import Pause, Post, Produce, Refresh, Step, Steps, steps_to
from longpole.sdk.http_leases import HeldLeases
from longpole.sdk.transport import Answer, Ask, AwayError, RefusedError, Report, Run, RunAsync
from longpole.sdk.unheard import grumble

_CONNECT_S, _ANSWER_S, _REPORT_S = 0.5, 2.0, 10.0
_LONG_POLL_S = 10.0
_REST_S = 5.0
_TOO_MANY, _SERVER_ERROR, _CLIENT_ERROR = 429, 500, 400
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class HttpTransport:
    """On a server."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        is_here = urlsplit(url).hostname in _LOOPBACK  # no proxy leads to this machine
        self._client = httpx.Client(
            timeout=httpx.Timeout(_ANSWER_S, connect=_CONNECT_S),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),  # each who waits has one
            trust_env=not is_here,
        )
        self._rests_until_s = 0.0
        self.leases = HeldLeases()
        self._tasks: set[asyncio.Task[Any]] = set()

    def attempt(self, ask: Ask, run: Run) -> Answer:
        """The result of a node; who waits for another one waits at the server."""
        return self._drive(ask, steps_to(ask, _LONG_POLL_S), run)

    async def attempt_async(self, ask: Ask, run: RunAsync) -> Answer:
        """The same for a node that is awaited; who waits for another one asks again and again, and holds no thread."""
        return await self._drive_async(ask, steps_to(ask, 0.0), run)

    def sending(self, report: Report) -> Callable[[], None]:
        """Posts a report."""

        def send() -> None:
            path = f"{self._workflow(report.app_id, report.workflow_id)}/runs"
            try:
                answer = self._client.post(path, json=report.payload(), timeout=_REPORT_S)
            except httpx.TransportError as error:
                raise AwayError(type(error).__name__) from None
            if answer.status_code == _TOO_MANY or answer.status_code >= _SERVER_ERROR:
                raise AwayError(f"the server answers {answer.status_code}")
            if answer.status_code >= _CLIENT_ERROR:
                raise RefusedError(f"the server answers {answer.status_code}")
            if rejected := answer.json().get("rejected"):
                raise RefusedError(f"{len(rejected)} node executions, the first for its {rejected[0].get('field')}")

        return send

    def close(self) -> None:
        """Give back its connections; reports that wait for it are lost."""
        self._client.close()

    def _workflow(self, app_id: str, workflow_id: str) -> str:
        return f"{self._url}/apps/{quote(app_id, safe='')}/workflows/{quote(workflow_id, safe='')}"

    def _drive(self, ask: Ask, steps: Steps, run: Run) -> Answer:
        answer: Any = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                outcome: Answer = end.value
                return outcome
            answer = self._do(ask, step, run)

    def _do(self, ask: Ask, step: Step, run: Run) -> Any:
        if isinstance(step, Post):
            return self._post(ask, step)
        if isinstance(step, Produce):
            with self.leases.held(lambda post: self._post(ask, post), step.lease, step.release()):
                return _produced(run)
        if isinstance(step, Refresh):
            context = contextvars.copy_context()
            refresh = threading.Thread(
                target=context.run, args=(self._drive, ask, step.steps, run), name="longpole-refresh", daemon=True
            )
            refresh.start()
        return None  # a pause was had at the server

    async def _drive_async(self, ask: Ask, steps: Steps, run: RunAsync) -> Answer:
        answer: Any = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                outcome: Answer = end.value
                return outcome
            answer = await self._do_async(ask, step, run)

    async def _do_async(self, ask: Ask, step: Step, run: RunAsync) -> Any:
        if isinstance(step, Post):
            return await asyncio.to_thread(self._post, ask, step)
        if isinstance(step, Produce):
            with self.leases.held(lambda post: self._post(ask, post), step.lease, step.release()):
                return await _produced_async(run)
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
        elif isinstance(step, Refresh):
            task = asyncio.get_running_loop().create_task(self._drive_async(ask, step.steps, run))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return None

    def _post(self, ask: Ask, said: Post) -> Any:
        """What the server says; None where it says nothing, or that it cannot."""
        if time.monotonic() < self._rests_until_s:
            return None
        url = f"{self._workflow(ask.app_id, ask.workflow_id)}/cache/{said.call}"
        seconds = _ANSWER_S + float(said.body.get("wait_seconds", 0.0))
        try:
            answer = self._client.post(url, json=dict(said.body), timeout=httpx.Timeout(seconds, connect=_CONNECT_S))
            if answer.status_code == _TOO_MANY or answer.status_code >= _SERVER_ERROR:
                self._rests_until_s = time.monotonic() + _REST_S
            return answer.json() if answer.is_success else None
        except (httpx.TransportError, ValueError) as error:
            self._rests_until_s = time.monotonic() + _REST_S
            grumble(error)
            return None


def _produced(run: Run) -> Answer:
    try:
        return Answer(run())
    except Exception as error:  # noqa: BLE001 - raised again by whoever asked
        return Answer(error=error)


async def _produced_async(run: RunAsync) -> Answer:
    try:
        return Answer(await run())
    except Exception as error:  # noqa: BLE001 - raised again by whoever asked
        return Answer(error=error)
