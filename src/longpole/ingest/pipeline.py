"""What is acknowledged is stored, and what is stored becomes runs.

    submit ─► [bounded memory] ─► writer: commit ─► acknowledged
                                     └─► assembler: runs, prices ─► readable

One writer thread and one assembler thread a process, and one that hands to a
process beside what piles up. They share nothing but the database, so an
acknowledgement never waits for runs to be computed.

Upstream: the doors (`otlp.intake`, `longpole ingest`). Downstream: `services.telemetry`.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from longpole import runtime as runtime_module
from longpole.assembly.facts import FactBatch
from longpole.ingest.pipeline_assembler import Assembler
from longpole.ingest.pipeline_budget import MemoryBudget
from longpole.ingest.pipeline_writer import Submission, Writer
from longpole.runtime import Runtime
from longpole.store import trace_log
from longpole.store.trace_log import Content

_DRAIN_S = 10.0
_NO_LONGER_S = 1.0  # what the process beside has not done by then stays pending in the database
_WORKERS = 2


class Pipeline:
    """Takes batches of facts from any thread and stores them in the runtime's database.

    `budget` is the memory that requests may take up until they are stored, `workers` are threads for what is to be
    done to them before that: few, since they compete for one processor.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.budget = MemoryBudget(runtime.settings.ingest_queue_bytes)
        self.workers = ThreadPoolExecutor(_WORKERS, "longpole-decode")
        self._assembler = Assembler(runtime.helper)
        self._writer = Writer(stored=self._assembler.notice_stored)
        self._threads = [
            threading.Thread(target=self._in_runtime, args=(loop,), name=name, daemon=True)
            for name, loop in (
                ("longpole-writer", self._writer.run),
                ("longpole-assembler", self._assembler.run),
                ("longpole-beside", self._assembler.run_beside),
            )
        ]

    def start(self) -> None:
        """Open the database and start working. A pipeline is started once.

        Raises:
            StorageUnavailableError: If the database cannot be opened.
        """
        _ = self.runtime.engine
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Store what was submitted, assemble what can be within ten seconds, and end."""
        self.workers.shutdown(wait=True)
        writer, assembler, beside = self._threads
        self._writer.close()
        if writer.ident is not None:
            writer.join()
        self._assembler.close(_DRAIN_S)
        if assembler.ident is not None:
            assembler.join()
            beside.join(_NO_LONGER_S)

    def submit(self, batch: FactBatch, contents: Sequence[Content] = (), size_bytes: int = 0) -> Future[None]:
        """Have `batch` stored.

        Args:
            batch: Facts of any number of traces.
            contents: Payloads to be stored with them.
            size_bytes: Memory that the caller keeps until then, beside the packed batch.

        Returns:
            Done when it is committed; fails with StorageUnavailableError, and then nothing of it is stored.

        Raises:
            OverloadedError: If too much is waiting already.
            StorageUnavailableError: If the pipeline is stopping.
            UnicodeEncodeError, OverflowError: If a fact cannot be stored (see `trace_log.is_storable`).
        """
        chunks = trace_log.pack(batch.spans, batch.logs, self.runtime.clock())
        share = self.budget.share()
        share.grow(size_bytes + sum(len(chunk.facts) for chunk in chunks) + sum(len(one.body) for one in contents))
        submission = Submission(chunks, contents, share)
        if chunks:
            self._writer.put(submission)
        else:
            submission.succeed()
        return submission.stored

    def _in_runtime(self, loop: Callable[[], None]) -> None:
        with runtime_module.use(self.runtime):
            loop()
