"""Runs, node executions and attempts as Parquet files, before retention removes them.

    DIRECTORY/runs/day=2026-11-25/NAME.parquet      any tool that reads Parquet reads the folders as tables
             /node_executions/day=…/NAME.parquet    with a column `day`: when the run was first seen
             /node_attempts/day=…/NAME.parquet

A file appears under its name once it is whole and on disk. Rows may be in two
files where removing was broken off in between: `run_key` tells runs apart.

Upstream: `services.retention`. Downstream: the file system.
Source: the Hive layout of partitioned data sets, as pyarrow, DuckDB and Spark read it.
"""

import json
import os
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Double, Integer, LargeBinary, Select, SmallInteger, select

from longpole.domain.errors import MissingExtraError
from longpole.domain.units import instant
from longpole.store.keys import key_time_ns, row_key
from longpole.store.tables import models, node_attempts, node_executions, nodes, runs, workflows
from longpole.store.types import Json, Money

_KEYS_PER_QUERY = 200
_ROWS_AT_A_TIME = 10_000

_Columns = Sequence[Column[Any]]
_RUNS: _Columns = (*(c for c in runs.c if c.name != "workflow_key"), workflows.c.app_id, workflows.c.workflow_id)
_NODES: _Columns = (
    runs.c.workflow_run_id,
    *(c for c in node_executions.c if c.name not in {"node_key", "model_key"}),
    *(c for table in (nodes, models) for c in table.c if not c.primary_key),
)
_SOURCES: dict[str, tuple[_Columns, Any]] = {
    "runs": (_RUNS, runs.outerjoin(workflows, workflows.c.workflow_key == runs.c.workflow_key)),
    "node_executions": (
        _NODES,
        runs.join(node_executions, node_executions.c.run_key == runs.c.run_key)
        .join(nodes, nodes.c.node_key == node_executions.c.node_key)
        .outerjoin(models, models.c.model_key == node_executions.c.model_key),
    ),
    "node_attempts": (
        (runs.c.workflow_run_id, *node_attempts.c),
        runs.join(node_attempts, node_attempts.c.run_key == runs.c.run_key),
    ),
}


def require_archive() -> None:
    """Raise if Parquet cannot be written.

    Raises:
        MissingExtraError: Says the pip line.
    """
    try:
        import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        raise MissingExtraError("archive", "LONGPOLE_ARCHIVE_DIR") from None


def write_archive(connection: Connection, directory: Path, run_keys: Sequence[int]) -> list[Path]:
    """Write runs with their nodes and attempts; the files, whole and on disk.

    Args:
        connection: Reads them.
        directory: Made where it is missing.
        run_keys: In ascending order.

    Raises:
        MissingExtraError: If pyarrow is not installed.
        OSError: If the files cannot be written; none of them is left half.
    """
    require_archive()
    written: list[Path] = []
    for day, keys in _by_day(run_keys).items():
        for name, (columns, joined) in _SOURCES.items():
            path = directory / name / f"day={day}" / f"{row_key()}.parquet"
            query = select(*columns).select_from(joined).order_by(runs.c.run_key)
            if _write(path, columns, _batches(connection, query, keys)):
                written.append(path)
    return written


def _by_day(run_keys: Sequence[int]) -> dict[str, list[int]]:
    days: dict[str, list[int]] = {}
    for key in run_keys:
        days.setdefault(instant(key_time_ns(key)).date().isoformat(), []).append(key)
    return days


def _batches(connection: Connection, query: Select[Any], keys: Sequence[int]) -> Iterator[Sequence[Sequence[Any]]]:
    for begin in range(0, len(keys), _KEYS_PER_QUERY):
        some = query.where(runs.c.run_key.in_(keys[begin : begin + _KEYS_PER_QUERY]))
        yield from connection.execute(some.execution_options(stream_results=True)).partitions(_ROWS_AT_A_TIME)


def _write(path: Path, columns: _Columns, batches: Iterator[Sequence[Sequence[Any]]]) -> bool:
    """Write rows to a file that appears when it is whole; False, and there is none, without any row."""
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    schema = arrow.schema([(column.name, _arrow_type(arrow, column)) for column in columns])
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    count = 0
    try:
        with part.open("wb") as file:
            with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
                for rows in batches:
                    count += len(rows)
                    writer.write_batch(_batch(arrow, schema, columns, rows))
            file.flush()
            os.fsync(file.fileno())
        if count:
            part.replace(path)
            _sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return count > 0


def _batch(arrow: Any, schema: Any, columns: _Columns, rows: Sequence[Sequence[Any]]) -> Any:
    arrays = [
        arrow.array([_value(column, value) for value in values], type=field.type)
        for column, field, values in zip(columns, schema, zip(*rows, strict=True), strict=True)
    ]
    return arrow.record_batch(arrays, schema=schema)


def _value(column: Column[Any], value: Any) -> Any:
    return json.dumps(value) if value is not None and column.type is Json else value


def _arrow_type(arrow: Any, column: Column[Any]) -> Any:
    match column.type:
        case Money():
            return arrow.decimal128(24, 12)
        case Boolean():
            return arrow.bool_()
        case SmallInteger() | Integer():  # BigInteger is an Integer
            return arrow.int64()
        case Double():
            return arrow.float64()
        case LargeBinary():
            return arrow.binary()
    return arrow.string()


def _sync_folder(folder: Path) -> None:
    """A name in a folder survives a power cut once the folder is on disk as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
