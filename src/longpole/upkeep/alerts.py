"""Looks at what alert rules watch, every minute, and sends what is to be told.

Receivers are strangers: they are slow, or down. So messages are sent by a few
threads of their own, which the other tasks do not wait for. A rule has one
message on its way at a time, so that one bad receiver holds one thread at most.

Upstream: `upkeep.tasks`. Downstream: `services.alerting`, `services.alert_delivery`.
"""

import logging
import threading
from collections.abc import Callable

from longpole import runtime as running
from longpole.domain.errors import LongpoleError
from longpole.domain.units import NS_PER_DAY, NS_PER_SECOND
from longpole.runtime import Runtime
from longpole.upkeep.scheduler import Task

_EVALUATE_EVERY_S, _SEND_EVERY_S = 60.0, 5.0
SENDERS = 4
_FIRST_AFTER_NS = 15 * NS_PER_SECOND
"""Whoever has just started has better things to do, and to load."""
_log = logging.getLogger(__name__)


def tasks(runtime: Runtime) -> list[Task]:
    """What there is to do."""
    senders, looks = Senders(runtime), _Looks(runtime)
    first_ns = runtime.clock() + _FIRST_AFTER_NS

    def later(work: Callable[[], str | None]) -> Callable[[], str | None]:
        return lambda: work() if runtime.clock() >= first_ns else None

    return [
        Task("alerts", _EVALUATE_EVERY_S, later(looks.work)),
        Task("alert_deliveries", _SEND_EVERY_S, later(senders.begin), end=senders.end),
    ]


class _Looks:
    """The rules, looked at; once a day old messages are forgotten."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._forget_at_ns = 0

    def work(self) -> str | None:
        """Look at every rule; how much there is to tell."""
        from longpole.services.alert_delivery import forget_old  # noqa: PLC0415 - the server is ready sooner
        from longpole.services.alerting import evaluate  # noqa: PLC0415 - the same

        written = evaluate()
        now_ns = self._runtime.clock()
        if now_ns >= self._forget_at_ns:
            self._forget_at_ns = now_ns + NS_PER_DAY
            forget_old()
        return f"{written} to tell" if written else None


class Senders:
    """A few threads that send what is due and end when nothing is; they are never waited for, not even at the end.

    What they were about when the process ends goes again, from the next one.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        self._busy_rules: set[str] = set()
        self._threads: set[threading.Thread] = set()
        self._ending = threading.Event()

    def begin(self) -> str | None:
        """Have threads send what is due; returns at once."""
        from longpole.services.alert_delivery import is_anything_due  # noqa: PLC0415 - the server is ready sooner

        if self._ending.is_set() or not is_anything_due():
            return None
        with self._lock:
            for _ in range(SENDERS - len(self._threads)):
                thread = threading.Thread(target=self._work, name="longpole-alerts", daemon=True)
                self._threads.add(thread)
                thread.start()
        return "sending"

    def end(self) -> None:
        """Begin nothing any more."""
        self._ending.set()

    def wait(self, timeout_s: float) -> None:
        """Until the threads have ended that work now."""
        with self._lock:
            threads = tuple(self._threads)
        for thread in threads:
            thread.join(timeout_s)

    def _work(self) -> None:
        with running.use(self._runtime):
            try:
                while not self._ending.is_set() and self._sent_one():
                    pass
            except LongpoleError as error:
                _log.warning("alerts: nothing is sent now: %s", error)
            except Exception:  # noqa: BLE001 - whatever it is, the next turn tries again; it is logged
                _log.exception("alerts: sending failed")
            finally:
                with self._lock:
                    self._threads.discard(threading.current_thread())

    def _sent_one(self) -> bool:
        from longpole.services.alert_delivery import claim_next, deliver  # noqa: PLC0415 - as above

        with self._lock:  # so that no two threads claim messages of one rule
            claimed = claim_next(frozenset(self._busy_rules))
            if claimed is None:
                return False
            self._busy_rules.add(claimed.rule.id)
        try:
            deliver(claimed)
        finally:
            with self._lock:
                self._busy_rules.discard(claimed.rule.id)
        return True
