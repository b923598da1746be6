"""Names of OpenTelemetry's conventions for generative AI, every generation at once.

Up to 1.27 tokens were `prompt_tokens` and `completion_tokens`, up to 1.36 the
provider was `gen_ai.system` and messages were events; 1.41 has
`cache_creation`, its successor `cache_write`. Clients of all ages are in use.

Source: open-telemetry/semantic-conventions v1.27 to v1.41.1; semantic-conventions-genai, migration.md.
"""

OPERATION_NAME = "gen_ai.operation.name"
PROVIDER_NAME = "gen_ai.provider.name"
SYSTEM = "gen_ai.system"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
RESPONSE_ID = "gen_ai.response.id"

AGENT_NAME = "gen_ai.agent.name"
AGENT_VERSION = "gen_ai.agent.version"
CONVERSATION_ID = "gen_ai.conversation.id"
USER_ID = "gen_ai.user.id"
WORKFLOW_NAME = "gen_ai.workflow.name"
WORKFLOW_NODES = "gen_ai.workflow.nodes"
WORKFLOW_EDGES = "gen_ai.workflow.edges"
TASK_NAME = "gen_ai.task.name"
TASK_STATUS = "gen_ai.task.status"
TOOL_NAME = "gen_ai.tool.name"
TOOL_CALL_ID = "gen_ai.tool.call.id"

INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
PROMPT_TOKENS = "gen_ai.usage.prompt_tokens"
COMPLETION_TOKENS = "gen_ai.usage.completion_tokens"
CACHE_READ = "gen_ai.usage.cache_read.input_tokens"
CACHE_READ_OLD = "gen_ai.usage.cache_read_input_tokens"
CACHE_WRITE = "gen_ai.usage.cache_write.input_tokens"
CACHE_CREATION = "gen_ai.usage.cache_creation.input_tokens"
CACHE_CREATION_OLD = "gen_ai.usage.cache_creation_input_tokens"
CACHE_WRITE_OLD = "gen_ai.usage.cache_write_input_tokens"
REASONING = "gen_ai.usage.reasoning.output_tokens"
REASONING_OLD = "gen_ai.usage.reasoning_tokens"
COST = "gen_ai.usage.cost"
CACHE_HIT = "gen_ai.cache.hit"

INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions"
TOOL_CALL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_CALL_RESULT = "gen_ai.tool.call.result"
TASK_INPUT = "gen_ai.task.input"
TASK_OUTPUT = "gen_ai.task.output"
PROMPT = "gen_ai.prompt"
COMPLETION = "gen_ai.completion"
PROMPT_PREFIX = "gen_ai.prompt."
COMPLETION_PREFIX = "gen_ai.completion."

TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
"""Seconds."""
OPERATION_TIME_TO_FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"
"""Seconds; a metric's name that Vercel's SDK 7 sends as an attribute."""
SERVER_TIME_TO_FIRST_TOKEN = "gen_ai.server.time_to_first_token"
"""Milliseconds: so sent by Strands."""
USER_TIME_TO_FIRST_TOKEN = "gen_ai.user.time_to_first_token"
"""Nanoseconds: so sent by Dify."""

# Events of spans and of logs that carry messages.
INPUT_MESSAGE_EVENTS = frozenset(
    {"gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message"}
)
CHOICE_EVENT = "gen_ai.choice"
DETAILS_EVENT = "gen_ai.client.inference.operation.details"
EXCEPTION_EVENT = "gen_ai.client.operation.exception"
CONTENT = "content"
MESSAGE = "message"
