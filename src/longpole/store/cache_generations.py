"""Which of what processes remember of the cache is still valid; every process of the machine knows it at once.

    invalidate ─► database, committed ─► shared numbers ─► this machine, at once
                         └─ asked every half second ─► shared numbers of other machines

Scopes share 1,024 slots, so an invalidation may make others look again, too.
Asking every half second also makes good for a process that ended between its
commit and the numbers.

Invariant: whatever was remembered before an invalidation is void after it, at
the latest half a second and a query later.

Upstream: `caching.cache`, `cache_ledger`. Downstream: `shared_numbers`, the database.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy import Connection, Engine, func, select

from longpole.domain.scopes import Scope
from longpole.store.cache_rows import scope_key
from longpole.store.engine import reading
from longpole.store.forks import forget_in_child, leave_alone
from longpole.store.shared_numbers import FIRST, SLOTS, STAMP, SharedNumbers
from longpole.store.tables import cache_generations, cache_scopes

_POLL_S = 0.5
_REST_S = 1.0
_MOST_SCOPES = 100_000


def slot_of(scope_key: int) -> int:
    """Which slot a scope is in."""
    return scope_key % SLOTS


class SharedGenerations:
    """The generations and epochs of scopes; satisfies `caching.backend.Generations`.

    Args:
        engine: The database.
        wait_s: How long who asks for an epoch may wait, once after one changed.
    """

    def __init__(self, engine: Engine, wait_s: float = 0.05) -> None:
        self._engine, self._wait_s = engine, wait_s
        self._shared = SharedNumbers(_file_of(engine))
        self._numbers = self._shared.numbers
        self._is_closed = False
        self._begin()
        forget_in_child(self._forget)

    def _begin(self) -> None:
        self._slots: dict[Scope, int] = {}
        self._epochs: dict[Scope, int] = {}
        self._epochs_of = -1
        self._sum: tuple[int, int] | None = None
        self._rests_until = 0.0
        self._start = threading.Lock()
        self._poller: threading.Thread | None = None
        self._wake = threading.Event()
        self._round = threading.Condition()

    def _forget(self) -> None:
        """In a forked child: connections are the parent's, and its thread is not here."""
        leave_alone(self._engine.pool)
        self._engine.dispose(close=False)
        self._shared.forget()
        self._begin()

    def of(self, scope: Scope) -> int:
        """The generation of a scope. Costs no query."""
        try:
            return self._numbers[self._slots[scope]]
        except KeyError:
            return self._numbers[self._place(scope)]

    def _place(self, scope: Scope) -> int:
        self._watch()
        if len(self._slots) >= _MOST_SCOPES:
            self._slots.clear()
        place = self._slots[scope] = FIRST + slot_of(scope_key(scope))
        return place

    def epoch(self, scope: Scope) -> int:
        """The epoch of a scope. Costs no query; where it cannot be known just now, one under which nothing is kept."""
        if self._epochs_of != self._numbers[STAMP] and not self._are_epochs_known():
            return -1 - secrets.randbits(48)
        return self._epochs.get(scope, 0)

    def _are_epochs_known(self) -> bool:
        """Wait for the thread to have read them; after it did not in time, for a second not at all."""
        now = time.monotonic()
        if now < self._rests_until:
            return False
        self._watch()
        self._wake.set()
        with self._round:
            if self._round.wait_for(lambda: self._epochs_of == self._numbers[STAMP], self._wait_s):
                return True
        self._rests_until = now + _REST_S
        return False

    def begin(self, slots: Iterable[int]) -> None:
        """Slots are about to change: whoever keeps something from now on will know that it may be wrong."""
        self._shared.touch(slots)

    def note(self, said: dict[int, int]) -> None:
        """What was just committed of slots: valid for this machine from now on."""
        self._shared.note(said)

    def note_epochs(self) -> None:
        """Epochs were just committed: every process of this machine reads them before it uses one."""
        self._shared.stamp()

    def close(self) -> None:
        """Stop watching."""
        with self._start:
            self._is_closed = True
            poller = self._poller
        self._wake.set()
        if poller is not None and poller is not threading.current_thread():
            poller.join(_REST_S)

    def _watch(self) -> None:
        with self._start:
            if self._poller is None and not self._is_closed:
                self._poller = threading.Thread(target=self._poll, daemon=True, name="longpole-cache-generations")
                self._poller.start()

    def _poll(self) -> None:
        while not self._is_closed:
            with suppress(Exception):  # whatever ails the database, others say so; here it is asked again
                self._look()
            self._wake.wait(_POLL_S)
            self._wake.clear()

    def _look(self) -> None:
        stamp = self._numbers[STAMP]
        with reading(self._engine) as connection:
            self._shared.note(self._said(connection))
            epochs = select(cache_scopes.c.app_id, cache_scopes.c.workflow_id, cache_scopes.c.epoch)
            found = connection.execute(epochs.where(cache_scopes.c.epoch > 0)).all()
            if self._is_closed:
                connection.detach()  # nobody would close it: the pool that it came from is given up
        with self._round:
            self._epochs = {Scope(app_id, workflow_id): epoch for app_id, workflow_id, epoch in found}
            self._epochs_of = stamp
            self._round.notify_all()

    def _said(self, connection: Connection) -> dict[int, int]:
        """The generation of every slot, if any changed since they were last read."""
        generation = cache_generations.c.generation
        count, total = connection.execute(select(func.count(), func.coalesce(func.sum(generation), 0))).one()
        if self._sum == (count, int(total)):
            return {}
        self._sum = count, int(total)
        said = connection.execute(select(cache_generations.c.slot, generation))
        return dict(map(tuple, said))


def _file_of(engine: Engine) -> Path | None:
    """Where processes of this machine that use the same database find the same numbers."""
    url = engine.url
    if engine.dialect.name == "sqlite":
        return None if url.database in {None, "", ":memory:"} else Path(f"{url.database}.cache").absolute()
    where = f"{url.host}:{url.port}/{url.database}?{sorted(url.query.items())}"
    return user_data_path("longpole") / f"cache-{hashlib.sha256(where.encode()).hexdigest()[:32]}"
