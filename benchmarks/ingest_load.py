"""Requests with fresh ids and times of now, built before anything is timed, and the clients that post them.

A request is built once by protobuf's own classes; its copies get new trace
ids where the old ones stood, so that half a gigabyte of them takes seconds.

Downstream: `ingest`.
"""

import gzip
import http.client
import multiprocessing
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

NODES_PER_RUN = 10
RUNS_PER_REQUEST = 100
SPANS_PER_REQUEST = RUNS_PER_REQUEST * (NODES_PER_RUN + 1)
PAYLOAD_CHARACTERS = 1_024
MS = 1_000_000

WORDS = [f"word{number}" for number in range(120)]
MODELS = (("gpt-4o", "openai"), ("gpt-4o-mini", "openai"), ("claude-3-5-sonnet-20241022", "anthropic"))
WORKFLOWS = ("support-triage", "invoice-extract", "contract-review", "weekly-report", "lead-scoring")
NODES = (
    ("plan", "LLM"), ("retrieve_docs", "RETRIEVER"), ("embed_query", "EMBEDDING"), ("rerank", "RERANKER"),
    ("call_crm", "TOOL"), ("draft_answer", "LLM"), ("check_policy", "LLM"), ("call_billing", "TOOL"),
    ("format_output", "CHAIN"), ("final_answer", "LLM"),
)  # fmt: skip


@dataclass(slots=True)
class Sent:
    """What one client did: seconds of each request that was taken, when the last one was, and refusals."""

    seconds: list[float] = field(default_factory=list)
    last_at: float = 0.0
    refused: int = 0
    failed: list[str] = field(default_factory=list)


def bodies(seed: int, count: int, *, is_gzip: bool) -> Iterator[bytes]:
    """Requests that nobody has sent before."""
    rng = random.Random(f"{seed}/{time.time_ns()}")
    template, trace_ids = _template(rng)
    pattern = re.compile(b"|".join(re.escape(part) for one in trace_ids for part in (one, one.hex().encode())))
    places = [(found.start(), found.end(), found[0]) for found in pattern.finditer(template)]
    for _ in range(count):
        fresh = {one: rng.randbytes(16) for one in trace_ids}
        fresh |= {one.hex().encode(): new.hex().encode() for one, new in fresh.items()}
        body = bytearray(template)
        for start, end, old in places:
            body[start:end] = fresh[old]
        yield gzip.compress(bytes(body), 1) if is_gzip else bytes(body)


def _template(rng: random.Random) -> tuple[bytes, list[bytes]]:
    sent = trace_service_pb2.ExportTraceServiceRequest()
    resource = sent.resource_spans.add()
    _put(resource.resource.attributes, {"service.name": "bench", "openinference.project.name": "bench"})
    scope = resource.scope_spans.add()
    scope.scope.name = "bench"
    trace_ids = [rng.randbytes(16) for _ in range(RUNS_PER_REQUEST)]
    for trace_id in trace_ids:
        _run(scope.spans, rng, trace_id)
    return sent.SerializeToString(), trace_ids


def _run(spans: Any, rng: random.Random, trace_id: bytes) -> None:
    """Ten nodes one after the other, then their root: the order in which an exporter sends what has ended."""
    root_id, workflow = rng.randbytes(8), rng.choice(WORKFLOWS)
    begun = at = time.time_ns() - 60_000 * MS
    is_failed = rng.random() < 0.03
    for number, (name, kind) in enumerate(NODES):
        end = at + int(rng.lognormvariate(6.0 if kind == "LLM" else 3.5, 0.8) * MS)
        span = _span(spans, trace_id, (rng.randbytes(8), root_id), name, (at, end))
        span.status.code = 2 if is_failed and number == 4 else 1
        _put(span.attributes, {"workflow.name": workflow, "workflow.node.id": f"{number:02d}-{name}"})
        _put(span.attributes, _payload(rng, kind) | (_call(rng) if kind == "LLM" else {}))
        at = end + MS
    root = _span(spans, trace_id, (root_id, b""), workflow, (begun, at))
    root.status.code = 2 if is_failed else 1
    _put(root.attributes, _payload(rng, "CHAIN"))
    _put(root.attributes, {"workflow.name": workflow, "workflow.run.id": trace_id.hex(), "user.id": f"u{at % 500}"})


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


def _call(rng: random.Random) -> dict[str, str | int]:
    model, provider = rng.choice(MODELS)
    given, made = rng.randrange(200, 4_000), rng.randrange(20, 900)
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


@dataclass(frozen=True, slots=True)
class Load:
    """What clients do: post to `url`, with `headers`, for at most `seconds`."""

    url: str
    seconds: float
    is_gzip: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, clients: int, requests: int) -> tuple[float, list[Sent]]:
        """Post `requests` requests by as many processes as there are clients; when it began, and what each did."""
        context = multiprocessing.get_context("spawn")
        barrier, answers = context.Barrier(clients + 1), context.Queue()
        share = [requests // clients + (number < requests % clients) for number in range(clients)]
        started = [
            context.Process(target=self.post, args=(number, count, barrier, answers))
            for number, count in enumerate(share)
        ]
        for process in started:
            process.start()
        barrier.wait(timeout=600)
        begun = time.time()
        sent = [answers.get(timeout=self.seconds + 120) for _ in started]
        for process in started:
            process.join()
        return begun, sent

    def post(self, seed: int, count: int, barrier: Any, answers: Any) -> None:
        """One client, in its own process."""
        built = list(bodies(seed, count, is_gzip=self.is_gzip))
        headers = {"Content-Type": "application/x-protobuf", **self.headers}
        if self.is_gzip:
            headers["Content-Encoding"] = "gzip"
        target = urlsplit(self.url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=120)
        sent = Sent()
        barrier.wait(timeout=600)
        until = time.monotonic() + self.seconds
        for body in built:
            if time.monotonic() > until:
                break
            _post(connection, target.path, body, headers, sent)
        answers.put(sent)


def _post(connection: Any, path: str, body: bytes, headers: dict[str, str], sent: Sent) -> None:
    while True:
        begun = time.perf_counter()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            sent.seconds.append(time.perf_counter() - begun)
            sent.last_at = time.time()
            return
        if answer.status not in {429, 503}:
            sent.failed.append(str(answer.status))
            return
        sent.refused += 1
        time.sleep(0.1)
