"""Names of Langfuse's SDKs, versions 3 to 5.

Source: langfuse/langfuse, packages/shared/src/server/otel/attributes.ts (2026-08).
"""

OBSERVATION_TYPE = "langfuse.observation.type"
LEVEL = "langfuse.observation.level"
STATUS_MESSAGE = "langfuse.observation.status_message"
MODEL = "langfuse.observation.model.name"
USAGE_DETAILS = "langfuse.observation.usage_details"
COST_DETAILS = "langfuse.observation.cost_details"
COMPLETION_START_TIME = "langfuse.observation.completion_start_time"
INPUT = "langfuse.observation.input"
OUTPUT = "langfuse.observation.output"
METADATA_PREFIX = "langfuse.observation.metadata."

TRACE_NAME = "langfuse.trace.name"
TRACE_TAGS = "langfuse.trace.tags"
TRACE_METADATA_PREFIX = "langfuse.trace.metadata."
SESSION_ID = "langfuse.session.id"
USER_ID = "langfuse.user.id"
ENVIRONMENT = "langfuse.environment"
VERSION = "langfuse.version"
