"""What kind of step, and which one.

Source: RULE 3 and row "node_id" of the design's OTLP contract.
"""

from longpole.domain.semconv import (
    agent_framework,
    crewai,
    dify,
    gen_ai,
    langfuse,
    langsmith,
    longpole,
    mlflow,
    n8n,
    openinference,
    openllmetry,
    pydantic_ai,
    vercel,
)
from longpole.ingest.otlp.conventions import langfuse as langfuse_readers
from longpole.ingest.otlp.conventions import langsmith as langsmith_readers
from longpole.ingest.otlp.conventions import mlflow as mlflow_readers
from longpole.ingest.otlp.conventions import n8n as n8n_readers
from longpole.ingest.otlp.conventions import openinference as openinference_readers
from longpole.ingest.otlp.conventions import openllmetry as openllmetry_readers
from longpole.ingest.otlp.conventions import otel_genai
from longpole.ingest.otlp.conventions import vercel as vercel_readers
from longpole.ingest.otlp.conventions.dify import readers as dify_readers
from longpole.ingest.otlp.conventions.sources import Source, meta

DIFY = dify_readers.NAME
_AGENT = frozenset({"agent"})
_TOOL = frozenset({"tool"})

NODE_TYPE: tuple[Source, ...] = (
    Source(dify.NODE_TYPE, dify_readers.node_type),
    meta(dify.META_NODE_TYPE, dify_readers.node_type, only=DIFY),
    Source(dify.META_NODE_TYPE, dify_readers.node_type, only=DIFY),
    Source(dify.NATIVE_NODE_TYPE, dify_readers.node_type, only=DIFY),
    Source(dify.SPAN_TYPE, dify_readers.span_type),
    Source(n8n.NODE_TYPE, n8n_readers.node_type),
    Source(langfuse.OBSERVATION_TYPE, langfuse_readers.node_type),
    Source(openinference.SPAN_KIND, openinference_readers.node_type),
    Source(mlflow.SPAN_TYPE, mlflow_readers.node_type),
    Source(openllmetry.SPAN_KIND, openllmetry_readers.node_type),
    Source(gen_ai.OPERATION_NAME, otel_genai.node_type),
    Source(langsmith.SPAN_KIND, langsmith_readers.node_type),
    Source(dify.SPAN_KIND, dify_readers.span_kind),
    Source(vercel.OPERATION_ID, vercel_readers.node_type),
    Source(vercel.OPERATION_NAME, vercel_readers.node_type),
)
"""RULE 3; what a convention knows only by a span's name its module adds."""

NODE_ID: tuple[Source, ...] = (
    Source(longpole.NODE_ID),
    Source(dify.NODE_ID),
    Source(dify.NATIVE_NODE_ID, only=DIFY),
    Source(n8n.NODE_ID),
    Source(agent_framework.EXECUTOR_ID),
    Source(openinference.GRAPH_NODE_ID),
    Source(gen_ai.TASK_NAME),
    Source(openllmetry.ENTITY_NAME, after=(openllmetry.ENTITY_PATH, ".")),
    Source(crewai.TASK_NAME),
    Source(gen_ai.AGENT_NAME, types=_AGENT),
    Source(pydantic_ai.AGENT_NAME, types=_AGENT),
    Source(openinference.AGENT_NAME, types=_AGENT),
    Source(gen_ai.TOOL_NAME, types=_TOOL),
    Source(openinference.TOOL_NAME, types=_TOOL),
    Source(vercel.TOOL_CALL_NAME, types=_TOOL),
    Source(vercel.OPERATION_ID, after=(vercel.FUNCTION_ID, "/")),
    Source(vercel.FUNCTION_ID),
)
"""LangGraph's step goes between: `assembly` knows which span it is. The metadata of Dify is read by its module."""
