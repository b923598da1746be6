"""Requests that nobody has sent before: fresh ids, and times of the moment at which they are made.

A request is built once by protobuf's own classes. Each copy of it gets new
trace and span ids where the old ones stood, and all its times are moved so
that its latest run ends now: a copy of 2.7 MB takes about a millisecond and no
memory that lasts, so that clients can make them while they send.

Downstream: `ingest_load`, `soak`.
"""

import os
import random
import re
import time
from collections import Counter
from typing import Any

import numpy as np
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

NODES_PER_RUN = 10
RUNS_PER_REQUEST = 100
SPANS_PER_REQUEST = RUNS_PER_REQUEST * (NODES_PER_RUN + 1)
PAYLOAD_CHARACTERS = 1_024
APP = "bench"
MS = 1_000_000

WORDS = [f"word{number}" for number in range(120)]
MODELS = (("gpt-4o", "openai"), ("gpt-4o-mini", "openai"), ("claude-3-5-sonnet-20241022", "anthropic"))
WORKFLOWS = ("support-triage", "invoice-extract", "contract-review", "weekly-report", "lead-scoring")
NODES = (
    ("plan", "LLM"), ("retrieve_docs", "RETRIEVER"), ("embed_query", "EMBEDDING"), ("rerank", "RERANKER"),
    ("call_crm", "TOOL"), ("draft_answer", "LLM"), ("check_policy", "LLM"), ("call_billing", "TOOL"),
    ("format_output", "CHAIN"), ("final_answer", "LLM"),
)  # fmt: skip

_SPAN = re.compile(
    rb"\n\x10(?P<trace>.{16})\x12\x08(?P<span>.{8})(?:\x22\x08(?P<parent>.{8}))?\x2a.{1,40}?\x30\x01"
    rb"\x39(?P<start>.{8})\x41(?P<end>.{8})",
    re.DOTALL,
)
"""A span's fields 1 to 8, in the order in which they are written."""
_RUN_ID = re.compile(rb"[0-9a-f]{32}")
_HEX = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), np.uint8).reshape(256, 2)


class Template:
    """A request of 100 runs, and copies of it. `contents` says by workflow what is in each copy."""

    def __init__(self, rng: random.Random) -> None:
        self.contents = {workflow: Counter[str]() for workflow in WORKFLOWS}
        body = _request(rng, self.contents)
        spans = list(_SPAN.finditer(body))
        if len(spans) != SPANS_PER_REQUEST:
            raise AssertionError(f"{len(spans)} spans were found again")
        self._body = np.frombuffer(body, np.uint8)
        self._trace_at = _places([span.start("trace") for span in spans], 16)
        self._trace_of = _number([span["trace"] for span in spans])
        self._span_at = _places([span.start("span") for span in spans], 8)
        place = {span["span"]: number for number, span in enumerate(spans)}
        children = [span for span in spans if span["parent"]]
        self._parent_at = _places([span.start("parent") for span in children], 8)
        self._parent_of = np.array([place[span["parent"]] for span in children])
        self._run_id_at = _places([found.start() for found in _RUN_ID.finditer(body)], 32)
        self._time_at = _places([span.start(which) for which in ("start", "end") for span in spans], 8)
        self._times = self._body[self._time_at].copy().view("<i8").ravel()
        self._latest_ns = int(self._times.max())

    def fresh(self, ago_ns: int = 0) -> tuple[str, bytes]:
        """The id of its first run, and a request with new ids whose latest run ended so long ago."""
        traces = np.frombuffer(os.urandom(16 * RUNS_PER_REQUEST), np.uint8).reshape(RUNS_PER_REQUEST, 16)
        spans = np.frombuffer(os.urandom(8 * SPANS_PER_REQUEST), np.uint8).reshape(SPANS_PER_REQUEST, 8)
        run_ids = _HEX[traces].reshape(RUNS_PER_REQUEST, 32)
        body = self._body.copy()
        body[self._trace_at] = traces[self._trace_of]
        body[self._run_id_at] = run_ids
        body[self._span_at] = spans
        body[self._parent_at] = spans[self._parent_of]
        times = self._times + (time.time_ns() - ago_ns - self._latest_ns)
        body[self._time_at] = times.astype("<i8").view(np.uint8).reshape(-1, 8)
        return run_ids[0].tobytes().decode(), body.tobytes()


def _places(starts: list[int], width: int) -> np.ndarray:
    """Where each byte of a field stands, a row for each time that the field is there."""
    return np.array(starts)[:, None] + np.arange(width)


def _number(found: list[bytes]) -> np.ndarray:
    numbers = {value: number for number, value in enumerate(dict.fromkeys(found))}
    return np.array([numbers[value] for value in found])


def _request(rng: random.Random, contents: dict[str, Counter[str]]) -> bytes:
    sent = trace_service_pb2.ExportTraceServiceRequest()
    resource = sent.resource_spans.add()
    _put(resource.resource.attributes, {"service.name": APP, "openinference.project.name": APP})
    scope = resource.scope_spans.add()
    scope.scope.name = "bench"
    for _ in range(RUNS_PER_REQUEST):
        workflow = rng.choice(WORKFLOWS)
        _run(scope.spans, rng, workflow, contents[workflow])
    return sent.SerializeToString()


def _run(spans: Any, rng: random.Random, workflow: str, contents: Counter[str]) -> None:
    """Ten nodes one after the other, then their root: the order in which an exporter sends what has ended."""
    trace_id, root_id = rng.randbytes(16), rng.randbytes(8)
    begun = at = time.time_ns() - 60_000 * MS
    is_failed = rng.random() < 0.03
    for number, (name, kind) in enumerate(NODES):
        end = at + int(rng.lognormvariate(6.0 if kind == "LLM" else 3.5, 0.8) * MS)
        span = _span(spans, trace_id, (rng.randbytes(8), root_id), name, (at, end))
        span.status.code = 2 if is_failed and number == 4 else 1
        _put(span.attributes, {"workflow.name": workflow, "workflow.node.id": f"{number:02d}-{name}"})
        _put(span.attributes, _payload(rng, kind) | (_call(rng, contents) if kind == "LLM" else {}))
        at = end + MS
    root = _span(spans, trace_id, (root_id, b""), workflow, (begun, at))
    root.status.code = 2 if is_failed else 1
    _put(root.attributes, _payload(rng, "CHAIN"))
    _put(root.attributes, {"workflow.name": workflow, "workflow.run.id": trace_id.hex(), "user.id": f"u{at % 500}"})
    contents.update(runs=1, failed=int(is_failed))


def _span(spans: Any, trace_id: bytes, ids: tuple[bytes, bytes], name: str, times: tuple[int, int]) -> Any:
    span = spans.add()
    span.trace_id, span.name, span.kind = trace_id, name, 1
    span.span_id, span.parent_span_id = ids
    span.start_time_unix_nano, span.end_time_unix_nano = times
    return span


def _payload(rng: random.Random, kind: str) -> dict[str, str | int]:
    texts = [" ".join(rng.choices(WORDS, k=180))[:PAYLOAD_CHARACTERS] for _ in range(2)]
    return {
        "openinference.span.kind": kind,
        "input.value": texts[0],
        "input.mime_type": "text/plain",
        "output.value": texts[1],
        "output.mime_type": "text/plain",
    }


def _call(rng: random.Random, contents: Counter[str]) -> dict[str, str | int]:
    model, provider = rng.choice(MODELS)
    given, made = rng.randrange(200, 4_000), rng.randrange(20, 900)
    contents.update(input_tokens=given, output_tokens=made)
    return {
        "gen_ai.operation.name": "chat",
        "llm.model_name": model,
        "llm.provider": provider,
        "llm.token_count.prompt": given,
        "llm.token_count.completion": made,
        "llm.token_count.total": given + made,
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
        "gen_ai.provider.name": provider,
        "gen_ai.usage.input_tokens": given,
        "gen_ai.usage.output_tokens": made,
    }


def _put(attributes: Any, values: dict[str, str | int]) -> None:
    for key, value in values.items():
        sent = attributes.add()
        sent.key = key
        setattr(sent.value, "int_value" if isinstance(value, int) else "string_value", value)
