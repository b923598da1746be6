"""Every dialect of OpenTelemetry for AI workflows, in our words: one small file each, behind one precedence table.

`precedence` says which attribute counts, `registry` lists the conventions,
`mapping` applies both to a span. A new convention is a module with what is
peculiar about it, its names in `domain.semconv`, and its places in the table.

Upstream: `ingest.otlp.decode_*`. Downstream: `assembly`.
"""

from longpole.ingest.otlp.conventions.logs import map_log
from longpole.ingest.otlp.conventions.mapping import map_span, payloads
from longpole.ingest.otlp.conventions.payload import Payloads

__all__ = ["Payloads", "map_log", "map_span", "payloads"]
