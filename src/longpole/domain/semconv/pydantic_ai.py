"""Names of Pydantic AI and of Logfire, which it reports to.

Source: pydantic-ai 0.2 and 2.68, logfire 5.2, as seen on the wire; logfire/_internal/tracer.py.
"""

SCOPE = "pydantic-ai"

AGENT_NAME = "agent_name"
MODEL_NAME = "model_name"
RETRY_ATTEMPT = "pydantic_ai.tool.retry.attempt"
OPERATION_COST = "operation.cost"
CACHE_READ = "gen_ai.usage.details.cache_read_tokens"
CACHED_TOKENS = "gen_ai.usage.details.cached_tokens"
CACHE_WRITE = "gen_ai.usage.details.cache_write_tokens"
REASONING = "gen_ai.usage.details.reasoning_tokens"

EVENTS = "events"
ALL_MESSAGES_EVENTS = "all_messages_events"
ALL_MESSAGES = "pydantic_ai.all_messages"
TOOL_ARGUMENTS = "tool_arguments"
TOOL_RESPONSE = "tool_response"
FINAL_RESULT = "final_result"

LOGFIRE_SPAN_TYPE = "logfire.span_type"
LOGFIRE_PENDING_PARENT_ID = "logfire.pending_parent_id"
LOGFIRE_MSG_TEMPLATE = "logfire.msg_template"
LOGFIRE_TAGS = "logfire.tags"
