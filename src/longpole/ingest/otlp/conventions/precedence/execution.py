"""How a step went: its place in the graph, its attempts, its resources, its errors.

Source: §1.1, §1.1a, RULE 4 and RULE 5 of the design's OTLP contract.
"""

from longpole.domain.semconv import (
    agent_framework,
    dify,
    gen_ai,
    general,
    langgraph,
    longpole,
    n8n,
    openinference,
    pydantic_ai,
    vercel,
)
from longpole.ingest.otlp.conventions import declared
from longpole.ingest.otlp.conventions import langgraph as langgraph_readers
from longpole.ingest.otlp.conventions.dify import readers as dify_readers
from longpole.ingest.otlp.conventions.sources import Source, carried, meta
from longpole.ingest.otlp.conventions.values import count, seconds_ns, texts

DIFY = dify_readers.NAME

ROWS: dict[str, tuple[Source, ...]] = {
    "node_title": (
        Source(dify.NODE_TITLE),
        meta(dify.META_APP_NAME, only=DIFY),
        Source(dify.SPAN_NAME),
        Source(n8n.NODE_NAME),
    ),
    "step_key": carried(langgraph.CHECKPOINT_NS),
    "step_name": carried(langgraph.NODE),
    "waits_for": (
        Source(longpole.WAITS_FOR, texts),
        Source(openinference.GRAPH_NODE_PARENT_ID, texts),
        Source(dify.NODE_PREDECESSOR, texts),
        Source(agent_framework.MESSAGE_SOURCE_ID, texts),
        *carried(langgraph.TRIGGERS, langgraph_readers.waits_for),
    ),
    "declared_edges": (
        Source(gen_ai.WORKFLOW_EDGES, declared.arrows),
        Source(agent_framework.DEFINITION, declared.definition),
    ),
    "ready_ns": (Source(longpole.READY_UNIX_NANO, count),),
    "slot": (Source(longpole.SLOT),),
    "iteration_index": (
        Source(longpole.ITERATION, count),
        meta(dify.META_ITERATION_INDEX, count, only=DIFY),
        meta(dify.META_LOOP_INDEX, count, only=DIFY),
        Source(dify.NODE_ITERATION_INDEX, count),
        Source(dify.NODE_LOOP_INDEX, count),
        Source(dify.META_ITERATION_INDEX, count, only=DIFY),
        Source(dify.META_LOOP_INDEX, count, only=DIFY),
    ),
    "container_id": (
        meta(dify.META_ITERATION_ID, only=DIFY),
        meta(dify.META_LOOP_ID, only=DIFY),
        Source(dify.NODE_ITERATION_ID),
        Source(dify.NODE_LOOP_ID),
        Source(dify.META_ITERATION_ID, only=DIFY),
        Source(dify.META_LOOP_ID, only=DIFY),
    ),
    "attempt_number": (
        Source(longpole.ATTEMPT, count),
        Source(pydantic_ai.RETRY_ATTEMPT, count),
        Source(dify.NODE_ATTEMPT, dify_readers.attempts),
    ),
    "reported_attempts": (meta(dify.META_RETRY_COUNT, dify_readers.attempts, only=DIFY),),
    "memory_peak_bytes": (Source(longpole.MEMORY_PEAK_BYTES, count),),
    "cpu_ns": (Source(longpole.CPU_SECONDS, seconds_ns),),
    "error_type": (Source(general.ERROR_TYPE), Source(n8n.EXECUTION_ERROR_TYPE)),
    "error_message": (
        Source(general.ERROR_MESSAGE, dify_readers.message),
        Source(dify.NODE_ERROR, dify_readers.message),
        Source(dify.WORKFLOW_ERROR, dify_readers.message),
        meta(dify.META_STATUS_MESSAGE, dify_readers.message, only=DIFY),
    ),
    "own_name": (
        Source(vercel.FUNCTION_ID),
        Source(gen_ai.AGENT_NAME),
        Source(pydantic_ai.AGENT_NAME),
        Source(openinference.AGENT_NAME),
        Source(pydantic_ai.LOGFIRE_MSG_TEMPLATE),
    ),
    "raw_type": (Source(agent_framework.EXECUTOR_TYPE),),
}
