"""Names of n8n.

Source: n8n-io/n8n, packages/cli/src/modules/otel/otel.constants.ts.
"""

AGENTS_SCOPE = "@n8n/agents"

PROJECT_ID = "n8n.project.id"
WORKFLOW_ID = "n8n.workflow.id"
WORKFLOW_NAME = "n8n.workflow.name"
WORKFLOW_VERSION_ID = "n8n.workflow.version_id"
WORKFLOW_NODE_COUNT = "n8n.workflow.node_count"
EXECUTION_ID = "n8n.execution.id"
EXECUTION_STATUS = "n8n.execution.status"
EXECUTION_RETRY_OF = "n8n.execution.retry_of"
EXECUTION_ERROR_TYPE = "n8n.execution.error_type"
NODE_ID = "n8n.node.id"
NODE_NAME = "n8n.node.name"
NODE_TYPE = "n8n.node.type"
NODE_TERMINATION_REASON = "n8n.node.termination_reason"
TOKEN_PREFIX = "n8n.node.custom.llm.token."

WORKFLOW_SPAN = "workflow.execute"
NODE_SPAN = "node.execute"
AGENT_SUFFIXES = (".generate", ".stream")
TOOL_PREFIX = "execute_tool "
