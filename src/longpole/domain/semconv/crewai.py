"""Names of CrewAI, as OpenInference's instrumentation of it sends them.

Source: openinference-instrumentation-crewai 1.1.21, as seen on the wire.
"""

CREW_KEY = "crew_key"
TASK_KEY = "task_key"
TASK_NAME = "task_name"
