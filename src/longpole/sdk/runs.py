"""A run in progress: whose it is, what ran in it so far, and its record when it ends.

    with longpole.workflow("checkout", app_id="shop"):
        plan()  ─┐
        pay()   ─┴─► nodes of one run

Which run a node belongs to, and which node is around it, follows the context
(ContextVar), so tasks of asyncio find theirs by themselves; a thread does if it
is started with `contextvars.copy_context().run`.

Upstream: `workflows`, `executions`. Downstream: `reporter`.
"""

import threading
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from longpole.domain.scopes import Scope
from longpole.sdk.configuration import transport
from longpole.sdk.reporter import reporter
from longpole.sdk.transport import Report

_NODES_AT_A_TIME = 500
_MOST_WAITING = 20_000  # what is told before the end is shown as ended until the end is told
_LONGEST_ID = 255
_LONGEST_MESSAGE = 2_000


class RunInProgress:
    """One run of a workflow. Safe to use from any thread."""

    def __init__(self, scope: Scope, run_id: str | None = None, said: dict[str, Any] | None = None) -> None:
        self.app_id, self.workflow_id = scope
        self.run_id = run_id or uuid.uuid4().hex
        self._run: dict[str, Any] = {"workflow_run_id": self.run_id, **(said or {})}
        self._nodes: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._is_ended = False

    def add(self, node: dict[str, Any]) -> None:
        """A node execution has ended. After the end of its run, or where there are thousands, it is told at once."""
        with self._lock:
            self._nodes.append(node)
            waits = not self._is_ended and len(self._nodes) < _MOST_WAITING
        if not waits:
            self._tell()

    def end(self, started: "Started", error: BaseException | None) -> None:
        """The run has ended; with an error it has failed, else its nodes say how it went."""
        with self._lock:
            self._run |= started.times("started_at", "finished_at", "total_execution_time")
            if error is not None:
                self._run |= {"execution_status": "failed", **told(error)}
            self._is_ended = True
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            nodes, self._nodes = self._nodes, []
            run = dict(self._run)
        for begin in range(0, max(1, len(nodes)), _NODES_AT_A_TIME):
            part = tuple(nodes[begin : begin + _NODES_AT_A_TIME])
            reporter.submit(transport().sending(Report(self.app_id, self.workflow_id, run, part)))


class Place(NamedTuple):
    """Where in a run something happens: in which one, and inside which node execution."""

    run: RunInProgress
    inside: str | None


class Started(NamedTuple):
    """When something started: by the clock on the wall, and by the one that measures."""

    at: datetime
    measured_ns: int
    clock_ns: Any

    @classmethod
    def now(cls, clock_ns: Any) -> "Started":
        """Now."""
        return cls(datetime.now(UTC), clock_ns(), clock_ns)

    def times(self, start: str, end: str, elapsed: str) -> dict[str, Any]:
        """Start, end and seconds between them as of now, by these names."""
        seconds = (self.clock_ns() - self.measured_ns) / 1e9
        ended = self.at + timedelta(seconds=seconds)
        return {start: self.at.isoformat(), end: ended.isoformat(), elapsed: seconds}


place: ContextVar[Place | None] = ContextVar("longpole_place", default=None)
"""Where the program is now."""


def current_run() -> RunInProgress | None:
    """The run that the program is in now."""
    here = place.get()
    return None if here is None else here.run


def told(error: BaseException) -> dict[str, str]:
    """An error's type and message as they are reported."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - a program's own error may not be able to say what it is
        message = ""
    return {"error_type": name[:_LONGEST_ID], "error_message": message[:_LONGEST_MESSAGE]}
