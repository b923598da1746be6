"""The cells of one workflow, or of one version of it, in a period.

Upstream: `performance`, `cell_breakdown`, `cell_bottlenecks`, `trend_lines`. Downstream: `store.period_cells`.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from longpole.analysis.rollup import Cells
from longpole.analysis.rollup_cells import NODE, START, VERSION_OF_NODE, VERSION_OF_RUN
from longpole.analysis.sketch import Ints
from longpole.domain.periods import Period
from longpole.domain.units import NS_PER_SECOND
from longpole.services.rollup_limits import limited
from longpole.store.cell_reads import Names
from longpole.store.cell_writes import OTHER, OTHER_NODE
from longpole.store.keys import dimension_key
from longpole.store.node_reads import NodeDimension, node_dimensions
from longpole.store.period_cells import Cover, cover, node_cells_of, raw_cells, run_cells_of
from longpole.store.workflow_scope import WorkflowScope


def period_runs(connection: Connection, scope: WorkflowScope, period: Period, names: Names) -> Cells:
    """The cells of the runs of a period."""
    return of_version(run_cells_of(connection, _cover(connection, scope, period), names), VERSION_OF_RUN, scope)


def period_nodes(
    connection: Connection, scope: WorkflowScope, period: Period, of_runs: Names, of_nodes: Names
) -> tuple[Cells, Cells]:
    """The cells of the runs of a period, and those of their nodes."""
    found = _cover(connection, scope, period)
    made = limited(raw_cells(connection, found))
    runs = run_cells_of(connection, found, of_runs, made)
    nodes = node_cells_of(connection, found, of_nodes, made)
    return of_version(runs, VERSION_OF_RUN, scope), of_version(nodes, VERSION_OF_NODE, scope)


def _cover(connection: Connection, scope: WorkflowScope, period: Period) -> Cover:
    end = None if period.until_ns is None else period.until_ns // NS_PER_SECOND
    return cover(connection, [scope.workflow_key], period.since_ns // NS_PER_SECOND, end)


def of_version(cells: Cells, part: int, scope: WorkflowScope) -> Cells:
    """Those of the version that is meant; `part` of their keys is the version."""
    if scope.workflow_version is None:
        return cells
    return cells.where(np.flatnonzero(cells.keys[:, part] == dimension_key(scope.workflow_version)))


@dataclass(frozen=True, slots=True)
class KnownNodes:
    """The nodes of some cells, each as it showed itself last, and which of them each cell is of.

    `is_folded` says that there were too many to be told apart: some are together, as `other`.
    """

    dimensions: list[NodeDimension]
    of_cell: Ints
    is_folded: bool


def known_nodes(connection: Connection, cells: Cells, identity: Callable[[NodeDimension], Hashable]) -> KnownNodes:
    """The nodes of cells, those of one identity being one node."""
    keys, places = np.unique(cells.keys[:, NODE], return_inverse=True)
    last = np.full(len(keys), -(1 << 62), dtype=np.int64)
    np.maximum.at(last, places, cells.keys[:, START])
    dimensions = node_dimensions(connection, keys.tolist())
    dimensions.setdefault(OTHER_NODE, NodeDimension(OTHER_NODE, OTHER[0], None, OTHER[0], OTHER[0]))
    together: dict[Hashable, list[int]] = defaultdict(list)
    for place, key in enumerate(keys.tolist()):
        together[identity(dimensions[key])].append(place)
    of_key = np.zeros(len(keys), np.int64)
    newest = []
    for number, same in enumerate(together.values()):
        of_key[same] = number
        newest.append(dimensions[int(keys[max(same, key=lambda place: (int(last[place]), place))])])
    return KnownNodes(newest, of_key[places.reshape(-1)], bool((keys == OTHER_NODE).any()))
