"""Runs each task when it is due, in one process among all that share the database.

A task that fails is tried again when it is next due, and says why; it keeps no
other task waiting longer than it takes. Nothing that it does can break ingest.

    leader?  ─ no ─► wait, ask again          (a leader that dies is replaced)
       └ yes ─► the task that is due longest ─► remember how it went ─► wait for the next

Upstream: `app`, `cli`. Downstream: the tasks; `store.upkeep_log` for `GET /system`.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from longpole import runtime
from longpole.domain.errors import LongpoleError
from longpole.domain.units import NS_PER_SECOND
from longpole.runtime import Runtime
from longpole.store import upkeep_log
from longpole.store.leadership import leadership
from longpole.store.upkeep_log import TaskRun

_log = logging.getLogger(__name__)
_LEADER_CHECK_SECONDS = 5.0
_IDLE_SECONDS = 30.0
"""A task that finds nothing to do says so no more often: each time is a write to disk."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done every so often; `work` says in words what it did, or nothing where there was nothing.

    With `has_more` it goes on as soon as other tasks had their turn; `end` is called when the scheduler ends.
    """

    name: str
    every_seconds: float
    work: Callable[[], str | None]
    has_more: Callable[[], bool] = lambda: False
    end: Callable[[], None] = lambda: None


class Scheduler:
    """Runs tasks in a thread of its own, while this process leads."""

    def __init__(self, given: Runtime, tasks: Sequence[Task]) -> None:
        self._runtime, self._tasks = given, tasks
        self._due_ns = {task.name: 0 for task in tasks}
        self._idle_since_ns: dict[str, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="longpole-upkeep", daemon=True)

    def start(self) -> None:
        """Begin; the first round follows at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the task that is running, and let another process lead."""
        self._stopping.set()
        for task in self._tasks:
            task.end()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        with runtime.use(self._runtime):
            claim = leadership(self._runtime.engine)
            try:
                while not self._stopping.is_set():
                    pause = self.run_due() if claim.is_held() else _LEADER_CHECK_SECONDS
                    self._stopping.wait(pause)
            finally:
                claim.release()

    def run_due(self) -> float:
        """Run the tasks that are due, most overdue first; how many seconds there are until the next is."""
        for task in sorted(self._tasks, key=lambda task: self._due_ns[task.name]):
            if self._stopping.is_set():
                break
            if self._due_ns[task.name] <= self._runtime.clock():
                self._carry_out(task)
        waits = (self._due_ns[task.name] - self._runtime.clock() for task in self._tasks)
        return max(0.0, min(waits, default=NS_PER_SECOND) / NS_PER_SECOND)

    def _carry_out(self, task: Task) -> None:
        started_ns = self._runtime.clock()
        outcome = error = None
        try:
            outcome = task.work()
        except LongpoleError as known:
            error = str(known)
            _log.warning("upkeep: %s: %s", task.name, known)
        except Exception as unknown:  # noqa: BLE001 - a broken task must not stop the others; it is told and logged
            error = f"{type(unknown).__name__}: see the server's log"
            _log.exception("upkeep: %s failed", task.name)
        ended_ns = self._runtime.clock()
        pause_s = 0.0 if error is None and task.has_more() else task.every_seconds
        self._due_ns[task.name] = ended_ns + round(pause_s * NS_PER_SECOND)
        run = TaskRun(task.name, task.every_seconds, started_ns, ended_ns - started_ns, outcome, error, _this_process())
        if not self._is_idle_still(run):
            self._remember(run)

    def _is_idle_still(self, run: TaskRun) -> bool:
        """Nothing was done, and it was said a moment ago that nothing was."""
        if run.outcome is not None or run.error is not None:
            self._idle_since_ns.pop(run.name, None)
            return False
        since_ns = self._idle_since_ns.setdefault(run.name, run.started_ns)
        if run.started_ns - since_ns >= _IDLE_SECONDS * NS_PER_SECOND:
            self._idle_since_ns[run.name] = since_ns = run.started_ns
        return since_ns != run.started_ns

    def _remember(self, run: TaskRun) -> None:
        try:
            with runtime.unit_of_work() as connection:
                upkeep_log.record(connection, run)
        except LongpoleError as known:
            _log.warning("upkeep: how %s went was not stored: %s", run.name, known)


def _this_process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
