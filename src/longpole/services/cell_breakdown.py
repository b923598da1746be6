"""Where the time and the money of a workflow go: by type of node and, under each type, by node.

Times are inclusive; `share` is of self times, so that the shares of all nodes
sum to 1 and a node that holds others does not hide them. Tokens and money are
counted at the innermost node that reports them. Executions of one node that
differ in their title only are together, under the newest title.

Upstream: `performance`. Downstream: `cell_scope`, `cell_figures`.
"""

from collections import defaultdict

import numpy as np
from sqlalchemy import Connection

from longpole.domain.figures import NodeBreakdown, NodeFigures, NodeTimeFigures, NodeTypeFigures
from longpole.domain.periods import Question
from longpole.domain.units import instant
from longpole.services.cell_figures import (
    MEMORY,
    USAGE,
    Total,
    dollars,
    memory_figures,
    seconds,
    token_figures,
    totals,
)
from longpole.services.cell_scope import known_nodes, period_nodes
from longpole.services.figures import ratio
from longpole.store.cell_reads import Names
from longpole.store.node_reads import NodeDimension
from longpole.store.workflow_scope import find_scope

_OF_NODES = Names(
    (
        "executions",
        "succeeded",
        "failed",
        "retries",
        "cache_hits",
        "self_ns",
        "input_bytes",
        "input_bytes_known",
        "output_bytes",
        "output_bytes_known",
        *USAGE,
        *MEMORY,
    ),
    ("time_sketch",),
)


def breakdown(connection: Connection, asked: Question) -> NodeBreakdown:
    """The node executions of a period's runs, by type and node, those with the most self time first."""
    types: tuple[NodeTypeFigures, ...] = ()
    is_folded = False
    scope = find_scope(connection, asked.app_id, asked.workflow_id)
    if scope is not None:
        _, cells = period_nodes(connection, scope, asked.period, Names(()), _OF_NODES)
        nodes = known_nodes(connection, cells, lambda node: (node.node_type, node.enclosing_node_id, node.node_id))
        is_folded = nodes.is_folded
        names = sorted({node.node_type for node in nodes.dimensions})
        type_of = np.array([names.index(node.node_type) for node in nodes.dimensions], dtype=np.int64)
        types = _types(names, totals(cells, type_of[nodes.of_cell]), nodes.dimensions, totals(cells, nodes.of_cell))
    return NodeBreakdown(
        app_id=asked.app_id,
        workflow_id=asked.workflow_id,
        period_start=instant(asked.period.since_ns),
        period_end=instant(asked.now_ns),
        items=types,
        folded=is_folded,
    )


def _types(
    names: list[str], by_type: dict[int, Total], dimensions: list[NodeDimension], by_node: dict[int, Total]
) -> tuple[NodeTypeFigures, ...]:
    whole_ns = sum(of_type.count("self_ns") for of_type in by_type.values())
    lines: dict[str, list[NodeFigures]] = defaultdict(list)
    for place, node in enumerate(dimensions):
        lines[node.node_type].append(_node(by_node[place], node, whole_ns))
    types = [_type(by_type[place], name, lines[name], whole_ns) for place, name in enumerate(names)]
    return tuple(sorted(types, key=lambda line: (-(line.execution_time.self_total or 0), line.node_type)))


def _type(own: Total, name: str, lines: list[NodeFigures], whole_ns: int) -> NodeTypeFigures:
    return NodeTypeFigures(
        node_type=name,
        execution_count=own.count("executions"),
        execution_time=_times(own),
        share=ratio(own.count("self_ns"), whole_ns),
        tokens=token_figures(own),
        cost=dollars(own["cost_usd"]),
        error_rate=_error_rate(own),
        retry_count=own.count("retries"),
        cache_hits=own.count("cache_hits"),
        nodes=tuple(sorted(lines, key=_rank)),
    )


def _rank(line: NodeFigures) -> tuple[float, str, str]:
    return -(line.execution_time.self_total or 0), line.node_id, line.enclosing_node_id or ""


def _node(own: Total, node: NodeDimension, whole_ns: int) -> NodeFigures:
    return NodeFigures(
        node_id=node.node_id,
        node_title=node.node_title,
        node_type=node.node_type,
        enclosing_node_id=node.enclosing_node_id,
        execution_count=own.count("executions"),
        execution_time=_times(own),
        share=ratio(own.count("self_ns"), whole_ns),
        tokens=token_figures(own),
        cost=dollars(own["cost_usd"]),
        error_rate=_error_rate(own),
        retry_count=own.count("retries"),
        cache_hits=own.count("cache_hits"),
        input_bytes=ratio(own.count("input_bytes"), own.count("input_bytes_known")),
        output_bytes=ratio(own.count("output_bytes"), own.count("output_bytes_known")),
        memory_peak=memory_figures(own),
    )


def _times(own: Total) -> NodeTimeFigures:
    times = own.sketch("time")
    if not times.count:
        return NodeTimeFigures()
    return NodeTimeFigures(
        avg=seconds(times.mean),
        p50=seconds(times.quantile(0.5)),
        p95=seconds(times.quantile(0.95)),
        p99=seconds(times.quantile(0.99)),
        total=seconds(times.total),
        self_total=seconds(own.count("self_ns")),
    )


def _error_rate(own: Total) -> float | None:
    """The share of failures among the executions that succeeded or failed."""
    return ratio(own.count("failed"), own.count("succeeded") + own.count("failed"))
