"""A process beside this one that takes heavy work off it; started when it is first given some.

It ends with the process that started it, however that one ends, and only then:
what a terminal or a service manager tells a whole group of processes (Ctrl+C,
SIGTERM) is not meant for it, else it would be gone while its work is waited for.

    do ─► a free lane ─► a thread there ─► what it returned or raised
                └─► ended, closed, too long ─► HelperEndedError: do it yourself

Invariant: `do` returns in bounded time, and what it was given may have been
done, in part or wholly, when it says that the helper ended. So only work that
may be done twice is fit for it.

Upstream: `runtime`. Downstream: `helper_main`, by a name on its command line.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection, Pipe
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")

LANES = 2
"""How many callers are served at once."""

_LONGEST_S = 60.0
_LEAVE_S = 3.0
_FAILED_START_S = 30.0
"""A helper that could not even begin will hardly do so a moment later."""

_CODE = (
    "import sys; sys.path[:] = sys.argv[3:]; "
    "from longpole.processes.helper_main import main; main(int(sys.argv[1]), sys.argv[2])"
)


class HelperEndedError(Exception):
    """The helper died, took too long or was closed; what it did of the work is unknown."""


class HelperProcess:
    """At most one process, for `LANES` callers at a time; safe to use from any thread.

    `begin(*arguments)` is called there before anything else. All functions are
    passed by the names of their modules, all arguments and results by value.
    """

    def __init__(self, begin: Callable[..., object], *arguments: Any, longest_s: float = _LONGEST_S) -> None:
        self._first = (begin, arguments)
        self._longest_s = longest_s
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._is_closed = False
        self._starts_at = 0.0

    @property
    def is_running(self) -> bool:
        """Whether there is a process already, so that giving it work costs little."""
        process = self._process
        return process is not None and process.is_alive

    @property
    def is_closed(self) -> bool:
        """Whether it was told to end, and starts no more."""
        return self._is_closed

    def do(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """What a function of a module returns there.

        Raises:
            HelperEndedError: It gave no answer; unless it was closed, the next call starts another one.
            Exception: Whatever `work` raised; its notes say where.
        """
        process = self._running()
        try:
            return process.do(work, arguments, self._longest_s)
        except HelperEndedError:
            process.end(0.0)
            if not process.has_answered:
                self._starts_at = time.monotonic() + _FAILED_START_S
            raise

    def close(self) -> None:
        """End the process, within some seconds; who waits for it is told that it ended, and it starts no more."""
        with self._lock:
            self._is_closed = True
            process, self._process = self._process, None
        if process is not None:
            process.end(_LEAVE_S)

    def _running(self) -> "_Process":
        with self._lock:
            if self._is_closed:
                raise HelperEndedError("the helper process is closed")
            if self._process is None or not self._process.is_alive:
                if time.monotonic() < self._starts_at:
                    raise HelperEndedError("the helper process did not start a moment ago")
                self._process = _Process(*self._first)
            return self._process


class _Process:
    """One process: its lanes, and a line that tells it when this process is no more."""

    def __init__(self, begin: Callable[..., object], arguments: tuple[Any, ...]) -> None:
        self.is_over = False
        self.has_answered = False
        self._ending = threading.Lock()
        self._free: SimpleQueue[Connection | None] = SimpleQueue()
        with ExitStack() as theirs:
            pipes = [Pipe() for _ in range(LANES + 1)]
            files = [theirs.enter_context(there).fileno() for _, there in pipes]
            self._life, *self._lanes = [here for here, _ in pipes]
            self._popen = subprocess.Popen(  # noqa: S603 - this interpreter, and a constant
                [sys.executable, "-c", _CODE, str(files[0]), ",".join(map(str, files[1:])), *sys.path],
                pass_fds=files,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        with suppress(OSError):  # it is found out by who gives it work
            self._life.send((begin, arguments))
        for lane in self._lanes:
            self._free.put(lane)

    @property
    def is_alive(self) -> bool:
        """Whether it can be given work, as far as anybody can know."""
        return not self.is_over and self._popen.poll() is None

    def do(self, work: Callable[..., Result], arguments: tuple[Any, ...], longest_s: float) -> Result:
        lane = self._lane(longest_s)
        try:
            lane.send((work, arguments))
            if not lane.poll(longest_s):
                raise HelperEndedError("the helper process gave no answer in time")
            result, error = lane.recv()
            self.has_answered = True
        except (EOFError, OSError):
            raise HelperEndedError("the helper process ended unexpectedly") from None
        finally:
            self._free.put(None if self.is_over else lane)
        if error is not None:
            raise _raised(*error)
        return result  # type: ignore[no-any-return]  # what `work` returned

    def _lane(self, longest_s: float) -> Connection:
        try:
            lane = self._free.get(timeout=longest_s)
        except Empty:
            raise HelperEndedError("the helper process was busy for too long") from None
        if lane is None or self.is_over:
            self._free.put(None)  # for the next one who waits
            raise HelperEndedError("the helper process has ended")
        return lane

    def end(self, within_s: float) -> None:
        """Let it end by itself after what it is doing if that takes not too long; doing it twice does no harm."""
        self.is_over = True
        self._free.put(None)
        with self._ending:
            if self._popen.returncode is not None:
                return
            with suppress(OSError):
                self._life.send(None)
            try:
                self._popen.wait(within_s)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()


def _raised(kind: type[BaseException], arguments: tuple[Any, ...], more: dict[str, Any]) -> BaseException:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(more)
    return error
