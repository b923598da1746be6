"""One request body, whichever door it came by: decoded, put into our words, handed over to be stored.

    body ─► decode ─► map ─► pipeline
              └─► rejected, with reasons

All of it is work for a processor, none of it waits: doors call it in a worker thread.

Upstream: `routes`, `grpc_server`, `longpole ingest`. Downstream: `decode_*`, `mapping`, `pipeline`.
"""

from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum

from longpole.assembly.facts import FactBatch
from longpole.ingest.contents import ContentPacker
from longpole.ingest.otlp import decode_json, decode_protobuf, mapping
from longpole.ingest.otlp.decoded import Rejections
from longpole.ingest.otlp.span import RequestContext
from longpole.ingest.pipeline import Pipeline
from longpole.store.trace_log import Content


class Signal(Enum):
    """What a request carries."""

    TRACES = "traces"
    LOGS = "logs"
    METRICS = "metrics"


class Encoding(Enum):
    """How it is written."""

    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Taken:
    """`stored` is done when everything that was not rejected is committed: `accepted` records."""

    stored: Future[None]
    rejected: Rejections
    accepted: int


class Intake:
    """Takes request bodies for one pipeline. Safe to use from any thread."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._packer = ContentPacker(pipeline.runtime.settings)

    def take(self, signal: Signal, encoding: Encoding, body: bytes, request: RequestContext) -> Taken:
        """Hand over what is in `body` to be stored.

        Raises:
            UndecodableError: If it is not what it is said to be; nothing of it is used.
            TooManyRecordsError: If it holds more than one request may.
            OverloadedError, StorageUnavailableError: If it cannot be stored now.
        """
        decode = decode_protobuf if encoding is Encoding.PROTOBUF else decode_json
        if signal is Signal.TRACES:
            spans = decode.decode_traces(body)
            facts = mapping.span_facts(spans.records, request, spans.rejected)
            contents = mapping.contents(spans.records, self._packer)
            batch = FactBatch(spans=tuple(facts))
            return self._submit(batch, contents, spans.rejected)
        if signal is Signal.LOGS:
            logs = decode.decode_logs(body)
            batch = FactBatch(logs=tuple(mapping.log_facts(logs.records, logs.rejected)))
            return self._submit(batch, [], logs.rejected)
        decode.check_metrics(body)
        return self._submit(FactBatch(), [], Rejections())

    def _submit(self, batch: FactBatch, contents: list[Content], rejected: Rejections) -> Taken:
        try:
            stored = self._pipeline.submit(batch, contents)
        except (UnicodeEncodeError, OverflowError):
            spans = mapping.storable(batch.spans, rejected)
            logs = mapping.storable(batch.logs, rejected)
            batch = FactBatch(tuple(spans), tuple(logs))
            stored = self._pipeline.submit(batch, contents)
        return Taken(stored, rejected, len(batch.spans) + len(batch.logs))
