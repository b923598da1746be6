"""Doors for telemetry. What comes in is decoded, mapped to facts, stored, and only then acknowledged."""
