"""The threads that turn what is stored into runs: a new trace at once, a busy one ever more rarely.

A trace is assembled again at most a fifth of the time, whatever it costs: after
an assembly it rests four times as long as that took. So ten thousand spans in
a hundred batches cost a few assemblies, and eleven spans are a run some
milliseconds after they were acknowledged.

    noticed ─► due ─┬─► assembled here ────────► resting
                    ├─► piled up: beside ─────► resting
                    └─► failed ─► due again, later and later

Whoever is free takes the oldest that are due. The process beside gets nothing,
and is not even started, while this one keeps up.

Invariant: every acknowledged trace is assembled in the end: what is not
remembered here, or was in the hands of a process that died, is found again,
here or in the database.

Upstream: `pipeline_writer`. Downstream: `services.telemetry`, `processes.helper`.
"""

import logging
import threading
import time
from collections.abc import Iterable, Sequence

from longpole import runtime
from longpole.domain.errors import UnavailableError
from longpole.domain.units import NS_PER_SECOND
from longpole.ingest.fault import place
from longpole.ingest.pipeline_agenda import Agenda
from longpole.ingest.pipeline_recent import RecentChunks
from longpole.processes.helper import HelperEndedError, HelperProcess
from longpole.services import telemetry
from longpole.store.trace_log import StoredChunk

_TRACES_AT_ONCE = 200
_TRACES_BESIDE = 400
_MANY = 400
"""So many traces of a dozen spans are 150 ms of work."""

_BEHIND_S = 0.5
_ALONE_S = 5.0
_REST_FACTOR = 4
_NO_REST_S = 0.002
_STORAGE_WAIT_S = 2.0
_LONGEST_WAIT_S = 600.0
_SEARCH_EVERY_S = 30.0
_SEARCH_LIMIT = 1_000
_OTHERS_TIME_NS = 15 * NS_PER_SECOND  # a younger chunk is still in its own process's hands
_log = logging.getLogger(__name__)


class Assembler:
    """Which traces are due when, and the loops that have them assembled; `helper` is the process beside, if any."""

    def __init__(self, helper: HelperProcess | None = None) -> None:
        self._helper = helper
        lock = threading.Lock()
        self._news = threading.Condition(lock)
        self._plenty = threading.Condition(lock)
        self._recent = RecentChunks()
        self._agenda = Agenda()
        self._failures: dict[bytes, int] = {}
        self._search_at = 0.0
        self._behind_since: float | None = None
        self._alone_until = 0.0
        self._closes_at: float | None = None

    def notice(self, trace_ids: Iterable[bytes]) -> None:
        """Something of these traces was stored."""
        now = time.monotonic()
        with self._news:
            for trace_id in trace_ids:
                failures = self._failures.get(trace_id, 0)
                self._agenda.put(trace_id, now, now + _backoff_s(failures) if failures else now)
            self._tell()

    def notice_stored(self, chunks: Sequence[StoredChunk]) -> None:
        """These were stored by this process, just now."""
        with self._news:
            self._recent.add(chunks)
        self.notice(dict.fromkeys(chunk.trace_id for chunk in chunks))

    def close(self, within_s: float) -> None:
        """Let the loops end once everything noticed is assembled, or after `within_s` seconds."""
        with self._news:
            self._closes_at = time.monotonic() + within_s
            self._tell()

    def run(self) -> None:
        """Assemble what is due until closed. The first thing it does is look for what an earlier process left."""
        self._search(older_than_ns=0)
        while (trace_ids := self._take()) is not None:
            if trace_ids:
                self._assemble(trace_ids)
            else:
                self._search(_OTHERS_TIME_NS)

    def run_beside(self) -> None:
        """Have the process beside assemble what piles up, until closed."""
        while (trace_ids := self._take_many()) is not None:
            self._assemble_beside(trace_ids)

    def _tell(self) -> None:
        self._news.notify()
        if self._closes_at is not None or self._is_behind(time.monotonic()):
            self._plenty.notify()

    def _is_behind(self, now: float) -> bool:
        """Whether there is work for the process beside: for some time already if it must be started for it."""
        if self._helper is None or now < self._alone_until or self._agenda.ready(now) < _MANY:
            self._behind_since = None
            return False
        if self._behind_since is None:
            self._behind_since = now
        return self._helper.is_running or now - self._behind_since >= _BEHIND_S

    def _take(self) -> list[bytes] | None:
        """The traces that are due; an empty list when it is time to search, None when closed and done."""
        with self._news:
            while True:
                now = time.monotonic()
                until = self._search_at
                if self._closes_at is not None:
                    self._agenda.hurry(now)
                    until = self._closes_at
                    if self._agenda.is_empty or now >= until:
                        return None
                elif now >= until:
                    return []
                if self._agenda.ready(now):
                    if self._is_behind(now):
                        self._plenty.notify()
                    return self._agenda.take(_TRACES_AT_ONCE)
                self._news.wait(self._agenda.next_at(until) - now)

    def _take_many(self) -> list[bytes] | None:
        with self._plenty:
            while self._closes_at is None:
                if self._is_behind(time.monotonic()):
                    return self._agenda.take(_TRACES_BESIDE)
                self._plenty.wait()
            return None

    def _assemble_beside(self, trace_ids: Sequence[bytes]) -> None:
        assert self._helper is not None
        begun = time.monotonic()
        with self._news:
            self._recent.take(trace_ids)
        try:
            spans = self._helper.do(telemetry.assemble, trace_ids)
        except HelperEndedError as ended:
            if not self._helper.is_closed:
                _log.warning("runs of %d traces are assembled here: %s", len(trace_ids), ended)
            self._alone_until = time.monotonic() + _ALONE_S
            self._retry(trace_ids, 0.0)
        except UnavailableError as error:
            self._wait_for_storage(trace_ids, error)
        except Exception as error:  # noqa: BLE001 - which of them it was is found out here
            self._assemble_apart(trace_ids, error)
        else:
            self._rest(trace_ids, spans, begun)

    def _assemble(self, trace_ids: Sequence[bytes]) -> None:
        begun = time.monotonic()
        try:
            with self._news:
                at_hand = self._recent.take(trace_ids)
            spans = telemetry.assemble(trace_ids, at_hand)
        except UnavailableError as error:
            self._wait_for_storage(trace_ids, error)
        except Exception as error:  # noqa: BLE001 - a fault in the rules must not stop the other runs
            self._assemble_apart(trace_ids, error)
        else:
            self._rest(trace_ids, spans, begun)

    def _assemble_apart(self, trace_ids: Sequence[bytes], error: Exception) -> None:
        if len(trace_ids) > 1:
            for trace_id in trace_ids:
                self._assemble([trace_id])
            return
        _log.error("trace %s cannot be assembled: %s", trace_ids[0].hex(), place(error))
        failures = self._failures[trace_ids[0]] = self._failures.get(trace_ids[0], 0) + 1
        self._retry(trace_ids, _backoff_s(failures))

    def _wait_for_storage(self, trace_ids: Sequence[bytes], error: Exception) -> None:
        _log.warning("runs of %d traces wait for the database: %s", len(trace_ids), type(error).__name__)
        self._retry(trace_ids, _STORAGE_WAIT_S)

    def _retry(self, trace_ids: Sequence[bytes], wait_s: float) -> None:
        now = time.monotonic()
        with self._news:
            self._agenda.done(trace_ids, now)
            if self._closes_at is None or not wait_s:  # else they stay pending in the database
                for trace_id in trace_ids:
                    self._agenda.put(trace_id, now, now + wait_s)
            self._tell()

    def _rest(self, trace_ids: Sequence[bytes], spans: dict[bytes, int], begun: float) -> None:
        now = time.monotonic()
        total = sum(spans.values()) or 1
        with self._news:
            for trace_id, count in spans.items():
                self._failures.pop(trace_id, None)
                cost = (now - begun) * count / total
                if cost > _NO_REST_S:
                    self._agenda.rest(trace_id, now + cost * _REST_FACTOR)
            self._agenda.done(trace_ids, now)
            self._tell()

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
