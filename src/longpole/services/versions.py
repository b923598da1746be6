"""Which versions of a workflow ran in a period, since when, and how often.

    hours of the period ─► first, last and count of each version
    days before it      ─► of those that are older: when they came up

Invariant: the counts of all versions are the summary's count of the same period.

Upstream: `rest.versions`. Downstream: `store.period_cells`, `store.dimension_reads`.
"""

from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from longpole.analysis.rollup import Cells
from longpole.analysis.rollup_cells import START, VERSION_OF_RUN
from longpole.domain.periods import Question
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.domain.versions import WorkflowVersion, WorkflowVersions
from longpole.services.cell_scope import of_version
from longpole.services.fresh_cells import fresh
from longpole.services.periods import question
from longpole.store.cell_reads import Names
from longpole.store.cell_writes import OTHER_VERSION
from longpole.store.dimension_reads import version_names
from longpole.store.dirty_marks import DAY_SECONDS
from longpole.store.period_cells import Cover, cover, run_cells_of
from longpole.store.rollup_cells import cells_of_runs
from longpole.store.rollup_horizons import horizons
from longpole.store.workflow_scope import WorkflowScope, find_scope

_COUNTS = Names(("run_count", "failed"))
_MOST_DAYS_BY_HOUR = 92
_EVER = 0


def versions(app_id: str, workflow_id: str, days: int = 30) -> WorkflowVersions:
    """The versions that ran in the last `days` days, the one that came up last first; none of an unknown workflow.

    Raises:
        InvalidInputError: `days` is not 1 to 365.
    """
    asked = question(app_id, workflow_id, days)
    return fresh(lambda connection: _versions(connection, asked))


def _versions(connection: Connection, asked: Question) -> WorkflowVersions:
    scope = find_scope(connection, asked.app_id, asked.workflow_id)
    return WorkflowVersions(
        app_id=asked.app_id,
        workflow_id=asked.workflow_id,
        period_start=instant(asked.period.since_ns),
        period_end=instant(asked.now_ns),
        items=() if scope is None else _items(connection, scope, asked),
    )


def _items(connection: Connection, scope: WorkflowScope, asked: Question) -> tuple[WorkflowVersion, ...]:
    since = asked.period.since_ns // NS_PER_SECOND
    by_hour = asked.days <= _MOST_DAYS_BY_HOUR and since >= horizons(connection).hours
    cells, names = _cells(connection, scope, cover(connection, [scope.workflow_key], since, None, by_hour=by_hour))
    keys, of_cell = np.unique(cells.keys[:, VERSION_OF_RUN], return_inverse=True)
    starts, of_cell = cells.keys[:, START], of_cell.reshape(-1)
    last = np.full(len(keys), np.iinfo(np.int64).min)
    np.maximum.at(last, of_cell, starts)
    older, _ = _cells(connection, scope, cover(connection, [scope.workflow_key], _EVER, since))
    first = _first(cells) | {key: start // DAY_SECONDS * DAY_SECONDS for key, start in _first(older).items()}
    names |= version_names(connection, keys.tolist()) | {OTHER_VERSION: "other"}
    counts = [np.bincount(of_cell, cells.numbers[name], len(keys)).astype(np.int64) for name in _COUNTS.numbers]
    items = [
        WorkflowVersion(names.get(key), _instant(first[key]), _instant(end), runs, failed)
        for key, end, runs, failed in zip(*(each.tolist() for each in (keys, last, *counts)), strict=True)
        if runs
    ]
    return tuple(
        sorted(items, key=lambda each: (each.first_run_at, each.last_run_at, each.version or ""), reverse=True)
    )


def _cells(connection: Connection, scope: WorkflowScope, found: Cover) -> tuple[Cells, dict[int, str]]:
    """The counts of a stretch by version, and the names of versions that only raw rows tell yet."""
    made = cells_of_runs(connection, found.work, with_nodes=False)
    return of_version(run_cells_of(connection, found, _COUNTS, made), VERSION_OF_RUN, scope), made.versions


def _first(cells: Cells) -> dict[int, int]:
    """When the first cell of each version begins."""
    keys, of_cell = np.unique(cells.keys[:, VERSION_OF_RUN], return_inverse=True)
    first = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(first, of_cell.reshape(-1), cells.keys[:, START])
    return dict(zip(keys.tolist(), first.tolist(), strict=True))


def _instant(seconds: int) -> datetime:
    return instant(seconds * NS_PER_SECOND)
