"""Tells what happened from a thread of its own: the program never waits, and never hears of trouble.

    program ─► queue, 1,000 reports ─► thread ─► transport
                 └ full: the oldest is dropped, and counted

A report that cannot be stored just now is kept, and tried again after longer
and longer pauses; one that will never be stored is dropped and counted. At the
program's end there are two seconds for what is left.

Upstream: `runs`. Downstream: a transport's `sending`.
"""

import atexit
import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable

from longpole.sdk.transport import AwayError

MOST_WAITING = 1_000
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 30.0
_AT_EXIT_S = 2.0
_SILENCE_S = 60.0
_log = logging.getLogger(__name__)

Send = Callable[[], None]


class Reporter:
    """A bounded queue and the thread that empties it. Safe to use from any thread, and after a fork."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._begin()
        self.dropped = 0
        """Reports that were not stored and will not be."""
        self._next_warning_s = 0.0
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._waiting: deque[Send] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_sending = False
        self._is_hurried = False

    def submit(self, send: Send) -> None:
        """Have a report sent; never waits."""
        with self._changed:
            if len(self._waiting) >= self._most:
                self._waiting.popleft()
                self._drop("the queue is full")
            self._waiting.append(send)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="longpole-reporter", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until all that was submitted is sent or given up, at most `timeout` seconds; whether it is."""
        with self._changed:
            self._is_hurried = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._waiting and not self._is_sending, timeout)

    def _work(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                send = self._waiting.popleft()
                self._is_sending = True
                self._is_hurried = False
            is_away = self._is_away(send)
            with self._changed:
                self._is_sending = False
                if is_away and len(self._waiting) < self._most:
                    self._waiting.appendleft(send)
                elif is_away:
                    self._drop("nothing could be stored for long")
                self._changed.notify_all()
                if is_away:
                    self._changed.wait_for(lambda: self._is_hurried, pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S) if is_away else _FIRST_PAUSE_S

    def _is_away(self, send: Send) -> bool:
        try:
            send()
        except AwayError as error:
            self._warn("not stored yet", str(error))
            return True
        except Exception as error:  # noqa: BLE001 - nothing of ours may end a program's recording
            with self._changed:
                self._drop(str(error))
        return False

    def _drop(self, why: str) -> None:
        self.dropped += 1
        self._warn("dropped", why)

    def _warn(self, what: str, why: str) -> None:
        """Once a minute."""
        now_s = time.monotonic()
        if now_s >= self._next_warning_s:
            self._next_warning_s = now_s + _SILENCE_S
            _log.warning("what a run did was %s: %s", what, why)


reporter = Reporter()
"""That of this process."""


def flush(timeout: float | None = None) -> bool:
    """Wait until what has ended so far is recorded, at most `timeout` seconds; whether it is, or was given up."""
    return reporter.flush(timeout)


@atexit.register
def _at_exit() -> None:
    with contextlib.suppress(Exception):
        reporter.flush(_AT_EXIT_S)
