"""The model that was called, how soon it answered, what it cost.

Source: §1.1 of the design's OTLP contract, row by row.
"""

from longpole.domain.semconv import (
    dify,
    gen_ai,
    general,
    langfuse,
    langgraph,
    longpole,
    mlflow,
    openinference,
    pydantic_ai,
    vercel,
)
from longpole.ingest.otlp.conventions import langfuse as langfuse_readers
from longpole.ingest.otlp.conventions import mlflow as mlflow_readers
from longpole.ingest.otlp.conventions import otel_genai
from longpole.ingest.otlp.conventions import vercel as vercel_readers
from longpole.ingest.otlp.conventions.dify import readers as dify_readers
from longpole.ingest.otlp.conventions.sources import Source, carried, inside, meta
from longpole.ingest.otlp.conventions.values import flag, milliseconds_ns, nanoseconds, pico_usd, quoted, seconds_ns

DIFY = dify_readers.NAME

ROWS: dict[str, tuple[Source, ...]] = {
    "response_model": (
        Source(gen_ai.RESPONSE_MODEL),
        Source(openinference.RESPONSE_MODEL),
        Source(openinference.OUTPUT_MODEL),
        Source(langfuse.MODEL, quoted),
        Source(openinference.MODEL_NAME),
        Source(mlflow.LLM_MODEL, quoted),
        Source(vercel.RESPONSE_MODEL),
    ),
    "requested_model": (
        Source(gen_ai.REQUEST_MODEL),
        Source(openinference.REQUEST_MODEL),
        Source(openinference.INPUT_MODEL),
        Source(vercel.MODEL_ID),
        Source(mlflow.MODEL, quoted, only="mlflow"),
        Source(pydantic_ai.MODEL_NAME, only="pydantic_ai"),
        Source(openinference.EMBEDDING_MODEL),
        Source(openinference.RERANKER_MODEL),
        *carried(langgraph.LS_MODEL_NAME),
        meta(dify.META_MODEL_NAME, only=DIFY),
    ),
    "provider": (
        Source(gen_ai.PROVIDER_NAME, otel_genai.provider),
        Source(gen_ai.SYSTEM, otel_genai.provider),
        Source(openinference.PROVIDER, otel_genai.provider),
        Source(openinference.SYSTEM, otel_genai.provider),
        Source(vercel.MODEL_PROVIDER, vercel_readers.provider),
        Source(mlflow.LLM_PROVIDER, otel_genai.provider),
        *carried(langgraph.LS_PROVIDER, otel_genai.provider),
        meta(dify.META_MODEL_PROVIDER, only=DIFY),
    ),
    "response_id": (Source(gen_ai.RESPONSE_ID), Source(vercel.RESPONSE_ID)),
    "first_token_ns": (
        Source(gen_ai.TIME_TO_FIRST_CHUNK, seconds_ns),
        Source(gen_ai.OPERATION_TIME_TO_FIRST_CHUNK, seconds_ns),
        Source(vercel.MS_TO_FIRST_CHUNK, milliseconds_ns),
        Source(gen_ai.SERVER_TIME_TO_FIRST_TOKEN, milliseconds_ns),
        Source(gen_ai.USER_TIME_TO_FIRST_TOKEN, nanoseconds),
        Source(dify.USAGE, inside(seconds_ns, dify.META_TIME_TO_FIRST_TOKEN)),
    ),
    "is_cached": (
        Source(longpole.IS_CACHED, flag),
        Source(general.CACHE_HIT, flag),
        Source(gen_ai.CACHE_HIT, flag),
    ),
    "cost_pico_usd": (
        Source(langfuse.COST_DETAILS, langfuse_readers.cost),
        Source(openinference.COST_TOTAL, pico_usd),
        Source(gen_ai.COST, pico_usd),
        Source(pydantic_ai.OPERATION_COST, pico_usd),
        Source(mlflow.COST, mlflow_readers.cost),
    ),
    "cost_of_input": (Source(openinference.COST_PROMPT, pico_usd),),
    "cost_of_output": (Source(openinference.COST_COMPLETION, pico_usd),),
}
