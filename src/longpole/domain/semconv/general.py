"""Names of OpenTelemetry's general conventions, and those that everybody uses.

Source: open-telemetry/semantic-conventions v1.41, registry.
"""

SERVICE_NAME = "service.name"
SERVICE_VERSION = "service.version"
DEPLOYMENT_ENVIRONMENT_NAME = "deployment.environment.name"
DEPLOYMENT_ENVIRONMENT = "deployment.environment"

ERROR_TYPE = "error.type"
ERROR_MESSAGE = "error.message"
EXCEPTION_EVENT = "exception"
EXCEPTION_TYPE = "exception.type"
EXCEPTION_MESSAGE = "exception.message"
EVENT_NAME = "event.name"

SESSION_ID = "session.id"
USER_ID = "user.id"
ENDUSER_ID = "enduser.id"

METADATA = "metadata"
"""A JSON object of the user's and the framework's own, sent by OpenInference and by Dify."""

CACHE_HIT = "cache_hit"

TRANSPORT_PREFIXES = ("http.", "rpc.", "db.", "messaging.", "asgi.")
"""Attributes of calls, databases and queues: what carries a workflow, not what it consists of."""
