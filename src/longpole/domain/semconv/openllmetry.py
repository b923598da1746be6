"""Names of OpenLLMetry, the instrumentations and decorators of Traceloop.

Source: traceloop/openllmetry 0.62.1, packages/opentelemetry-semantic-conventions-ai.
"""

SPAN_KIND = "traceloop.span.kind"
WORKFLOW_NAME = "traceloop.workflow.name"
ENTITY_NAME = "traceloop.entity.name"
ENTITY_PATH = "traceloop.entity.path"
ENTITY_INPUT = "traceloop.entity.input"
ENTITY_OUTPUT = "traceloop.entity.output"
PROPERTIES_PREFIX = "traceloop.association.properties."
