"""Names of Google's Agent Development Kit beside OpenTelemetry's.

Source: google-adk 2.13.0 as seen on the wire; google-adk 1.x, google/adk/telemetry.py.
"""

SCOPE = "gcp.vertex.agent"

LLM_REQUEST = "gcp.vertex.agent.llm_request"
LLM_RESPONSE = "gcp.vertex.agent.llm_response"
TOOL_CALL_ARGS = "gcp.vertex.agent.tool_call_args"
TOOL_RESPONSE = "gcp.vertex.agent.tool_response"
SESSION_ID = "gcp.vertex.agent.session_id"
