"""Names of OpenInference, as Arize's instrumentations send them.

Source: Arize-ai/openinference, python/openinference-semantic-conventions (2026-08).
"""

LLAMA_INDEX_SCOPE = "openinference.instrumentation.llama_index"

SPAN_KIND = "openinference.span.kind"
PROJECT_NAME = "openinference.project.name"
MODEL_ID = "model_id"
"""A resource attribute: the project, as Arize calls it."""

AGENT_NAME = "agent.name"
TOOL_NAME = "tool.name"
TAGS = "tag.tags"
GRAPH_NODE_ID = "graph.node.id"
GRAPH_NODE_PARENT_ID = "graph.node.parent_id"

PROVIDER = "llm.provider"
SYSTEM = "llm.system"
RESPONSE_MODEL = "llm.response.model_name"
OUTPUT_MODEL = "llm.output_model_name"
REQUEST_MODEL = "llm.request.model_name"
INPUT_MODEL = "llm.input_model_name"
MODEL_NAME = "llm.model_name"
EMBEDDING_MODEL = "embedding.model_name"
RERANKER_MODEL = "reranker.model_name"

PROMPT_TOKENS = "llm.token_count.prompt"
COMPLETION_TOKENS = "llm.token_count.completion"
CACHE_READ = "llm.token_count.prompt_details.cache_read"
CACHE_INPUT = "llm.token_count.prompt_details.cache_input"
CACHE_WRITE = "llm.token_count.prompt_details.cache_write"
REASONING = "llm.token_count.completion_details.reasoning"
COST_TOTAL = "llm.cost.total"
COST_PROMPT = "llm.cost.prompt"
COST_COMPLETION = "llm.cost.completion"

INPUT_VALUE = "input.value"
OUTPUT_VALUE = "output.value"
INPUT_MESSAGES_PREFIX = "llm.input_messages."
OUTPUT_MESSAGES_PREFIX = "llm.output_messages."
RETRIEVED_DOCUMENTS_PREFIX = "retrieval.documents."
