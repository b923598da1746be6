"""How fast OTLP becomes spans, as a ratio to the plain way: the official classes and `WhichOneof`.

    uv run python benchmarks/decode.py [--spans 1000] [--bodies 40]

One core, processor time. Requests of 1,000 spans of about 650 bytes and 17
attributes, every one with its own ids, times, token counts and texts; each
request is decoded once only, so nothing is warmer than it is in a server.
"""

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from longpole.ingest.otlp import decode_json, decode_protobuf
from longpole.ingest.otlp.conventions import map_span
from longpole.ingest.otlp.span import RequestContext
from longpole.store import trace_log

WORDS = [f"word{number}" for number in range(400)]
MODELS = (
    ("gpt-4o", "openai"),
    ("gpt-4o-mini", "openai"),
    ("claude-sonnet-4", "anthropic"),
    ("gemini-2.5-pro", "google"),
)
NODES = ("plan", "retrieve", "rerank", "draft", "check", "answer")


def request(seed: int, spans: int) -> bytes:
    """One request: runs of ten spans and their root."""
    rng = random.Random(seed)
    sent = trace_service_pb2.ExportTraceServiceRequest()
    resource = sent.resource_spans.add()
    _put(resource.resource.attributes, "service.name", "bench")
    scope = resource.scope_spans.add()
    scope.scope.name = "openinference.instrumentation.langchain"
    trace_id = root_id = b""
    for number in range(spans):
        if number % 11 == 0:
            trace_id, root_id = rng.randbytes(16), rng.randbytes(8)
        _fill(scope.spans.add(), rng, trace_id, root_id, is_root=number % 11 == 10)
    return sent.SerializeToString()


def _fill(span: Any, rng: random.Random, trace_id: bytes, root_id: bytes, *, is_root: bool) -> None:
    node = rng.choice(NODES)
    model, provider = rng.choice(MODELS)
    span.trace_id, span.span_id = trace_id, root_id if is_root else rng.randbytes(8)
    span.parent_span_id = b"" if is_root else root_id
    span.name, span.kind = node, 1
    span.start_time_unix_nano = 1_790_000_000_000_000_000 + rng.randrange(10**12)
    span.end_time_unix_nano = span.start_time_unix_nano + rng.randrange(10**10)
    span.status.code = 1
    prompt, completion = rng.randrange(100, 4_000), rng.randrange(20, 900)
    for key, value in {
        "openinference.span.kind": "CHAIN" if is_root else "LLM",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
        "gen_ai.provider.name": provider,
        "gen_ai.usage.input_tokens": prompt,
        "gen_ai.usage.output_tokens": completion,
        "llm.model_name": model,
        "llm.token_count.prompt": prompt,
        "llm.token_count.completion": completion,
        "session.id": f"session-{rng.randrange(500)}",
        "user.id": f"user-{rng.randrange(500)}",
        "input.mime_type": "text/plain",
        "output.mime_type": "text/plain",
        "gen_ai.request.temperature": 0.2,
        "input.value": " ".join(rng.choices(WORDS, k=2)),
        "output.value": " ".join(rng.choices(WORDS, k=2)),
    }.items():
        _put(span.attributes, key, value)


def _put(attributes: Any, key: str, value: str | float) -> None:
    sent = attributes.add()
    sent.key = key
    name = {str: "string_value", int: "int_value", float: "double_value"}[type(value)]
    setattr(sent.value, name, value)


def plain(body: bytes) -> int:
    """The usual way: parse with the official classes, one dictionary of attributes a span."""
    sent = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
    rows = []
    for resource in sent.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                attributes = {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}
                rows.append(
                    (
                        span.trace_id, span.span_id, span.parent_span_id, span.name, span.kind,
                        span.start_time_unix_nano, span.end_time_unix_nano, span.status.code, attributes,
                    )
                )  # fmt: skip
    return len(rows)


def decoded(body: bytes) -> int:
    """What the door does."""
    return len(decode_protobuf.decode_traces(body).records)


def decoded_json(body: bytes) -> int:
    """The same out of JSON."""
    return len(decode_json.decode_traces(body).records)


def mapped(body: bytes) -> int:
    """Decoded, and put into our words."""
    context = RequestContext()
    return len([map_span(span, context) for span in decode_protobuf.decode_traces(body).records])


def packed(body: bytes) -> int:
    """Decoded, mapped, and packed as it is stored."""
    context = RequestContext()
    spans = decode_protobuf.decode_traces(body).records
    trace_log.pack([map_span(span, context) for span in spans], (), received_ns=1)
    return len(spans)


def rate(decode: Callable[[bytes], int], bodies: list[bytes]) -> float:
    """Spans a second: the median over the bodies, the first tenth of them left out."""
    rates = []
    for body in bodies:
        gc.collect()
        start = time.process_time_ns()
        spans = decode(body)
        rates.append(spans * 1e9 / (time.process_time_ns() - start))
    return statistics.median(rates[len(rates) // 10 :])


def main() -> None:
    """Print a line per way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=1000, help="spans in one request")
    parser.add_argument("--bodies", type=int, default=40, help="requests")
    arguments = parser.parse_args()
    bodies = [request(seed, arguments.spans) for seed in range(arguments.bodies)]
    size = sum(map(len, bodies)) / (arguments.spans * arguments.bodies)
    print(f"{arguments.bodies} requests of {arguments.spans} spans, {size:.0f} bytes a span")
    as_json = [
        json_format.MessageToJson(_hexed(body), indent=None).encode()
        for body in bodies[: max(5, arguments.bodies // 4)]
    ]
    peer = rate(plain, bodies)
    print(f"{'official classes, WhichOneof':34} {peer:10,.0f} spans/s   1.0")
    for name, decode, given in (
        ("decode (protobuf)", decoded, bodies),
        ("decode (JSON)", decoded_json, as_json),
        ("decode and map", mapped, bodies),
        ("decode, map and pack", packed, bodies),
    ):
        measured = rate(decode, given)
        print(f"{name:34} {measured:10,.0f} spans/s   {measured / peer:.1f}")


def _hexed(body: bytes) -> Any:
    """The request with its ids so that protobuf's own JSON (base64) shows them as OTLP's (hexadecimal)."""
    import base64  # noqa: PLC0415 - only for this trick

    sent = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
    for resource in sent.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                span.trace_id = base64.b64decode(span.trace_id.hex())
                span.span_id = base64.b64decode(span.span_id.hex())
                span.parent_span_id = base64.b64decode(span.parent_span_id.hex())
    return sent


if __name__ == "__main__":
    main()
