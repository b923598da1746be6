"""How many nodes and versions the cells of one stretch of time tell apart; what is beyond goes into `other`.

A workflow that makes up a new node id for every call would fill the database
with cells of one execution each. The sums stay exact: `other` has the rest.

Upstream: `rollups`, `period_reads`. Downstream: `analysis.rollup`.
"""

import numpy as np

from longpole import runtime
from longpole.analysis.rollup import Cells, folded, merge
from longpole.analysis.rollup_cells import NODE, VERSION_OF_NODE, VERSION_OF_RUN
from longpole.store.cell_writes import OTHER_NODE, OTHER_VERSION
from longpole.store.rollup_cells import Made

_VERSIONS = 100
_BY_VERSION = [0, 1, 2, VERSION_OF_NODE, NODE, 5]


def limited(made: Made) -> Made:
    """The cells, one per key, with no more nodes and versions than are told apart."""
    of_runs = folded(merge(made.of_runs, made.of_runs.keys), VERSION_OF_RUN, _VERSIONS, OTHER_VERSION)
    of_nodes = merge(made.of_nodes, made.of_nodes.keys)
    if np.unique(of_nodes.keys[:, VERSION_OF_NODE]).size > _VERSIONS:
        of_nodes = _turned(folded(_turned(of_nodes), NODE, _VERSIONS, OTHER_VERSION))
    of_nodes = folded(of_nodes, NODE, runtime.current().settings.rollup_max_nodes, OTHER_NODE)
    is_folded = bool((of_nodes.keys[:, NODE] == OTHER_NODE).any())
    return Made(of_runs, of_nodes, made.versions, is_folded)


def _turned(cells: Cells) -> Cells:
    """The same with node and version in each other's place in the keys."""
    turned = Cells(cells.keys[:, _BY_VERSION], cells.numbers, cells.sketches)
    return merge(turned, turned.keys)
