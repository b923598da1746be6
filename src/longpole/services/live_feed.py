"""All who look on in this process share one look at the database every third of a second; without them there is none.

    database ─► look ─► in words, once ─┬─► listener (some of it, by scope) ─► who looks on
                                        └─► listener …

A listener that is not emptied in time forgets what waits in it and begins
anew: memory is bounded however slow somebody reads. When the database does not
answer, all are let go; each comes back with the cursor that he was given last.

Lives in one event loop: nothing here is locked. Upstream: `rest.live`. Downstream: `services.live`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

from longpole import runtime
from longpole.domain.errors import LongpoleError, StorageUnavailableError
from longpole.domain.live import Changed, LiveScope
from longpole.domain.runs import Run
from longpole.runtime import Runtime
from longpole.services.live import Begun, Joining, Look, look
from longpole.store.live_cursors import Cursor

EVERY_S = 0.3
MOST_WAITING = 2_000
"""So many events may wait for a listener; about a kilobyte each, which all of them share."""

_log = logging.getLogger(__name__)
Words = Callable[[Run, int], str]
"""A run in words, as it is at an instant (nanoseconds since the epoch)."""


@dataclass(frozen=True, slots=True)
class Told:
    """Events that belong together, in order.

    `cursor` is where to go on from once all of them are there. `gone` are ids of runs; with `is_reset` what was
    told before does not count any more, and `runs` are the newest ones.
    """

    cursor: Cursor
    runs: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    is_reset: bool = False


@dataclass(slots=True)
class Listener:
    """Somebody who looks on."""

    scope: LiveScope
    after: Cursor | None
    begun: asyncio.Future[None]
    cursor: Cursor | None = None
    """Where to go on from once nothing waits."""
    _waiting: list[Told] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False
    must_begin: bool = True

    async def next(self, patience_s: float) -> Sequence[Told]:
        """What has been told since the last time; nothing after `patience_s` of silence, or when it `is_over`."""
        try:
            async with asyncio.timeout(patience_s):
                await self._arrived.wait()
        except TimeoutError:
            pass  # something may have arrived at the same moment
        self._arrived.clear()
        told, self._waiting = self._waiting, []
        return told

    def tell(self, told: Told) -> None:
        """Have something wait for him."""
        self.cursor = told.cursor
        if not told.runs and not told.gone and not told.is_reset:
            return
        self._waiting.append(told)
        if sum(len(each.runs) + len(each.gone) for each in self._waiting) > MOST_WAITING:
            self.begin_anew()
        else:
            self._arrived.set()

    def begin_anew(self) -> None:
        """Forget what waits, and where he was."""
        self._waiting, self.after, self.must_begin = [], None, True

    def end(self) -> None:
        """Let him go."""
        self.is_over = True
        self._arrived.set()


class Feed:
    """What happens to runs, for any number of listeners."""

    def __init__(self, on: Runtime, words: Words, is_leaving: Callable[[], bool]) -> None:
        self._runtime, self._words, self._is_leaving = on, words, is_leaving
        self._listeners: list[Listener] = []
        self._task: asyncio.Task[None] | None = None
        self._joined = asyncio.Event()

    async def listen(self, scope: LiveScope, after: str | None) -> Listener:
        """Begin to look on, where a cursor ends that was given earlier; whoever does must `leave`.

        Raises:
            StorageUnavailableError: The database does not answer.
        """
        cursor = None if after is None else Cursor.read(after)
        made = Listener(scope, cursor, asyncio.get_running_loop().create_future())
        self._listeners.append(made)
        self._joined.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        try:
            await made.begun
        except BaseException:
            self.leave(made)
            raise
        return made

    @property
    def is_looking(self) -> bool:
        """Whether the database is being looked at."""
        return self._task is not None

    async def at_rest(self) -> None:
        """Return once it is not."""
        if self._task is not None:
            await self._task

    def leave(self, listener: Listener) -> None:
        """Look on no longer."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    async def _run(self) -> None:
        cursor: Cursor | None = None
        try:
            while self._listeners and not self._is_leaving():
                self._joined.clear()
                cursor = await self._look(cursor)
                await _within(EVERY_S, self._joined.wait())
        except LongpoleError as error:
            _log.warning("those who look on are let go: %s", error)
            self._let_go(error)
        except Exception:  # noqa: BLE001 - whatever it is, nobody may be left waiting for a look that never comes
            _log.exception("those who look on are let go")
        finally:
            self._task = None
            self._let_go(StorageUnavailableError("the server is being stopped"))

    def _let_go(self, error: LongpoleError) -> None:
        for each in self._listeners:
            if not each.begun.done():
                each.begun.set_exception(error)
            each.end()
        self._listeners.clear()

    async def _look(self, after: Cursor | None) -> Cursor:
        joining = [each for each in self._listeners if each.must_begin]
        others = [each for each in self._listeners if not each.must_begin]
        asked = [Joining(each.scope, each.after) for each in joining]
        scopes = frozenset(each.scope for each in self._listeners)
        seen, words = await asyncio.to_thread(self._seen, after, asked, scopes)
        for each in others:
            if each.must_begin:
                continue  # he was too slow meanwhile
            if seen.changes is None:
                each.begin_anew()
            else:
                each.tell(_part(seen.cursor, each.scope, seen.changes, words))
        for each, begun in zip(joining, seen.begun, strict=True):
            each.must_begin = False
            each.tell(_beginning(seen.cursor, each.scope, begun, words))
            if not each.begun.done():
                each.begun.set_result(None)
        if any(each.must_begin for each in self._listeners):
            self._joined.set()
        return seen.cursor

    def _seen(
        self, after: Cursor | None, asked: Sequence[Joining], scopes: Collection[LiveScope]
    ) -> tuple[Look, dict[str, str]]:
        """In a thread: one look, and every run in it that anybody looks at in words, once."""
        with runtime.use(self._runtime):
            seen = look(after, asked)
            changed = [*(seen.changes or ()), *(each for begun in seen.begun for each in begun.changes)]
            runs = [each.run for each in changed if each.run is not None]
            runs += [run for begun in seen.begun for run in begun.newest or ()]
            wanted = {run.workflow_run_id: run for run in runs if any(scope.holds(run) for scope in scopes)}
            return seen, {id_: self._words(run, seen.cursor.as_of_ns) for id_, run in wanted.items()}


def _part(cursor: Cursor, scope: LiveScope, changes: Sequence[Changed], words: dict[str, str]) -> Told:
    """What changed for who looks at `scope`: runs in it, and those that left it or are no more."""
    there = dict.fromkeys(each.workflow_run_id for each in changes if each.run is not None and scope.holds(each.run))
    had = (each for each in changes if (each.run is None or each.left is not None) and scope.held(each.left))
    gone = dict.fromkeys(each.workflow_run_id for each in had if each.workflow_run_id not in there)
    return Told(cursor, tuple(words[run_id] for run_id in there), tuple(gone))


def _beginning(cursor: Cursor, scope: LiveScope, begun: Begun, words: dict[str, str]) -> Told:
    if begun.newest is None:
        return _part(cursor, scope, begun.changes, words)
    return Told(cursor, tuple(words[run.workflow_run_id] for run in begun.newest), is_reset=True)


async def _within(seconds: float, waited_for: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(seconds):
            await waited_for
    except TimeoutError:
        pass
