"""How many nodes, versions and metrics the cells of one stretch of time tell apart.

A workflow that makes up a new node id for every call would fill the database
with cells of one execution each. The sums stay exact: `other` has the rest. Of
metrics that it makes up, the first by name are kept, and no others.

Upstream: `rollups`, `period_reads`. Downstream: `analysis.rollup`.
"""

import numpy as np

from longpole import runtime
from longpole.analysis import metric_cells
from longpole.analysis.rollup import Cells, folded, merge
from longpole.analysis.rollup_cells import NODE, VERSION_OF_NODE, VERSION_OF_RUN
from longpole.store.cell_writes import OTHER_NODE, OTHER_VERSION
from longpole.store.rollup_cells import Made

_VERSIONS = 100
_BY_VERSION = [0, 1, 2, VERSION_OF_NODE, NODE, 5]


def limited(made: Made) -> Made:
    """The cells, one per key, with no more nodes, versions and metrics than are told apart."""
    settings = runtime.current().settings
    of_runs = folded(merge(made.of_runs, made.of_runs.keys), VERSION_OF_RUN, _VERSIONS, OTHER_VERSION)
    of_nodes = merge(made.of_nodes, made.of_nodes.keys)
    if np.unique(of_nodes.keys[:, VERSION_OF_NODE]).size > _VERSIONS:
        of_nodes = _turned(folded(_turned(of_nodes), NODE, _VERSIONS, OTHER_VERSION))
    of_nodes = folded(of_nodes, NODE, settings.rollup_max_nodes, OTHER_NODE)
    is_folded = bool((of_nodes.keys[:, NODE] == OTHER_NODE).any())
    of_runs, left_out = metric_cells.limited(of_runs, settings.metrics_max)
    of_nodes, _ = metric_cells.limited(of_nodes, settings.metrics_max)
    return Made(of_runs, of_nodes, made.versions, is_folded, left_out)


def _turned(cells: Cells) -> Cells:
    """The same with node and version in each other's place in the keys."""
    turned = Cells(cells.keys[:, _BY_VERSION], cells.numbers, cells.sketches)
    return merge(turned, turned.keys)
