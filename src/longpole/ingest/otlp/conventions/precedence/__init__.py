"""The precedence table: for each field where its value may stand, the best place first.

The first value that is there and can be read counts, for a span. Over a whole
run the place in the row ranks it: `longpole.*` before all, an engine's own
word before a convention's, a convention's before what is only a name.

Upstream: one module per convention has the readers. Downstream: `plan`.
Source: §1.1, §1.1a and §1.3 of the design's OTLP contract, row by row.
"""

from longpole.ingest.otlp.conventions.precedence import calls, execution, identity, tokens
from longpole.ingest.otlp.conventions.precedence.identity import REQUEST_PROJECT
from longpole.ingest.otlp.conventions.precedence.nodes import NODE_ID, NODE_TYPE
from longpole.ingest.otlp.conventions.precedence.tags import TAG_PREFIXES, TAGS
from longpole.ingest.otlp.conventions.sources import Source

__all__ = ["NODE_ID", "NODE_TYPE", "RANKED", "REQUEST_PROJECT", "ROWS", "TAGS", "TAG_PREFIXES"]

RANKED = frozenset({"app", "workflow", "workflow_name", "workflow_version", "session", "user", "environment"})
"""Fields that are read with their rank, because they are decided over several places or all spans of a run."""

ROWS: dict[str, tuple[Source, ...]] = {**identity.ROWS, **calls.ROWS, **tokens.ROWS, **execution.ROWS}
