"""Names of LangSmith's OpenTelemetry exporter.

Source: langsmith 0.14.17, langsmith/_internal/otel/_otel_exporter.py.
"""

SPAN_KIND = "langsmith.span.kind"
SPAN_TAGS = "langsmith.span.tags"
PROJECT = "langsmith.trace.session_name"
METADATA_PREFIX = "langsmith.metadata."
USAGE_METADATA = "langsmith.metadata.usage_metadata"
INPUT_TOKEN_DETAILS = "gen_ai.usage.input_token_details"
OUTPUT_TOKEN_DETAILS = "gen_ai.usage.output_token_details"

ENVIRONMENT_PREFIXES = ("LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_")
"""Environment variables that LangChain's packages add to metadata; a key may be among them, none is kept."""
