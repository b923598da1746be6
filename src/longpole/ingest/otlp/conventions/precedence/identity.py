"""Whose run, which run, which workflow.

Source: §1.1 and §1.1a of the design's OTLP contract, row by row.
"""

from longpole.domain.semconv import (
    agent_framework,
    crewai,
    dify,
    gen_ai,
    general,
    google_adk,
    langfuse,
    langgraph,
    langsmith,
    longpole,
    mlflow,
    n8n,
    openinference,
    openllmetry,
    vercel,
)
from longpole.ingest.otlp.conventions import otel_genai
from longpole.ingest.otlp.conventions.dify import readers as dify_readers
from longpole.ingest.otlp.conventions.sources import Place, Source, everywhere, meta, resource
from longpole.ingest.otlp.conventions.values import count, quoted

DIFY = dify_readers.NAME
REQUEST_PROJECT = "project"

ROWS: dict[str, tuple[Source, ...]] = {
    "run_id": (
        Source(dify.WORKFLOW_RUN_ID),
        meta(dify.META_WORKFLOW_RUN_ID),
        Source(n8n.EXECUTION_ID),
    ),
    "app": (
        *everywhere(longpole.APP_ID),
        Source(dify.APP_ID),
        meta(dify.META_APP_ID),
        Source(n8n.PROJECT_ID),
        Source(REQUEST_PROJECT, place=Place.REQUEST),
        resource(openinference.PROJECT_NAME),
        resource(openinference.MODEL_ID),
        Source(langsmith.PROJECT),
    ),
    "workflow": (
        *everywhere(longpole.WORKFLOW_ID),
        Source(dify.APP_ID),
        meta(dify.META_APP_ID, only=DIFY),
        Source(dify.WORKFLOW_ID),
        Source(dify.WORKFLOW_ID_NATIVE, dify_readers.known_id),
        meta(dify.META_WORKFLOW_ID),
        Source(n8n.WORKFLOW_ID),
        Source(gen_ai.WORKFLOW_NAME),
        Source(openllmetry.WORKFLOW_NAME),
        Source(agent_framework.WORKFLOW_NAME),
        Source(langfuse.TRACE_NAME),
        Source(crewai.CREW_KEY),
        Source(agent_framework.BUILDER_NAME),
    ),
    "workflow_name": (
        Source(dify.APP_NAME),
        Source(n8n.WORKFLOW_NAME),
        Source(gen_ai.WORKFLOW_NAME),
        Source(openllmetry.WORKFLOW_NAME),
        Source(agent_framework.WORKFLOW_NAME),
        Source(langfuse.TRACE_NAME),
        *everywhere(longpole.WORKFLOW_ID),
        Source(dify.APP_ID),
        meta(dify.META_APP_ID, only=DIFY),
    ),
    "workflow_version": (
        *everywhere(longpole.WORKFLOW_VERSION),
        Source(dify.WORKFLOW_ID),
        Source(dify.WORKFLOW_ID_NATIVE, dify_readers.known_id),
        meta(dify.META_WORKFLOW_ID, only=DIFY),
        meta(dify.META_RUN_VERSION),
        Source(langfuse.VERSION),
        Source(gen_ai.AGENT_VERSION),
        Source(n8n.WORKFLOW_VERSION_ID),
        resource(general.SERVICE_VERSION),
    ),
    "execution_id": (
        Source(dify.NODE_EXECUTION_ID),
        meta(dify.META_NODE_EXECUTION_ID, only=DIFY),
        meta(dify.META_NODE_ID, dify_readers.execution_id, only=DIFY),
        Source(dify.NATIVE_EXECUTION_ID),
    ),
    "session": (
        Source(langfuse.SESSION_ID),
        Source(general.SESSION_ID),
        Source(gen_ai.CONVERSATION_ID),
        Source(openllmetry.PROPERTIES_PREFIX + langgraph.SESSION_ID),
        Source(openllmetry.PROPERTIES_PREFIX + langgraph.THREAD_ID),
        meta(langgraph.SESSION_ID),
        meta(langgraph.THREAD_ID),
        meta(dify.META_CONVERSATION_ID),
        Source(langsmith.METADATA_PREFIX + langgraph.SESSION_ID),
        Source(langsmith.METADATA_PREFIX + langgraph.THREAD_ID),
        Source(vercel.SESSION_ID),
        Source(mlflow.TRACE_SESSION, quoted),
        Source(dify.SESSION_ID),
        Source(dify.CONVERSATION_ID),
        Source(google_adk.SESSION_ID),
    ),
    "user": (
        Source(langfuse.USER_ID),
        Source(general.USER_ID),
        Source(gen_ai.USER_ID),
        Source(general.ENDUSER_ID),
        Source(openllmetry.PROPERTIES_PREFIX + langgraph.USER_ID),
        meta(langgraph.USER_ID),
        Source(langsmith.METADATA_PREFIX + langgraph.USER_ID),
        Source(vercel.USER_ID),
        Source(mlflow.TRACE_USER, quoted),
        Source(dify.USER_ID),
        Source(dify.INVOKED_BY),
    ),
    "environment": (
        *everywhere(general.DEPLOYMENT_ENVIRONMENT_NAME),
        *everywhere(general.DEPLOYMENT_ENVIRONMENT),
        *everywhere(langfuse.ENVIRONMENT),
    ),
    "expected_node_count": (
        Source(n8n.WORKFLOW_NODE_COUNT, count),
        Source(gen_ai.WORKFLOW_NODES, otel_genai.node_count),
    ),
}
