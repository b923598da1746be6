"""Files of telemetry through the pipeline, with a bar of bytes; then runs of all that was stored.

Upstream: `cli.ingest`. Downstream: `otlp_files`, `ingest.otlp.intake`, `services.telemetry`.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from longpole.cli.otlp_files import Request, UnreadableFileError, requests
from longpole.domain.errors import OverloadedError
from longpole.ingest.otlp.decoded import TooManyRecordsError, UndecodableError
from longpole.ingest.otlp.intake import Intake, Signal, Taken
from longpole.ingest.otlp.span import RequestContext
from longpole.ingest.pipeline import Pipeline
from longpole.runtime import Runtime
from longpole.services import telemetry

if TYPE_CHECKING:
    from concurrent.futures import Future

_MOST_IN_FLIGHT = 32
_TRACES_AT_ONCE = 200


@dataclass(slots=True)
class Outcome:
    """What became of one file: requests read, records stored, records rejected by reason, what could not be read."""

    path: Path
    requests: int = 0
    stored: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def ingested(on: Runtime, files: Sequence[Path], project: str | None, signal: Signal) -> list[Outcome]:
    """Store what is in `files`, and bring the runs up to it.

    Raises:
        StorageUnavailableError: What was stored before stays; doing it again stores the rest.
    """
    outcomes = [Outcome(path) for path in files]
    with _running(Pipeline(on)) as pipeline, _bar() as progress:
        intake = Intake(pipeline)
        for outcome in outcomes:
            size = outcome.path.stat().st_size if outcome.path.is_file() else None
            task = progress.add_task(outcome.path.name, total=size)
            with _Flight(outcome) as flight:
                for request in _requests(outcome, signal, on.settings.max_decompressed_bytes):
                    flight.send(intake, request, RequestContext(project))
                    progress.update(task, completed=request.bytes_read)
            progress.update(task, completed=size or 0)
    _assemble_the_rest(on)
    return outcomes


class _Flight:
    """Requests of one file that are on their way: not so many that memory fills."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._under_way: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._under_way:
            self._under_way.popleft().result()

    def send(self, intake: Intake, request: Request, context: RequestContext) -> None:
        """Have a request stored, soon."""
        self._outcome.requests += 1
        try:
            taken = self._taken(intake, request, context)
        except (UndecodableError, TooManyRecordsError) as error:
            self._outcome.problems.append(f"request {request.number}: {error}")
            return
        self._outcome.stored += taken.accepted
        self._outcome.rejected += taken.rejected.reasons
        self._under_way.append(taken.stored)
        if len(self._under_way) > _MOST_IN_FLIGHT:
            self._under_way.popleft().result()

    def _taken(self, intake: Intake, request: Request, context: RequestContext) -> Taken:
        while True:
            try:
                return intake.take(request.signal, request.encoding, request.body, context)
            except OverloadedError:
                if not self._under_way:
                    raise
                self._under_way.popleft().result()


def _requests(outcome: Outcome, signal: Signal, largest: int) -> Iterator[Request]:
    try:
        yield from requests(outcome.path, signal, largest)
    except UnreadableFileError as error:
        outcome.problems.append(str(error))


def _assemble_the_rest(on: Runtime) -> None:
    """What the pipeline had no time for while it drained; what other processes left behind as well."""
    while waiting := telemetry.pending_traces(on.clock(), _TRACES_AT_ONCE):
        telemetry.assemble(waiting)


@contextmanager
def _running(pipeline: Pipeline) -> Iterator[Pipeline]:
    pipeline.start()
    try:
        yield pipeline
    finally:
        pipeline.stop()


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
