"""Does the waiting that the dance asks for: by blocking its thread, or by awaiting.

A node that asks for its own key while it runs would wait for itself: it runs
past the cache instead.

Upstream: `services.cache`. Downstream: `dance`.
"""

import asyncio
import contextvars
import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from longpole.caching.backend import ScopedKey
from longpole.caching.cache import ResultCache
from longpole.caching.dance import (
    Dance,
    Outcome,
    Pause,
    Produce,
    Refresh,
    Step,
    Wait,
    dance,
    refreshing,
    timed,
    watching,
)
from longpole.caching.policy import Mode
from longpole.caching.request import Request

_REFRESHES_AT_ONCE = 8
_log = logging.getLogger(__name__)
_making: contextvars.ContextVar[frozenset[ScopedKey]] = contextvars.ContextVar("longpole_making", default=frozenset())
_refreshes = threading.Semaphore(_REFRESHES_AT_ONCE)
_tasks: set["asyncio.Task[Any]"] = set()
_WORKERS = 8
_workers: list[Any] = [0, None]
"""The process that they are of, and the threads: a forked child has none of its parent's."""

Run = Callable[[], Any]
RunAsync = Callable[[], Awaitable[Any]]


def compute(cache: ResultCache, request: Request, run: Run) -> Outcome:
    """The result of a request, by running its node if need be, in this thread.

    Raises:
        Exception: What the node raised.
    """
    return _raised(attempt(cache, request, run))


async def compute_async(cache: ResultCache, request: Request, run: RunAsync) -> Outcome:
    """The same for a node that is awaited; what blocks is done in other threads.

    Raises:
        Exception: What the node raised.
    """
    return _raised(await attempt_async(cache, request, run))


def attempt(cache: ResultCache, request: Request, run: Run) -> Outcome:
    """As `compute`, but what the node raised is in the outcome: whatever is raised here was not the node."""
    steps = _steps(cache, request)
    if steps is None:
        return produced(run)
    with _is_making(request):
        return _drive(cache, request, steps, run)


async def attempt_async(cache: ResultCache, request: Request, run: RunAsync) -> Outcome:
    """The same for a node that is awaited."""
    steps = _steps(cache, request)
    if steps is None:
        return await produced_async(run)
    with _is_making(request):
        return await _drive_async(cache, request, steps, run)


def _steps(cache: ResultCache, request: Request) -> Dance | None:
    if (request.scope, request.key) in _making.get():
        cache.counts.bypass(request.counted, "asks_for_itself")
        return None
    return watching(cache, request) if request.mode is Mode.SHADOW else dance(cache, request)


def _raised(outcome: Outcome) -> Outcome:
    if outcome.error is not None:
        raise outcome.error
    return outcome


@contextmanager
def _is_making(request: Request) -> Iterator[None]:
    token = _making.set(_making.get() | {(request.scope, request.key)})
    try:
        yield
    finally:
        _making.reset(token)


def _drive(cache: ResultCache, request: Request, steps: Dance, run: Run) -> Outcome:
    answer: Any = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        try:
            answer = _do(cache, request, step, run)
        except BaseException:
            steps.close()
            raise


def _do(cache: ResultCache, request: Request, step: Step, run: Run) -> Any:
    if isinstance(step, Wait):
        return step.flight.result()
    if isinstance(step, Pause):
        time.sleep(step.seconds)
    elif isinstance(step, Produce):
        return produced(run)
    else:
        _refresh(cache, request, run)
    return None


def produced(run: Run) -> Outcome:
    """What comes of running a node, past every cache."""
    begun_ns = time.perf_counter_ns()
    try:
        return timed(begun_ns, run())
    except Exception as error:  # noqa: BLE001 - it is raised again by whoever asked
        return Outcome(error=error)


def _refresh(cache: ResultCache, request: Request, run: Run) -> None:
    if not _refreshes.acquire(blocking=False):
        return
    context = contextvars.copy_context()
    thread = threading.Thread(
        target=context.run, args=(_refresh_now, cache, request, run), name="longpole-refresh", daemon=True
    )
    thread.start()


def _refresh_now(cache: ResultCache, request: Request, run: Run) -> None:
    try:
        _note(_drive(cache, request, refreshing(cache, request), run))
    finally:
        _refreshes.release()


def _note(outcome: Outcome) -> None:
    if outcome.error is not None:
        _log.info("a stale result could not be made anew: %s", type(outcome.error).__name__)


async def _drive_async(cache: ResultCache, request: Request, steps: Dance, run: RunAsync) -> Outcome:
    answer: Any = None
    if cache.remembers(request.scope, request.key):  # a hit in memory is quicker than another thread
        return await _rest_async(cache, request, steps, run, _next(steps, answer))
    return await _rest_async(cache, request, steps, run, await _advance(steps, answer))


async def _rest_async(
    cache: ResultCache, request: Request, steps: Dance, run: RunAsync, step: Step | Outcome
) -> Outcome:
    while True:
        if isinstance(step, Outcome):
            return step
        try:
            answer = await _do_async(cache, request, step, run)
        except BaseException:
            await asyncio.shield(_elsewhere(steps.close))
            raise
        step = await _advance(steps, answer)


async def _advance(steps: Dance, answer: Any) -> Step | Outcome:
    """The next step, or the outcome: made in another thread, to its end even if the caller is cancelled."""
    advancing = _elsewhere(_next, steps, answer)
    try:
        return await asyncio.shield(advancing)
    except asyncio.CancelledError:
        advancing.add_done_callback(lambda _done: steps.close())
        raise


def _elsewhere(work: Callable[..., Any], *arguments: Any) -> "asyncio.Future[Any]":
    """Do something short that may block, in a thread that nobody else has.

    The loop's own threads may all be waiting for what this is about.
    """
    if _workers[0] != os.getpid():
        _workers[:] = [os.getpid(), ThreadPoolExecutor(_WORKERS, "longpole-cache")]
    call = partial(contextvars.copy_context().run, work, *arguments)
    return asyncio.get_running_loop().run_in_executor(_workers[1], call)


def _next(steps: Dance, answer: Any) -> Step | Outcome:
    try:
        return steps.send(answer)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


async def _do_async(cache: ResultCache, request: Request, step: Step, run: RunAsync) -> Any:
    if isinstance(step, Wait):
        return await asyncio.shield(asyncio.wrap_future(step.flight))
    if isinstance(step, Pause):
        await asyncio.sleep(step.seconds)
    elif isinstance(step, Produce):
        return await produced_async(run)
    elif isinstance(step, Refresh):
        task = asyncio.get_running_loop().create_task(_refresh_async(cache, request, run))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
    return None


async def produced_async(run: RunAsync) -> Outcome:
    """The same of a node that is awaited."""
    begun_ns = time.perf_counter_ns()
    try:
        return timed(begun_ns, await run())
    except Exception as error:  # noqa: BLE001 - it is raised again by whoever asked
        return Outcome(error=error)


async def _refresh_async(cache: ResultCache, request: Request, run: RunAsync) -> None:
    _note(await _drive_async(cache, request, refreshing(cache, request), run))
