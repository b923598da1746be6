"""What was stored a moment ago, kept until it is assembled: it need not be read and unpacked again.

Only as much as is bounded; whatever is not here is read from the database, so
that forgetting does no harm. Not safe between threads: its user holds a lock.

Upstream: `pipeline_assembler`. Downstream: `services.telemetry`.
"""

from collections.abc import Iterable, Sequence

from longpole.store.trace_log import StoredChunk

_MOST_SPANS = 10_000  # some 20 MB


class RecentChunks:
    """Chunks by trace, with their facts as they were before they were packed."""

    def __init__(self) -> None:
        self._of_trace: dict[bytes, list[StoredChunk]] = {}
        self._spans = 0

    def add(self, chunks: Iterable[StoredChunk]) -> None:
        """Keep chunks, as far as there is room."""
        for chunk in chunks:
            if chunk.unpacked is not None and self._spans < _MOST_SPANS:
                self._spans += len(chunk.unpacked.spans)
                self._of_trace.setdefault(chunk.trace_id, []).append(chunk)

    def take(self, trace_ids: Sequence[bytes]) -> list[StoredChunk]:
        """What is kept of these traces; it is not kept any longer."""
        taken = [chunk for trace_id in trace_ids for chunk in self._of_trace.pop(trace_id, ())]
        self._spans -= sum(len(chunk.unpacked.spans) for chunk in taken if chunk.unpacked is not None)
        return taken
