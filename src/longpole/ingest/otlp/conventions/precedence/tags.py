"""Tags: unlike all other rows, everything that is there is taken together.

Source: row "tags" of the design's OTLP contract.
"""

from longpole.domain.semconv import langfuse, langsmith, mlflow, openinference, pydantic_ai, vercel
from longpole.ingest.otlp.conventions import langsmith as langsmith_readers
from longpole.ingest.otlp.conventions.sources import Source
from longpole.ingest.otlp.conventions.values import texts

TAGS: tuple[Source, ...] = (
    Source(langfuse.TRACE_TAGS, texts),
    Source(openinference.TAGS, texts),
    Source(pydantic_ai.LOGFIRE_TAGS, texts),
    Source(langsmith.SPAN_TAGS, langsmith_readers.tags),
    Source(vercel.TAGS, texts),
)

TAG_PREFIXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (mlflow.TAG_PREFIX, (mlflow.OWN_TAG_PREFIX,)),
    (langfuse.TRACE_METADATA_PREFIX, langsmith.ENVIRONMENT_PREFIXES),
)
"""Attributes whose name goes on with a key of the user's, sent as `key=value`; keys that begin so are none."""
