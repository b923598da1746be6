"""The one thread that stores what arrives: whatever waits goes into one transaction, then all of it is acknowledged.

Invariant: a submission's future succeeds only after its chunks are committed,
and fails only if none of them was.

Upstream: `pipeline`. Downstream: `services.telemetry`, `pipeline_assembler`.
Source: the design's storage sheet, §1 and §4 (group commit).
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from longpole.domain.errors import StorageUnavailableError
from longpole.ingest.pipeline_budget import Share
from longpole.services import telemetry
from longpole.store.trace_log import Content, NewChunk, StoredChunk

_SPANS_PER_TRANSACTION = 2_000
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Submission:
    """What one request brought, packed; `share` is given back when it is stored or refused."""

    chunks: Sequence[NewChunk]
    contents: Sequence[Content]
    share: Share
    stored: Future[None] = field(default_factory=Future)

    def __post_init__(self) -> None:
        self.stored.set_running_or_notify_cancel()  # who waits may go away, what was taken is stored all the same

    @property
    def span_count(self) -> int:
        """How much work it is."""
        return sum(chunk.span_count for chunk in self.chunks)

    def succeed(self) -> None:
        """It is committed."""
        self.share.release()
        self.stored.set_result(None)

    def fail(self, error: StorageUnavailableError) -> None:
        """Nothing of it was stored."""
        self.share.release()
        self.stored.set_exception(error)


class Writer:
    """Queue and loop of the writing thread; `stored` is called with the chunks of every commit."""

    def __init__(self, stored: Callable[[list[StoredChunk]], None]) -> None:
        self._stored = stored
        self._queue: deque[Submission] = deque()
        self._news = threading.Condition()
        self._closed = False

    def put(self, submission: Submission) -> None:
        """Queue a submission.

        Raises:
            StorageUnavailableError: If the pipeline is stopping.
        """
        with self._news:
            if self._closed:
                submission.share.release()
                raise StorageUnavailableError("the server is stopping")
            self._queue.append(submission)
            self._news.notify()

    def close(self) -> None:
        """Let `run` end once the queue is empty; nothing more is taken."""
        with self._news:
            self._closed = True
            self._news.notify()

    def run(self) -> None:
        """Store submissions until closed."""
        while waiting := self._take():
            self._write(waiting)

    def _take(self) -> list[Submission]:
        with self._news:
            self._news.wait_for(lambda: self._queue or self._closed)
            taken: list[Submission] = []
            spans = 0
            while self._queue and spans < _SPANS_PER_TRANSACTION:
                taken.append(self._queue.popleft())
                spans += taken[-1].span_count
            return taken

    def _write(self, submissions: list[Submission]) -> None:
        try:
            stored = telemetry.append(
                [chunk for submission in submissions for chunk in submission.chunks],
                [content for submission in submissions for content in submission.contents],
            )
        except StorageUnavailableError as error:
            for submission in submissions:
                submission.fail(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the clients must send again and the thread go on
            self._write_apart(submissions, error)
        else:
            for submission in submissions:
                submission.succeed()
            self._stored(stored)

    def _write_apart(self, submissions: list[Submission], error: Exception) -> None:
        """One of them cannot be stored, for a reason that is not the database's: the others are."""
        if len(submissions) > 1:
            for submission in submissions:
                self._write([submission])
            return
        _log.error("telemetry could not be stored: %s", type(error).__name__)  # the message may quote payloads
        submissions[0].fail(StorageUnavailableError(type(error).__name__))
