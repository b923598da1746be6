"""A graph drawn as a tree: what follows stands below, what forks is indented, what joins comes after all that it joins.

    ├── Start  start
    │   ├── Sort  code  if true          a fork's branches
    │   └── Fetch  http_request
    └── Answer  llm                      waits for both

Upstream: `cli.graph`.
"""

from collections.abc import Iterable

from rich.text import Text
from rich.tree import Tree

from longpole.domain import amounts
from longpole.domain.graphs import GraphEdge, GraphNode, WorkflowGraph

_AGAIN = "↺ "
_DEEPEST = 40
"""So many forks in forks are indented; what is deeper stands at the same place."""


def drawing(graph: WorkflowGraph, title: str) -> Tree:
    """The whole graph under a title."""
    tree = Tree(Text(title, style="bold"), guide_style="dim")
    _Drawing(graph).level(None, tree)
    return tree


def notes(graph: WorkflowGraph) -> Text:
    """What was left out or guessed, a line each."""
    return Text("".join(f"{warning}\n" for warning in graph.warnings), style="yellow")


class _Drawing:
    def __init__(self, graph: WorkflowGraph) -> None:
        self._graph = graph
        self._nodes = {node.node_id: node for node in graph.nodes}
        self._after: dict[str, list[GraphEdge]] = {node_id: [] for node_id in self._nodes}
        self._before: dict[str, set[str]] = {node_id: set() for node_id in self._nodes}
        for edge in graph.edges:
            if self._nodes[edge.source].container_id == self._nodes[edge.target].container_id:
                self._after[edge.source].append(edge)
                self._before[edge.target].add(edge.source)
        self._drawn: set[str] = set()
        self._depth = 0

    def level(self, container_id: str | None, under: Tree) -> None:
        """All steps right inside of a container: from each that nothing leads to, then what circles hide."""
        here = [node.node_id for node in self._graph.nodes if node.container_id == container_id]
        for node_id in (*(one for one in here if not self._before[one]), *here):
            if node_id not in self._drawn:
                self._chain(node_id, None, under, frozenset())

    def _chain(self, node_id: str, branch: str | None, under: Tree, elsewhere: frozenset[str]) -> None:
        """A step and all that follows it, but for what also waits for what is drawn `elsewhere`."""
        todo: list[tuple[str, str | None]] = [(node_id, branch)]
        is_of_fork = bool(elsewhere)
        while todo:
            node_id, branch = todo.pop(0)
            if node_id in self._drawn:
                continue
            self._drawn.add(node_id)
            item = under.add(self._label(node_id, branch))
            if any(node.container_id == node_id for node in self._graph.nodes):
                self.level(node_id, item.add(Text("inside", style="dim")))
            if is_of_fork:
                under, is_of_fork = item, False  # what follows in a branch stands below its first step
            edges = self._after[node_id]
            for edge in edges:
                if edge.target in self._drawn:
                    item.add(Text(f"{_AGAIN}{self._title(edge.target)}{_outcome(edge.branch)}", style="dim"))
            ready = [edge for edge in edges if self._is_ready(edge.target, elsewhere)]
            if len(edges) > 1 and self._depth < _DEEPEST:
                self._depth += 1
                for edge in ready:
                    if len(self._before[edge.target]) == 1:
                        self._chain(edge.target, edge.branch, item, frozenset(self._drawn))
                self._depth -= 1
                todo += [(joined, None) for joined in self._joined(elsewhere)]
            todo += [(edge.target, edge.branch) for edge in ready if edge.target not in self._drawn]

    def _is_ready(self, node_id: str, elsewhere: frozenset[str]) -> bool:
        before = self._before[node_id]
        is_waited_for = len(before) == 1 or elsewhere.isdisjoint(before)
        return node_id not in self._drawn and before <= self._drawn and is_waited_for

    def _joined(self, elsewhere: frozenset[str]) -> Iterable[str]:
        """Steps that several lead to, all of which are drawn."""
        return [one for one, before in self._before.items() if len(before) > 1 and self._is_ready(one, elsewhere)]

    def _title(self, node_id: str) -> str:
        return amounts.name(self._nodes[node_id].node_title)

    def _label(self, node_id: str, branch: str | None) -> Text:
        node = self._nodes[node_id]
        others = [self._title(read) for read in node.reads if self._is_worth_telling(node, read)]
        return Text.assemble(
            amounts.name(node.node_title),
            (f"  {amounts.name(node.node_type)}", "cyan"),
            (f"  {node.purity.replace('_', ' ')}", "dim"),
            (_outcome(branch), "magenta"),
            (f"  reads {', '.join(others)}" if others else "", "dim"),
        )

    def _is_worth_telling(self, node: GraphNode, read: str) -> bool:
        """Neither what leads there, nor what is around or inside of it."""
        around = {node.container_id, *self._before[node.node_id]}
        return read not in around and self._nodes[read].container_id != node.node_id


def _outcome(branch: str | None) -> str:
    return "" if branch is None else f"  if {amounts.name(branch)}"
