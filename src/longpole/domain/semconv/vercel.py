"""Names of Vercel's AI SDK, versions 4 to 6; version 7 sends OpenTelemetry's.

Source: ai 6.0.326 and @ai-sdk/otel 1.0.173, as seen on the wire.
"""

SCOPE = "ai"
SCOPE_7 = "gen_ai"

OPERATION_ID = "ai.operationId"
OPERATION_NAME = "operation.name"
FUNCTION_ID = "ai.telemetry.functionId"
SESSION_ID = "ai.telemetry.metadata.sessionId"
USER_ID = "ai.telemetry.metadata.userId"
TAGS = "ai.telemetry.metadata.tags"

MODEL_ID = "ai.model.id"
MODEL_PROVIDER = "ai.model.provider"
RESPONSE_MODEL = "ai.response.model"
RESPONSE_ID = "ai.response.id"
TOOL_CALL_NAME = "ai.toolCall.name"

INPUT_TOKENS = "ai.usage.inputTokens"
PROMPT_TOKENS = "ai.usage.promptTokens"
EMBEDDING_TOKENS = "ai.usage.tokens"
OUTPUT_TOKENS = "ai.usage.outputTokens"
COMPLETION_TOKENS = "ai.usage.completionTokens"
INPUT_DETAILS_PREFIX = "ai.usage.inputTokenDetails."
CACHE_READ = "ai.usage.inputTokenDetails.cacheReadTokens"
CACHED_INPUT = "ai.usage.cachedInputTokens"
CACHE_WRITE = "ai.usage.inputTokenDetails.cacheWriteTokens"
REASONING = "ai.usage.outputTokenDetails.reasoningTokens"
REASONING_OLD = "ai.usage.reasoningTokens"
PROVIDER_METADATA = "ai.response.providerMetadata"

MS_TO_FIRST_CHUNK = "ai.response.msToFirstChunk"
"""Milliseconds."""

PROMPT = "ai.prompt"
PROMPT_MESSAGES = "ai.prompt.messages"
TOOL_CALL_ARGS = "ai.toolCall.args"
TOOL_CALL_RESULT = "ai.toolCall.result"
VALUE = "ai.value"
VALUES = "ai.values"
RESPONSE_TEXT = "ai.response.text"
RESPONSE_OBJECT = "ai.response.object"
RESPONSE_TOOL_CALLS = "ai.response.toolCalls"
EMBEDDING = "ai.embedding"
EMBEDDINGS = "ai.embeddings"
