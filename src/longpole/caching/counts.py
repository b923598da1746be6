"""What the cache did, counted in memory and written once a second: a hit costs no write.

    hit, miss, … ─► this book ─► once a second ─► one transaction

A process that is killed takes the counts of its last second with it, never an
entry. While the database does not answer, the book goes on growing, up to a
bound; then what is oldest known stays and new names are counted as unknown.

Upstream: `cache`. Downstream: the ledger. Source: the design's caching sheet, "Tiers".
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from decimal import Decimal

from longpole.caching.backend import ScopedKey
from longpole.domain.cache import Counted, Counts, EntryHits, StoredEntry

_EVERY_S = 1.0
_HITS = 512
_REST_S = 1.0
_MOST_NAMES = 20_000
_log = logging.getLogger(__name__)

Write = Callable[[Mapping[Counted, Counts], Mapping[ScopedKey, EntryHits], int], None]


class CountBook:
    """Counts since they were last written. Safe to use from any thread."""

    def __init__(self, write: Write, clock: Callable[[], int]) -> None:
        self._write, self._clock = write, clock
        self._news = threading.Condition()
        self._writing = threading.Lock()
        self._counts: dict[Counted, Counts] = {}
        self._hits: dict[ScopedKey, EntryHits] = {}
        self._new_hits = 0
        self._served: deque[tuple[ScopedKey, StoredEntry, int, bool]] = deque()  # appended to without a lock
        self._is_running = self._is_closed = False

    def hit(self, key: ScopedKey, stored: StoredEntry, at_ns: int, *, is_stale: bool = False) -> None:
        """An entry was served."""
        served = self._served
        served.append((key, stored, at_ns, is_stale))
        if len(served) >= _HITS or not self._is_running:
            with self._news:
                self._enter()
                self._wake()

    def _enter(self) -> None:
        """Put into the book what was served since; `_news` is held."""
        served = self._served
        for _ in range(len(served)):
            key, stored, at_ns, is_stale = served.popleft()
            self._new_hits += 1
            counts = self._of(Counted(key[0], stored.node_type, stored.node_id, stored.node_class))
            if is_stale:
                counts.stale += 1
            else:
                counts.hits += 1
            entry = self._hits.get(key)
            if entry is None:
                entry = self._hits.setdefault(key, EntryHits()) if len(self._hits) < _MOST_NAMES else EntryHits()
            for each in (counts, entry):
                each.saved_ns += stored.elapsed_ns
                each.last_hit_ns = max(each.last_hit_ns, at_ns)
                if stored.cost_usd:
                    each.saved_usd += stored.cost_usd
            entry.hits += 1

    def add(self, counted: Counted, **numbers: int | Decimal) -> None:
        """Other things happened: names of `Counts`, and how much more."""
        with self._news:
            counts = self._of(counted)
            for name, number in numbers.items():
                setattr(counts, name, getattr(counts, name) + number)
            if not self._is_running:
                self._wake()

    def bypass(self, counted: Counted, reason: str) -> None:
        """A node ran past the cache."""
        with self._news:
            bypassed = self._of(counted).bypassed
            bypassed[reason] = bypassed.get(reason, 0) + 1
            if not self._is_running:
                self._wake()

    def flush(self) -> bool:
        """Write what was counted; whether that went well. What could not be written is kept."""
        with self._writing:
            with self._news:
                self._enter()
                counts, hits = self._counts, self._hits
                self._counts, self._hits, self._new_hits = {}, {}, 0
            if not counts and not hits:
                return True
            try:
                self._write(counts, hits, self._clock())
            except Exception as error:  # noqa: BLE001 - counting must never break what is counted
                _log.info("what the cache did could not be written yet: %s", type(error).__name__)
                self._take_back(counts, hits)
                return False
            return True

    def close(self) -> None:
        """Write for the last time."""
        with self._news:
            self._is_closed = True
            self._news.notify()
        self.flush()

    def _of(self, counted: Counted) -> Counts:
        counts = self._counts.get(counted)
        if counts is None:
            if len(self._counts) >= _MOST_NAMES:
                counted = Counted(counted.scope)
            counts = self._counts.setdefault(counted, Counts())
        return counts

    def _take_back(self, counts: Mapping[Counted, Counts], hits: Mapping[ScopedKey, EntryHits]) -> None:
        with self._news:
            for counted, earlier in counts.items():
                _add(self._of(counted), earlier)
            for key, known in hits.items():
                if key in self._hits or len(self._hits) < _MOST_NAMES:
                    _add(self._hits.setdefault(key, EntryHits()), known)

    def _wake(self) -> None:
        if self._is_running:
            self._news.notify()
        elif not self._is_closed:
            self._is_running = True
            threading.Thread(target=self._run, name="longpole-cache-counts", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._is_closed or self._new_hits >= _HITS, timeout=_EVERY_S)
                self._is_running = False  # the next thing that is counted starts another one
                if self._is_closed or not (self._counts or self._hits or self._served):
                    return
                self._is_running = True  # looked at in this order, as hits are noted without the lock
            self.flush()
            with self._news:  # a write makes every reader of the file look again: not for each 512 hits of a busy one
                self._news.wait_for(lambda: self._is_closed, timeout=_REST_S)


def _add(to: Counts | EntryHits, more: Counts | EntryHits) -> None:
    for name in to.__slots__:
        known, added = getattr(to, name), getattr(more, name)
        if name == "last_hit_ns":
            setattr(to, name, max(known, added))
        elif isinstance(known, dict):
            for reason, number in added.items():
                known[reason] = known.get(reason, 0) + number
        else:
            setattr(to, name, known + added)
