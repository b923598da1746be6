"""A workflow's graph, fit to be drawn. What steps are configured with stays inside."""

from longpole.domain.graphs import Engine, GraphSource, Purity
from longpole.rest.schemas.answer import Answer


class GraphNode(Answer):
    """A step."""

    node_id: str
    node_type: str
    node_title: str
    container_id: str | None
    """The loop or iteration that it is inside of."""
    reads: tuple[str, ...]
    """Ids of the steps whose results it uses."""
    has_dynamic_reads: bool
    """It may use results that its texts do not name."""
    purity: Purity
    """What running it does to the world."""
    writes: tuple[str, ...]
    """Names of shared things that it writes."""
    shared_reads: tuple[str, ...]
    """Names of shared things that it reads."""


class GraphEdge(Answer):
    """`target` runs after `source`."""

    source: str
    target: str
    branch: str | None
    """The outcome that leads there; null where it always does."""


class Graph(Answer):
    """Steps, which one leads to which, and what each of them reads."""

    engine: Engine
    source: GraphSource
    """imported: somebody gave the file; telemetry: it came with spans; inferred: guessed from the order in runs."""
    name: str | None
    version: str | None
    """The workflow version that it belongs to; null where that was not said."""
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    warnings: tuple[str, ...]
    """What was left out or guessed when it was read, in words."""


class Removed(Answer):
    """How many graphs were removed."""

    removed: int
