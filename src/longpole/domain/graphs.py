"""A workflow's graph: its steps, which one leads to which, and what each of them reads.

An edge says in which order the engine runs two steps; a reference says that one
uses what the other made. The two differ: an edge without a reference may be
given up, and the steps run side by side.

    fetch ──► translate ──► summarise        edges: as drawn
      └────────reads──────────┘              summarise reads fetch only: translate ──► summarise may go

Invariant: edges and references name nodes of the same graph; a node's container
is a node of it as well.

Upstream: `graphs` reads them from the engines' own files, and infers them from
runs where there is no file. Downstream: `analysis`, `advice`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from longpole.domain.amounts import in_quotes

MAX_FILE_BYTES = 1 << 20
"""Largest file that a graph is read from: the largest of 81 public Dify files has a tenth of it."""


class Engine(StrEnum):
    """What runs the workflow, as far as advice differs."""

    DIFY = "dify"
    LANGGRAPH = "langgraph"
    N8N = "n8n"
    GENERIC = "generic"


class GraphSource(StrEnum):
    """How the graph is known."""

    IMPORTED = "imported"
    """Somebody gave the engine's own file."""
    TELEMETRY = "telemetry"
    """The engine sent it with its spans."""
    INFERRED = "inferred"
    """Mined from the order in which runs did their steps: no more than a guess."""


class Purity(StrEnum):
    """What running a step does to the world, as far as its type and configuration tell."""

    PURE = "pure"
    READ_ONLY = "read_only"
    WRITES = "writes"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A step.

    Attributes:
        container_id: The loop or iteration that it is inside of.
        reads: Node ids whose results it uses, as its texts, selectors and code say.
        has_dynamic_reads: It may use results that its texts do not name (a whole state, a computed reference).
        purity: What running it does to the world.
        writes: Names of shared things that it writes (conversation variables, memory, files).
        config: The engine's own configuration of it, as JSON; without keys and passwords.
        shared_reads: Names of shared things that it reads, spelt as in `writes` (`conversation.topic`).
    """

    node_id: str
    node_type: str
    node_title: str
    container_id: str | None = None
    reads: tuple[str, ...] = ()
    has_dynamic_reads: bool = False
    purity: Purity = Purity.UNKNOWN
    writes: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    shared_reads: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """Its title in a sentence, or its id: `“Fetch offers”`."""
        return in_quotes(self.node_title, self.node_id)


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """`target` runs after `source`; `branch` names the outcome that leads there, None where it always does."""

    source: str
    target: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class WorkflowGraph:
    """A whole graph.

    Attributes:
        version: The workflow version that it belongs to, where that is known.
        warnings: What was left out or guessed when it was read, in words.
    """

    engine: Engine
    source: GraphSource
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    name: str | None = None
    version: str | None = None
    warnings: tuple[str, ...] = ()

    def node(self, node_id: str) -> GraphNode | None:
        """The node of an id."""
        return next((node for node in self.nodes if node.node_id == node_id), None)

    def called(self, node_id: str) -> str:
        """What a sentence calls a step, be it of the graph or not."""
        node = self.node(node_id)
        return in_quotes(node_id) if node is None else node.called
