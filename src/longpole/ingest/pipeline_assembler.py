"""The thread that turns what is stored into runs: a new trace at once, a busy one ever more rarely.

A trace is assembled again at most a fifth of the time, whatever it costs: after
an assembly it rests four times as long as that took. So ten thousand spans in
a hundred batches cost a few assemblies, and eleven spans are a run some
milliseconds after they were acknowledged.

    noticed ─► due ─► assembled ─► resting
                 └─► failed ─► due again, later and later

Invariant: every acknowledged trace is assembled in the end: what is not
remembered here is found again in the database, by this process or another.

Upstream: `pipeline_writer`. Downstream: `services.telemetry`.
"""

import heapq
import logging
import threading
import time
from collections.abc import Iterable, Sequence

from longpole import runtime
from longpole.domain.errors import UnavailableError
from longpole.domain.units import NS_PER_SECOND
from longpole.ingest.fault import place
from longpole.ingest.pipeline_recent import RecentChunks
from longpole.services import telemetry
from longpole.store.trace_log import StoredChunk

_TRACES_AT_ONCE = 200
_REST_FACTOR = 4
_NO_REST_S = 0.002
_REMEMBERED = 100_000
_STORAGE_WAIT_S = 2.0
_LONGEST_WAIT_S = 600.0
_SEARCH_EVERY_S = 30.0
_SEARCH_LIMIT = 1_000
_OTHERS_TIME_NS = 15 * NS_PER_SECOND  # a younger chunk is still in its own process's hands
_log = logging.getLogger(__name__)


class Assembler:
    """Which traces are due when, and the loop that assembles them."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._recent = RecentChunks()
        self._due: dict[bytes, float] = {}
        self._queue: list[tuple[float, bytes]] = []
        self._rests_until: dict[bytes, float] = {}
        self._failures: dict[bytes, int] = {}
        self._search_at = 0.0
        self._closes_at: float | None = None

    def notice(self, trace_ids: Iterable[bytes]) -> None:
        """Something of these traces was stored."""
        now = time.monotonic()
        with self._news:
            for trace_id in trace_ids:
                failures = self._failures.get(trace_id, 0)
                at = now + _backoff_s(failures) if failures else max(now, self._rests_until.get(trace_id, now))
                self._schedule(trace_id, at)
            self._news.notify()

    def notice_stored(self, chunks: Sequence[StoredChunk]) -> None:
        """These were stored by this process, just now."""
        with self._news:
            self._recent.add(chunks)
        self.notice(dict.fromkeys(chunk.trace_id for chunk in chunks))

    def close(self, within_s: float) -> None:
        """Let `run` end once everything noticed is assembled, or after `within_s` seconds."""
        with self._news:
            self._closes_at = time.monotonic() + within_s
            self._news.notify()

    def run(self) -> None:
        """Assemble what is due until closed. The first thing it does is look for what an earlier process left."""
        self._search(older_than_ns=0)
        while (trace_ids := self._take()) is not None:
            if trace_ids:
                self._assemble(trace_ids)
            else:
                self._search(_OTHERS_TIME_NS)

    def _schedule(self, trace_id: bytes, at: float) -> None:
        if trace_id not in self._due and len(self._due) < _REMEMBERED:  # else it is found again by the next search
            self._postpone(trace_id, at)

    def _postpone(self, trace_id: bytes, at: float) -> None:
        self._due[trace_id] = at  # an earlier entry in the queue counts no longer
        heapq.heappush(self._queue, (at, trace_id))

    def _pop(self) -> list[bytes]:
        """The first of the queue, if that is still when it is due."""
        at, trace_id = heapq.heappop(self._queue)
        if self._due.get(trace_id) != at:
            return []
        del self._due[trace_id]
        return [trace_id]

    def _take(self) -> list[bytes] | None:
        """The traces that are due; an empty list when it is time to search, None when closed and done."""
        with self._news:
            while True:
                now = time.monotonic()
                closing = self._closes_at is not None
                if self._closes_at is not None and (not self._queue or now >= self._closes_at):
                    return None
                if now >= self._search_at and not closing:
                    return []
                taken: list[bytes] = []
                while self._queue and len(taken) < _TRACES_AT_ONCE and (closing or self._queue[0][0] <= now):
                    taken += self._pop()
                if taken:
                    return taken
                if closing:
                    continue  # only entries that count no longer were left
                self._news.wait(min([self._search_at, *(at for at, _ in self._queue[:1])]) - now)

    def _assemble(self, trace_ids: Sequence[bytes]) -> None:
        begun = time.monotonic()
        try:
            with self._news:
                at_hand = self._recent.take(trace_ids)
            spans = telemetry.assemble(trace_ids, at_hand)
        except UnavailableError as error:
            _log.warning("runs of %d traces wait for the database: %s", len(trace_ids), type(error).__name__)
            self._retry(trace_ids, _STORAGE_WAIT_S)
        except Exception as error:  # noqa: BLE001 - a fault in the rules must not stop the other runs
            self._assemble_apart(trace_ids, error)
        else:
            self._rest(spans, begun)

    def _assemble_apart(self, trace_ids: Sequence[bytes], error: Exception) -> None:
        if len(trace_ids) > 1:
            for trace_id in trace_ids:
                self._assemble([trace_id])
            return
        _log.error("trace %s cannot be assembled: %s", trace_ids[0].hex(), place(error))
        failures = self._failures[trace_ids[0]] = self._failures.get(trace_ids[0], 0) + 1
        self._retry(trace_ids, _backoff_s(failures))

    def _retry(self, trace_ids: Sequence[bytes], wait_s: float) -> None:
        at = time.monotonic() + wait_s
        with self._news:
            if self._closes_at is None:  # else they stay pending in the database
                for trace_id in trace_ids:
                    self._schedule(trace_id, at)

    def _rest(self, spans: dict[bytes, int], begun: float) -> None:
        now = time.monotonic()
        total = sum(spans.values()) or 1
        with self._news:
            for trace_id, count in spans.items():
                self._failures.pop(trace_id, None)
                cost = (now - begun) * count / total
                if cost > _NO_REST_S:
                    rests_until = self._rests_until[trace_id] = now + cost * _REST_FACTOR
                    if trace_id in self._due:
                        self._postpone(trace_id, rests_until)
            if len(self._rests_until) > _REMEMBERED // 10:
                self._rests_until = {trace_id: at for trace_id, at in self._rests_until.items() if at > now}

    def _search(self, older_than_ns: int) -> None:
        """Look for traces that somebody stored and nobody assembled: their process died, or forgot them."""
        try:
            found = telemetry.pending_traces(runtime.current().clock() - older_than_ns + 1, _SEARCH_LIMIT)
        except Exception as error:  # noqa: BLE001 - this thread must outlive any trouble of the database
            _log.warning("unassembled traces cannot be looked for: %s", place(error))
            found = []
        is_more = len(found) >= _SEARCH_LIMIT
        self._search_at = time.monotonic() + (1.0 if is_more else _SEARCH_EVERY_S)
        self.notice(found)


def _backoff_s(failures: int) -> float:
    return min(2.0 ** min(failures - 1, 10), _LONGEST_WAIT_S)
