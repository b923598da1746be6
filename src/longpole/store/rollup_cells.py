"""The cells of the runs that are to be rolled up, some thousand runs at a time, however many there are.

Upstream: `services.rollups`, `period_cells`. Downstream: `rollup_raw`, `cell_reads`, `analysis.rollup_cells`.
"""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from longpole.analysis import metric_cells
from longpole.analysis.rollup import Cells, joined, merge
from longpole.analysis.rollup_cells import cells_of
from longpole.domain.metrics import MOST_NAMES
from longpole.store import cell_reads
from longpole.store.cell_reads import Span
from longpole.store.retention_cells import removed_cells
from longpole.store.rollup_raw import raw_rows
from longpole.store.rollup_work import Work

_RUNS_AT_A_TIME = 1_000


@dataclass(frozen=True, slots=True)
class Made:
    """Cells of runs and of nodes, the versions that they name, and whether some nodes were folded into `other`.

    `names_left_out` is of how many sent metrics the fullest cell keeps nothing.
    """

    of_runs: Cells
    of_nodes: Cells
    versions: dict[int, str] = field(default_factory=dict)
    is_folded: bool = False
    names_left_out: int = 0


def cells_of_runs(connection: Connection, work: Work, *, with_nodes: bool = True) -> Made:
    """The cells that are computed anew, and those that grow with what is in them already.

    What removed runs came to is a part of a cell that is computed anew.

    Without nodes only what the runs themselves say is in them: no retries, no critical paths.
    """
    grown = [Span(tier, [workflow_key], start, start + 1) for tier, workflow_key, start in work.grown]
    removed_runs, removed_nodes = removed_cells(connection, work.anew, work.horizons)
    of_runs = [_merged([cell_reads.cells_of_runs(connection, grown), removed_runs])]
    of_nodes = [_merged([cell_reads.cells_of_nodes(connection, grown), removed_nodes])]
    versions: dict[int, str] = {}
    for begin in range(0, len(work.run_keys), _RUNS_AT_A_TIME):
        some = work.run_keys[begin : begin + _RUNS_AT_A_TIME]
        raw = raw_rows(connection, some, work.horizons, with_nodes=with_nodes)
        run_part, node_part = cells_of(raw.runs, raw.nodes)
        versions |= raw.versions
        of_runs = [_merged([*of_runs, run_part])]
        of_nodes = [_merged([*of_nodes, node_part])]
    return Made(of_runs[0], of_nodes[0], versions)


def _merged(parts: list[Cells]) -> Cells:
    together = joined(parts)
    return metric_cells.limited(merge(together, together.keys), MOST_NAMES)[0]
