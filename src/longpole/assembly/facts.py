"""What one span says, in our words: all that is kept of it, and all that `assembly` reads.

A convention's mapper turns a span's attributes into `SpanFacts` once, at the
door. Later arrivals re-assemble the run from the facts, so they are stored,
packed, for as long as the run is. Payloads are not among them: only their
sizes and fingerprints are.

Fields are appended, never reordered or removed: stored facts are arrays.
Facts hold no facts, so they can be in no cycle: the garbage collector need not
look at them (`gc=False`), which is much of its work while telemetry pours in.

Upstream: `ingest`. Downstream: `assembly.runs`, `store.trace_log`.
Source: the design's OTLP contract, §1; OpenTelemetry trace data model.
"""

from enum import IntEnum

import msgspec

Ranked = tuple[int, str]
"""A value with the rank of the attribute that it was read from: over a run the lowest rank wins."""


class Role(IntEnum):
    """What a span may become.

    `NODE`: a node of its run (unless it is the root). `BRIDGE`: transport or
    database; a node only between the root and a span of an AI type. `HIDDEN`:
    never a node, it only holds the tree together (edges, plumbing, markers).
    """

    NODE = 0
    BRIDGE = 1
    HIDDEN = 2


class SpanFacts(msgspec.Struct, array_like=True, frozen=True, kw_only=True, gc=False):
    """The facts of one span. Instants are nanoseconds since the epoch, money is pico-dollars.

    Attributes:
        end_ns: None while it is only known to have started (pending span).
        node_type: One of the types of the mapping (`llm`, `tool`, …) or the engine's own, in snake_case.
        raw_type: The type as sent, where it differs.
        is_ai: Its convention names it a part of an AI workflow: a trace without any such span is no run.
        is_step: A workflow engine marked it as a node of its graph.
        is_run: It stands for the run itself though it is not the trace's root (Dify's workflow span).
        run_id: An explicit run id that was sent.
        is_separate_run: Its run id names a run of its own even inside another run (Dify); elsewhere a nested id is a
            sub-workflow, and its spans are nodes of the outer run.
        app, workflow, workflow_name, workflow_version, session, user: Each with the rank of its source.
        own_name: A name that counts for the workflow only if this is the run's outermost AI span.
        node_id: The most explicit identity that the span itself gives, else its name.
        step_key, step_name: The workflow step that this span belongs to (LangGraph's checkpoint namespace and
            node): descendants inherit both, the topmost span with a key is the step itself.
        execution_id: An explicit node execution id; spans of a run that share one are attempts.
        attempt_number: Which attempt it is, from 1, where that was sent.
        reported_attempts: How many attempts it says there were, where only that was sent.
        container_id: The node id of the loop or iteration around it, where containment was sent as an attribute.
        waits_for: Node ids that it waited for, where edges were sent.
        input_tokens, output_tokens: Inclusive of cache reads and writes, and of reasoning.
        run_status: succeeded, failed or partial, where the engine states the run's status in words.
        declared_edges: The workflow's whole graph where it was sent: source, target and condition (empty: none).
        follows: Span ids, of the same trace, of what it waited for, where that was sent as links.
        is_incomplete_payload: Attributes were dropped by the client, so sizes and fingerprints are not the whole.
    """

    trace_id: bytes
    span_id: bytes
    name: str
    start_ns: int
    end_ns: int | None = None
    parent_span_id: bytes | None = None
    kind: int = 0
    service: str | None = None
    scope: str | None = None
    role: Role = Role.NODE
    node_type: str = "span"
    raw_type: str | None = None
    is_ai: bool = False
    is_step: bool = False
    is_run: bool = False
    run_id: str | None = None
    app: Ranked | None = None
    workflow: Ranked | None = None
    workflow_name: Ranked | None = None
    workflow_version: Ranked | None = None
    own_name: str | None = None
    node_id: str = ""
    node_title: str | None = None
    step_key: str | None = None
    step_name: str | None = None
    execution_id: str | None = None
    attempt_number: int | None = None
    reported_attempts: int | None = None
    container_id: str | None = None
    iteration_index: int | None = None
    waits_for: tuple[str, ...] = ()
    model: str | None = None
    requested_model: str | None = None
    provider: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_pico_usd: int | None = None
    response_id: str | None = None
    session: Ranked | None = None
    user: Ranked | None = None
    tags: tuple[str, ...] = ()
    environment: str | None = None
    is_failed: bool = False
    is_skipped: bool = False
    has_exception: bool = False
    error_type: str | None = None
    error_message: str | None = None
    run_status: str | None = None
    is_cached: bool | None = None
    input_bytes: int | None = None
    output_bytes: int | None = None
    input_fingerprint: int | None = None
    output_fingerprint: int | None = None
    memory_peak_bytes: int | None = None
    cpu_ns: int | None = None
    first_token_ns: int | None = None
    ready_ns: int | None = None
    slot: str | None = None
    metrics: dict[str, float] = {}
    is_incomplete_payload: bool = False
    expected_node_count: int | None = None
    is_separate_run: bool = False
    declared_edges: tuple[tuple[str, str, str], ...] = ()
    follows: tuple[bytes, ...] = ()

    @property
    def has_usage(self) -> bool:
        """It says how many tokens were used."""
        return self.input_tokens is not None or self.output_tokens is not None


class LogFacts(msgspec.Struct, array_like=True, frozen=True, kw_only=True, gc=False):
    """What OpenTelemetry log records say about the span that they name, which may come before or after them."""

    trace_id: bytes
    span_id: bytes
    error_type: str | None = None
    error_message: str | None = None
    input_bytes: int | None = None
    output_bytes: int | None = None
    input_fingerprint: int | None = None
    output_fingerprint: int | None = None


class FactBatch(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Facts that arrived together, or that were merged: the unit in which they are stored."""

    spans: tuple[SpanFacts, ...] = ()
    logs: tuple[LogFacts, ...] = ()
