"""Tokens, in the spelling of each source; the first one that is there counts, they are never added.

Source: §1.3, A2, A3 and A4 of the design's OTLP contract.
"""

from longpole.domain.semconv import dify, gen_ai, langsmith, mlflow, openinference, pydantic_ai, vercel
from longpole.ingest.otlp.conventions import langsmith as langsmith_readers
from longpole.ingest.otlp.conventions.dify import readers as dify_readers
from longpole.ingest.otlp.conventions.sources import Source, inside, meta
from longpole.ingest.otlp.conventions.values import tokens

DIFY = dify_readers.NAME

ROWS: dict[str, tuple[Source, ...]] = {
    "input_tokens": (
        Source(gen_ai.INPUT_TOKENS, tokens),
        Source(gen_ai.PROMPT_TOKENS, tokens),
        Source(openinference.PROMPT_TOKENS, tokens),
        Source(vercel.INPUT_TOKENS, tokens),
        Source(vercel.PROMPT_TOKENS, tokens),
        Source(vercel.EMBEDDING_TOKENS, tokens),
        Source(mlflow.TOKEN_USAGE, inside(tokens, "input_tokens")),
        meta(dify.META_PROMPT_TOKENS, tokens, only=DIFY),
        Source(dify.USAGE, inside(tokens, dify.META_PROMPT_TOKENS)),
    ),
    "output_tokens": (
        Source(gen_ai.OUTPUT_TOKENS, tokens),
        Source(gen_ai.COMPLETION_TOKENS, tokens),
        Source(openinference.COMPLETION_TOKENS, tokens),
        Source(vercel.OUTPUT_TOKENS, tokens),
        Source(vercel.COMPLETION_TOKENS, tokens),
        Source(mlflow.TOKEN_USAGE, inside(tokens, "output_tokens")),
        meta(dify.META_COMPLETION_TOKENS, tokens, only=DIFY),
        Source(dify.USAGE, inside(tokens, dify.META_COMPLETION_TOKENS)),
    ),
    "cache_read_tokens": (
        Source(gen_ai.CACHE_READ, tokens),
        Source(gen_ai.CACHE_READ_OLD, tokens),
        Source(pydantic_ai.CACHE_READ, tokens),
        Source(pydantic_ai.CACHED_TOKENS, tokens),
        Source(openinference.CACHE_READ, tokens),
        Source(openinference.CACHE_INPUT, tokens),
        Source(vercel.CACHE_READ, tokens),
        Source(vercel.CACHED_INPUT, tokens),
        Source(langsmith.USAGE_METADATA, inside(tokens, "input_token_details", "cache_read")),
        Source(langsmith.INPUT_TOKEN_DETAILS, langsmith_readers.detail("cache_read")),
        Source(mlflow.TOKEN_USAGE, inside(tokens, "cache_read_input_tokens")),
    ),
    "cache_write_tokens": (
        Source(gen_ai.CACHE_WRITE, tokens),
        Source(gen_ai.CACHE_CREATION, tokens),
        Source(gen_ai.CACHE_CREATION_OLD, tokens),
        Source(gen_ai.CACHE_WRITE_OLD, tokens),
        Source(pydantic_ai.CACHE_WRITE, tokens),
        Source(openinference.CACHE_WRITE, tokens),
        Source(vercel.CACHE_WRITE, tokens),
        Source(langsmith.USAGE_METADATA, inside(tokens, "input_token_details", "cache_creation")),
        Source(langsmith.INPUT_TOKEN_DETAILS, langsmith_readers.detail("cache_creation")),
        Source(mlflow.TOKEN_USAGE, inside(tokens, "cache_creation_input_tokens")),
    ),
    "reasoning_tokens": (
        Source(gen_ai.REASONING, tokens),
        Source(gen_ai.REASONING_OLD, tokens),
        Source(pydantic_ai.REASONING, tokens),
        Source(openinference.REASONING, tokens),
        Source(vercel.REASONING, tokens),
        Source(vercel.REASONING_OLD, tokens),
        Source(langsmith.USAGE_METADATA, inside(tokens, "output_token_details", "reasoning")),
        Source(langsmith.OUTPUT_TOKEN_DETAILS, langsmith_readers.detail("reasoning")),
    ),
}
