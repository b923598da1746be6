"""Names of Strands Agents beside OpenTelemetry's.

Source: strands-agents 1.62.0, strands/telemetry/tracer.py.
"""

SCOPE = "strands.telemetry.tracer"
