"""Columns of raw rows that only some formulas ask for, and that are read only then.

Upstream: `rollup_raw`. Downstream: the tables of `tables.runs`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, func, select

from longpole.analysis.rollup import UNKNOWN
from longpole.analysis.sketch import Ints
from longpole.store.quick_reads import rows_of_keys, sql_of
from longpole.store.tables import node_executions, runs

_Columns = Mapping[str, ColumnElement[Any]]
_OF_RUNS: _Columns = {"cpu_seconds": runs.c.cpu_ns}
_OF_NODES: _Columns = {"cpu_seconds": node_executions.c.cpu_ns, "first_token_seconds": node_executions.c.first_token_ns}


@dataclass(frozen=True, slots=True)
class Further:
    """By field, in the order of the runs and of the node executions that were asked about; -1 where unknown."""

    of_runs: dict[str, Ints]
    of_nodes: dict[str, Ints]


def seldom_read(
    connection: Connection, fields: Collection[str], nodes: Sequence[Sequence[Any]], run_keys: Sequence[int]
) -> Further:
    """Those columns that are among some fields.

    Args:
        connection: A transaction.
        fields: What is asked for, of runs or of nodes.
        nodes: The key of the run, and the id, of each node execution: two columns.
        run_keys: The runs.
    """
    of_runs = {name: column for name, column in _OF_RUNS.items() if name in fields}
    of_nodes = {name: column for name, column in _OF_NODES.items() if name in fields}
    e = node_executions.c
    executions = list(zip(*nodes, strict=True))
    return Further(
        _columns(connection, "runs", [runs.c.run_key], of_runs, run_keys, [(key,) for key in run_keys]),
        _columns(connection, "node_executions", [e.run_key, e.node_execution_id], of_nodes, run_keys, executions),
    )


def _columns(  # noqa: PLR0917 - a table, what is asked of it, and of which rows
    connection: Connection,
    table: str,
    ids: Sequence[ColumnElement[Any]],
    wanted: _Columns,
    run_keys: Sequence[int],
    rows: Sequence[tuple[Any, ...]],
) -> dict[str, Ints]:
    if not wanted:
        return {}
    known = [func.coalesce(column, UNKNOWN) for column in wanted.values()]
    sql = f"{sql_of(select(*ids, *known), connection.dialect)} WHERE {table}.run_key"
    found = {row[: len(ids)]: row[len(ids) :] for row in rows_of_keys(connection, sql, run_keys)}
    columns = zip(*(found[row] for row in rows), strict=True) if rows else [()] * len(wanted)
    return {name: np.array(column, np.int64) for name, column in zip(wanted, columns, strict=True)}
