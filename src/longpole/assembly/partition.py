"""Which spans make one run.

An explicit run id, where one was sent, else the trace. A trace that names one
run id belongs to it whole, wrappers and all. A nested id is a sub-workflow,
whose spans stay nodes of the outer run, except where the engine gives nested
runs a life of their own.

    trace ─ HTTP ─ workflow (run 7) ─ node ─ workflow (run 8) ─ node
                   └─────────────── run 7 ──────────────────────┘     n8n
                   └──── run 7 ─────────┘   └──── run 8 ────────┘     Dify

Upstream: `assembly.merge`. Downstream: `assembly.runs`.
Source: RULE 2 of the design's OTLP contract.
"""

from collections.abc import Iterable

from longpole.assembly.facts import SpanFacts
from longpole.assembly.forest import NOWHERE, Forest


def explicit_run_ids(spans: Iterable[SpanFacts]) -> frozenset[str]:
    """The run ids that spans name themselves."""
    return frozenset({span.run_id for span in spans if span.run_id is not None})


def spans_by_run(spans: Iterable[SpanFacts]) -> dict[str, list[SpanFacts]]:
    """Spans by run id; what is part of no workflow (no AI span, no run id) is left out."""
    traces: dict[bytes, list[SpanFacts]] = {}
    trace_id, members = b"", []  # of the span before this one: most often its trace is this one's too
    for span in spans:
        if span.trace_id != trace_id:
            trace_id = span.trace_id
            members = traces.setdefault(trace_id, [])
        members.append(span)
    runs: dict[str, list[SpanFacts]] = {}
    for trace_id, members in traces.items():
        for run_id, some in _of_trace(trace_id, members).items():
            runs.setdefault(run_id, []).extend(some)
    return {
        run_id: members
        for run_id, members in runs.items()
        if any(span.is_ai or span.run_id is not None for span in members)
    }


def _of_trace(trace_id: bytes, spans: list[SpanFacts]) -> dict[str, list[SpanFacts]]:
    named = explicit_run_ids(spans)
    if not named:
        return {trace_id.hex(): spans}
    if len(named) == 1:
        return {next(iter(named)): spans}
    return _split(trace_id, spans)


def _split(trace_id: bytes, spans: list[SpanFacts]) -> dict[str, list[SpanFacts]]:
    """Spans by the run id of the nearest span that opens a run, at or above them.

    What is above all runs belongs to the outermost one, where there is only one.
    """
    forest = Forest(spans)
    owner: list[str | None] = []
    for index, span in enumerate(forest.spans):
        parent = forest.parent[index]
        outer = None if parent == NOWHERE else owner[parent]
        opens = span.run_id is not None and (outer is None or span.is_separate_run)
        owner.append(span.run_id if opens else outer)
    outermost = {
        run_id
        for index, run_id in enumerate(owner)
        if run_id is not None and (forest.parent[index] == NOWHERE or owner[forest.parent[index]] is None)
    }
    around = next(iter(outermost)) if len(outermost) == 1 else trace_id.hex()
    runs: dict[str, list[SpanFacts]] = {}
    for span, run_id in zip(forest.spans, owner, strict=True):
        runs.setdefault(run_id or around, []).append(span)
    return runs
