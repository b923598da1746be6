"""Where to look first: the nodes of a workflow by their time on the critical path.

Upstream: `performance`. Downstream: `cell_scope`, `cell_figures`.
"""

from sqlalchemy import Connection

from longpole.analysis.segments import Kind
from longpole.domain.figures import Bottleneck, Bottlenecks, CriticalTime, Waiting, WaitingFigures
from longpole.domain.periods import Question
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.services.cell_figures import NOTHING, Total, seconds, total, totals
from longpole.services.cell_scope import KnownNodes, known_nodes, period_nodes
from longpole.services.figures import ratio
from longpole.store.cell_reads import Names
from longpole.store.workflow_scope import find_scope

_WAITING = (Kind.QUEUE, Kind.RETRY_DELAY, Kind.ENGINE_OVERHEAD)
_OF_RUNS = Names(("run_count", "path_ns", *(f"{kind}_ns" for kind in _WAITING)))
_OF_NODES = Names(("executions", "on_path_runs", "critical_ns"), ("critical_sketch",))


def bottlenecks(connection: Connection, asked: Question) -> Bottlenecks:
    """The nodes on the critical paths of a period's runs, the most time first, and the waiting between them."""
    whole, items, is_folded = NOTHING, (), False  # type: Total, tuple[Bottleneck, ...], bool
    scope = find_scope(connection, asked.app_id, asked.workflow_id)
    if scope is not None:
        run_cells, node_cells = period_nodes(connection, scope, asked.period, _OF_RUNS, _OF_NODES)
        whole = total(run_cells)
        nodes = known_nodes(connection, node_cells, lambda node: (node.enclosing_node_id, node.node_id))
        items, is_folded = _items(whole, nodes, totals(node_cells, nodes.of_cell)), nodes.is_folded
    path_ns = whole.count("path_ns")
    return Bottlenecks(
        app_id=asked.app_id,
        workflow_id=asked.workflow_id,
        period_start=instant(asked.period.since_ns),
        period_end=instant(asked.now_ns),
        items=items,
        waiting=Waiting(*(_waiting(whole, kind) for kind in _WAITING)),
        coverage=1 - whole.count("engine_overhead_ns") / path_ns if path_ns else None,
        runs_analysed=whole.count("run_count"),
        folded=is_folded,
    )


def _items(whole: Total, nodes: KnownNodes, by_node: dict[int, Total]) -> tuple[Bottleneck, ...]:
    found = [
        (by_node[place].count("critical_ns"), node, by_node[place])
        for place, node in enumerate(nodes.dimensions)
        if by_node[place].count("on_path_runs")
    ]
    found.sort(key=lambda item: (-item[0], item[1].node_id, item[1].enclosing_node_id or ""))
    return tuple(
        Bottleneck(
            node_id=node.node_id,
            node_title=node.node_title,
            node_type=node.node_type,
            enclosing_node_id=node.enclosing_node_id,
            on_path_share=min(1.0, own.count("on_path_runs") / whole.count("run_count")),
            critical_share=critical_ns / whole.count("path_ns"),
            critical_time=_critical_time(own),
            execution_count=own.count("executions"),
        )
        for critical_ns, node, own in found
    )


def _critical_time(own: Total) -> CriticalTime:
    times = own.sketch("critical")
    return CriticalTime(seconds(times.quantile(0.5)), seconds(times.quantile(0.95)))


def _waiting(whole: Total, kind: Kind) -> WaitingFigures:
    waited = whole.count(f"{kind}_ns")
    return WaitingFigures(share=ratio(waited, whole.count("path_ns")) or 0.0, seconds=waited / NS_PER_SECOND)
