"""Mutated bodies get an answer below 500, spoil nothing, and leave no half of anything.

Each is a recorded body with something done to it: to its bytes, to the tree of
its JSON, or to the fields of its protobuf. What was acknowledged must be
stored, all of it must assemble, and what was refused must have left no trace.
"""

import gzip
import json
import logging
import math
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import func, select

from longpole import runtime as runtime_module
from longpole.ingest.otlp import decode_json, decode_protobuf
from longpole.services import telemetry
from longpole.store import run_reads, trace_log
from longpole.store.tables import node_executions, runs, trace_chunks

Doors = Any
Eventually = Callable[[Callable[[], bool]], None]
PROTOBUF, JSON = "application/x-protobuf", "application/json"

TEXTS = ("", "\0", "a\0b", "\ud800", "x" * 70_000, '{"a":' * 3_000, "NaN", "-1", "9" * 400, "{}", '"\\"x\\""', "\u202e")
NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63))
DOUBLES = (math.nan, math.inf, -math.inf, 1e308, -0.0, 5e-324)
KEYS = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.cost",
    "llm.token_count.prompt",
    "llm.cost.total",
    "openinference.span.kind",
    "gen_ai.operation.name",
    "input.value",
    "metadata",
    "session.id",
    "tag.tags",
    "n8n.execution.id",
    "dify.workflow.run_id",
    "dify.node.execution_id",
    "langfuse.observation.usage_details",
    "langfuse.observation.cost_details",
    "logfire.span_type",
    "logfire.pending_parent_id",
    "longpole.attempt",
    "longpole.waits_for",
    "longpole.metric.x",
    "longpole.memory_peak_bytes",
    "longpole.ready_unix_nano",
    "gen_ai.response.time_to_first_chunk",
    "error.type",
    "longpole.workflow_id",
)


class Sent(NamedTuple):
    signal: str
    content_type: str
    encoding: str
    body: bytes


def _bytes_of(rng: random.Random, body: bytes) -> bytes:
    """Flip bits, cut, insert, repeat or overwrite some bytes."""
    changed = bytearray(body)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        if not changed:
            break
        at = rng.randrange(len(changed))
        kind = rng.randrange(6)
        if kind == 0:
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del changed[at:]
        elif kind == 2:
            del changed[at : at + rng.randrange(1, 50)]
        elif kind == 3:
            changed[at:at] = rng.choice((b"\xff\xff\xff\xff\x7f", b"\xff\xfe", b"\0", rng.randbytes(8), b"{", b"]"))
        elif kind == 4:
            changed[at:at] = changed[at : at + rng.randrange(1, 400)] * rng.choice((1, 2, 50))
        else:
            changed[at : at + 4] = b"\xff\xff\xff\x7f"
    return bytes(changed)


def _junk(rng: random.Random) -> Any:
    return rng.choice(
        (
            None,
            True,
            rng.choice(NUMBERS),
            10**30,
            rng.choice(DOUBLES),
            rng.choice(TEXTS),
            [],
            {},
            [[]] * 100,
            {"stringValue": 1},
            {"arrayValue": {"values": [{}] * 5_000}},
            _deep(rng.choice((31, 33, 200))),
        )
    )


def _deep(depth: int) -> Any:
    value: Any = {"intValue": "1"}
    for _ in range(depth):
        value = {"kvlistValue": {"values": [{"key": "k", "value": value}]}}
    return value


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    holders = [tree]
    while holders:
        holder = holders.pop()
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            found.append((holder, key))
            if isinstance(value, (dict, list)):
                holders.append(value)
    return found


def _json_of(rng: random.Random, body: bytes) -> bytes:
    """Put something else in a few places of the tree."""
    tree = json.loads(body)
    for _ in range(rng.choice((1, 2, 5, 20))):
        places = _places(tree)
        if not places:
            break
        holder, key = rng.choice(places)
        if isinstance(holder, dict) and rng.random() < 0.2:
            del holder[key]
        else:
            holder[key] = _junk(rng)
    try:
        sent = json.dumps(tree, ensure_ascii=rng.random() < 0.7)
    except RecursionError:
        return b'{"resourceSpans":' * 5_000
    return sent.encode("utf-8", "surrogatepass")


def _fields_of(rng: random.Random, body: bytes, message: Any) -> bytes:
    """Give a few records odd fields and attributes."""
    request = message.FromString(body)
    records = [
        record
        for resource in (getattr(request, "resource_spans", None) or request.resource_logs)
        for scope in (getattr(resource, "scope_spans", None) or resource.scope_logs)
        for record in (getattr(scope, "spans", None) or scope.log_records)
    ]
    for _ in range(rng.choice((1, 3, 10))):
        record = rng.choice(records)
        _odd_attribute(rng, record.attributes)
        name, odd = rng.choice(
            (
                ("trace_id", rng.choice((b"", bytes(16), b"short", rng.randbytes(16)))),
                ("span_id", rng.choice((b"", bytes(8), b"too long id", rng.randbytes(8)))),
                ("parent_span_id", rng.choice((b"", bytes(8), b"x", rng.choice(records).span_id, record.span_id))),
                ("start_time_unix_nano", rng.choice((0, 1, 2**63 - 1, 2**64 - 1))),
                ("end_time_unix_nano", rng.choice((0, 1, 2**63 - 1, 2**64 - 1))),
                ("name", rng.choice(TEXTS).encode("utf-8", "replace").decode()),
                ("kind", rng.choice((-1, 0, 99, 2**31 - 1))),
                ("dropped_attributes_count", 2**32 - 1),
            )
        )
        if name in type(record).DESCRIPTOR.fields_by_name:
            setattr(record, name, odd)
    sent: bytes = request.SerializeToString()
    return sent


def _odd_attribute(rng: random.Random, attributes: Any) -> None:
    attribute = rng.choice(attributes) if attributes and rng.random() < 0.5 else attributes.add()
    attribute.key = rng.choice(KEYS)
    value = attribute.value
    kind = rng.randrange(6)
    if kind == 0:
        value.string_value = rng.choice(TEXTS).encode("utf-8", "replace").decode()
    elif kind == 1:
        value.int_value = rng.choice(NUMBERS)
    elif kind == 2:
        value.double_value = rng.choice(DOUBLES)
    elif kind == 3:
        value.bytes_value = rng.randbytes(5)
    elif kind == 4:
        value.array_value.values.add().double_value = rng.choice(DOUBLES)
        value.array_value.values.add()
    else:
        inner = value
        for _ in range(rng.choice((1, 31, 33))):
            inner = inner.kvlist_value.values.add(key="k").value
        inner.string_value = "leaf"


def mutated(rng: random.Random, recorded: dict[str, bytes]) -> Sent:
    """One recorded body with something done to it."""
    name = rng.choice(sorted(recorded))
    body = recorded[name]
    signal = next((signal for signal in ("logs", "metrics") if signal in name), "traces")
    content_type = JSON if name.endswith("json") else PROTOBUF
    if rng.random() < 0.4:
        body = _bytes_of(rng, body)
    elif content_type == JSON:
        body = _json_of(rng, body)
    elif signal == "metrics":
        body = _bytes_of(rng, body)
    else:
        body = _fields_of(rng, body, ExportTraceServiceRequest if signal == "traces" else ExportLogsServiceRequest)
    encoding = rng.choice(("", "", "", "gzip"))
    if encoding:
        body = gzip.compress(body, 1)
        if rng.random() < 0.3:
            body = _bytes_of(rng, body)
    if rng.random() < 0.02:
        content_type, signal = rng.choice((JSON, PROTOBUF)), rng.choice(("traces", "logs", "metrics"))
    return Sent(signal, content_type, encoding, body)


class Books:
    """What must be in the store, going by the answers."""

    def __init__(self) -> None:
        self.spans: set[tuple[bytes, bytes]] = set()
        self.statuses: dict[int, int] = {}

    def enter(self, sent: Sent, status: int, answer: bytes) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status != 200 or sent.signal != "traces":
            return
        decode = decode_json if sent.content_type == JSON else decode_protobuf
        body = gzip.decompress(sent.body) if sent.encoding else sent.body
        decoded = decode.decode_traces(body)
        self.spans |= {(span.trace_id, span.span_id) for span in decoded.records if not _is_marker(span)}
        assert (decoded.rejected.count > 0) == (b"rejectedSpans" in answer or b" x " in answer)


def _is_marker(span: Any) -> bool:
    """Start markers stand for another span."""
    return span.attributes.get("logfire.span_type") == "pending_span"


def _run(doors: Doors, recorded: dict[str, bytes], eventually: Eventually, seed: int, count: int) -> Books:
    rng, books = random.Random(seed), Books()
    for number in range(count):
        sent = mutated(rng, recorded)
        headers = {"Content-Type": sent.content_type} | ({"Content-Encoding": sent.encoding} if sent.encoding else {})
        answer = doors.http.post(f"/v1/{sent.signal}", content=sent.body, headers=headers)
        assert answer.status_code in {200, 400, 413}, (seed, number, answer.status_code, answer.content[:200])
        books.enter(sent, answer.status_code, answer.content)
    eventually(lambda: telemetry.pending_traces(2**62, 1) == [])
    return books


def _audit(books: Books) -> None:
    """Everything acknowledged is there, and every run is whole."""
    with runtime_module.reading() as connection:
        stored = set()
        for facts in connection.scalars(select(trace_chunks.c.facts)):
            stored |= {(span.trace_id, span.span_id) for span in trace_log.unpacked(facts).spans}
        assert books.spans <= stored
        node_counts = select(node_executions.c.run_key, func.count()).group_by(node_executions.c.run_key)
        nodes_of = {row[0]: row[1] for row in connection.execute(node_counts)}
        rows = connection.execute(select(runs.c.run_key, runs.c.workflow_run_id, runs.c.node_count)).all()
        assert {key: count for key, _, count in rows if count} == nodes_of
        for _, run_id, _ in rows:
            assert run_reads.find_record(connection, run_id) is not None


def test_some_hundred_mutated_bodies(
    both_doors: Doors, recorded: dict[str, bytes], eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        books = _run(both_doors, recorded, eventually, seed=1, count=200)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("longpole")] == []
    assert min(books.statuses[200], books.statuses[400]) > 20
    _audit(books)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
def test_ten_thousand_mutated_bodies(
    both_doors: Doors, recorded: dict[str, bytes], eventually: Eventually, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    with caplog.at_level(logging.WARNING):
        books = _run(both_doors, recorded, eventually, seed=seed, count=1_000)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("longpole")] == []
    _audit(books)
