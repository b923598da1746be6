"""Recorded runs as spans: made by the stock SDK, sent by the stock exporter to a real server on loopback.

    told    with all that Longpole's own attributes can say: what a step waited for, when it was ready, its slot,
            its attempt, its turn
    bare    names, types and times only

Upstream: `what_if`. Downstream: opentelemetry-exporter-otlp-proto-http, `longpole.cli.demo.serving`.
"""

import sys
import time
from collections.abc import Sequence

import requests
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode
from what_if_execution import RunSeen, Seen
from what_if_workflows import POOL

from longpole.advice.observations import SampledRun
from longpole.services import runs as service

_QUIET_S = 1.0
KINDS = {"llm": "LLM", "http": "TOOL", "code": "CHAIN", "loop": "CHAIN"}


def send(address: str, app: str, recorded: Sequence[tuple[str, Sequence[RunSeen]]], *, is_told: bool) -> None:
    """Export the runs of workflows, given with their names, as an application's."""
    session = requests.Session()
    session.trust_env = False
    exporter = OTLPSpanExporter(endpoint=f"{address}/v1/traces", session=session)
    provider = TracerProvider(resource=Resource({"service.name": app}), shutdown_on_exit=False)
    processor = BatchSpanProcessor(exporter, max_queue_size=200_000, max_export_batch_size=2_000)
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("what_if")
    for name, runs in recorded:
        for run in runs:
            _spans(tracer, name, run, is_told=is_told)
        if not processor.force_flush(60_000):
            sys.exit("the spans could not be sent")
    provider.shutdown()


def read_back(app: str, workflow: str, count: int, seconds: float = 180.0) -> tuple[SampledRun, ...]:
    """The runs as the server has them, once all have arrived and nothing has changed for a while; by their start.

    Without attempts' numbers a step's execution that failed for good and its next one in a loop look like one that
    was tried again: how many steps there will be is not known before.
    """
    ends, quiet_since, known = time.monotonic() + seconds, time.monotonic(), -1
    while time.monotonic() < ends:
        found = service.list_runs(app, workflow, limit=1_000).items
        steps = sum(run.node_count for run in found)
        if steps != known:
            quiet_since, known = time.monotonic(), steps
        if len(found) == count and all(run.is_ended for run in found) and time.monotonic() - quiet_since > _QUIET_S:
            records = [service.get_run(run.workflow_run_id) for run in found]
            records.sort(key=lambda record: record.run.start_ns or 0)
            return tuple(
                SampledRun(place, record.run.workflow_run_id, record.run.start_ns, record.run.end_ns, record.nodes)
                for place, record in enumerate(records)
            )
        time.sleep(0.2)
    sys.exit(f"of {workflow} {len(found)} of {count} runs arrived")


def _spans(tracer: trace.Tracer, workflow: str, run: RunSeen, *, is_told: bool) -> None:
    root = tracer.start_span(
        workflow, start_time=run.start_ns, attributes={"longpole.workflow_id": workflow}, context=trace.Context()
    )
    around = trace.set_span_in_context(root)
    containers = {}
    for seen in sorted(run.seen, key=lambda seen: seen.inside is not None):  # a loop before what is inside it
        inside = containers.get(seen.inside, around)
        span = tracer.start_span(
            seen.name, start_time=seen.start_ns, context=inside, attributes=_attributes(seen, is_told=is_told)
        )
        if seen.is_failed:
            span.set_status(Status(StatusCode.ERROR, "503"))
        if seen.kind == "loop":
            containers[seen.name] = trace.set_span_in_context(span)
        span.end(seen.end_ns)
    root.end(run.end_ns)


def _attributes(seen: Seen, *, is_told: bool) -> dict[str, object]:
    made: dict[str, object] = {"openinference.span.kind": KINDS[seen.kind]}
    if not is_told:
        return made
    made |= {"longpole.node_id": seen.name, "longpole.attempt": seen.attempt}
    if seen.attempt == 1:
        made["longpole.ready_unix_nano"] = seen.ready_ns
    if seen.waited_for:
        made["longpole.waits_for"] = list(seen.waited_for)
    if seen.item is not None:
        made["longpole.iteration"] = seen.item
    if seen.has_slot:
        made["longpole.slot"] = POOL
    return made
