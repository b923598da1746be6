"""Names of Microsoft's Agent Framework.

Source: agent-framework-core 1.23.0, agent_framework/observability.py.
"""

SCOPE = "agent_framework"

WORKFLOW_NAME = "workflow.name"
BUILDER_NAME = "workflow_builder.name"
DEFINITION = "workflow.definition"
EXECUTOR_ID = "executor.id"
EXECUTOR_TYPE = "executor.type"
MESSAGE_SOURCE_ID = "message.source_id"

WORKFLOW_RUN = "workflow.run"
WORKFLOW_BUILD = "workflow.build"
EXECUTOR_PROCESS = "executor.process"
EDGE_GROUP_PROCESS = "edge_group.process"
MESSAGE_SEND = "message.send"
