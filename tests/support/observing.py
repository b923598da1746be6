"""Observations of runs that a test makes, as `services.observations` reads them from a database."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from longpole.advice.observations import (
    NO_FINGERPRINT,
    NODE_UNKNOWN,
    PARTIAL,
    AttemptColumns,
    ErrorInfo,
    ExecutionColumns,
    ModelInfo,
    NodeInfo,
    Observations,
    RunColumns,
    SampledRun,
)
from longpole.analysis.bottlenecks import evenly
from longpole.analysis.error_texts import pattern
from longpole.domain.graphs import Engine
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus

_MOST_WHOLE = 400


class _Places(dict[Any, int]):
    """The place of each thing, in the order in which they were first seen; -1 for None."""

    def __missing__(self, key: Any) -> int:
        if key is None:
            return -1
        self[key] = len(self)
        return self[key]


def observations_of(records: Sequence[RunRecord], engine: Engine = Engine.GENERIC, **more: Any) -> Observations:
    """What rules see of `records`; `more` are fields of `Observations`, such as `graph` or `prompts`."""
    ordered = sorted(records, key=lambda record: (record.run.end_ns or 0, record.run.workflow_run_id))
    versions, users, nodes, models, errors = _Places(), _Places(), _Places(), _Places(), _Places()
    executions = [
        (place, node)
        for place, record in enumerate(ordered)
        for node in sorted(record.nodes, key=lambda node: (node.start_ns or 0, node.node_execution_id))
    ]
    whole = evenly(len(ordered), _MOST_WHOLE)
    columns = _execution_columns(executions, nodes, models, errors)
    attempts = _attempt_columns([node for _, node in executions], errors)
    runs = _run_columns([record.run for record in ordered], versions, users)
    given = {
        "app_id": "app",
        "workflow_id": "flow",
        "since_ns": min((record.run.end_ns or 0 for record in ordered), default=0),
        "until_ns": max((record.run.end_ns or 0 for record in ordered), default=0) + 1,
        "sample": tuple(_sampled(place, ordered[place], len(ordered) / len(whole)) for place in whole),
        **more,
    }
    return Observations(
        engine=engine,
        runs=runs,
        nodes=tuple(NodeInfo(*key) for key in nodes),
        executions=columns,
        attempts=attempts,
        versions=tuple(versions),
        users=tuple(users),
        models=tuple(ModelInfo(*key) for key in models),
        errors=tuple(errors),
        **given,
    )


def _sampled(place: int, record: RunRecord, weight: float) -> SampledRun:
    run = record.run
    failed = run.status is RunStatus.FAILED
    return SampledRun(place, run.workflow_run_id, run.start_ns, run.end_ns, record.nodes, weight, failed)


def _run_columns(runs: Sequence[Run], versions: _Places, users: _Places) -> RunColumns:
    codes = {status: code for code, status in enumerate(RunStatus)}
    return RunColumns(
        run_ids=tuple(run.workflow_run_id for run in runs),
        end_ns=_ints(run.end_ns or 0 for run in runs),
        elapsed_ns=_floats(_elapsed(run) for run in runs),
        status=_ints(PARTIAL if run.status is None else codes[run.status] for run in runs),
        version=_ints(versions[run.workflow_version] for run in runs),
        user=_ints(users[run.user_id] for run in runs),
        cost_usd=_floats(run.cost_usd for run in runs),
        input_tokens=_floats(run.tokens.input for run in runs),
        output_tokens=_floats(run.tokens.output for run in runs),
    )


def _execution_columns(
    executions: Sequence[tuple[int, NodeExecution]], nodes: _Places, models: _Places, errors: _Places
) -> ExecutionColumns:
    codes = {None: NODE_UNKNOWN, **{status: code for code, status in enumerate(NodeStatus)}}
    of = [node for _, node in executions]
    return ExecutionColumns(
        run=_ints(place for place, _ in executions),
        node=_ints(nodes[n.node_id, n.enclosing_node_id, n.node_type, n.node_title] for n in of),
        start_ns=_ints(-1 if n.start_ns is None else n.start_ns for n in of),
        elapsed_ns=_floats(_elapsed(n) for n in of),
        queued_ns=_floats(None if None in {n.ready_ns, n.start_ns} else n.start_ns - n.ready_ns for n in of),
        status=_ints(codes[n.status] for n in of),
        attempts=_ints(n.attempts for n in of),
        error=_ints(errors[_error(n.error_type, n.error_message)] for n in of),
        model=_ints(models[None if n.model is None else (n.model, n.provider)] for n in of),
        input_tokens=_floats(n.tokens.input for n in of),
        output_tokens=_floats(n.tokens.output for n in of),
        cache_read_tokens=_floats(n.tokens.cache_read for n in of),
        reasoning_tokens=_floats(n.tokens.reasoning for n in of),
        cost_usd=_floats(n.cost_usd for n in of),
        is_cached=_ints(-1 if n.is_cached is None else int(n.is_cached) for n in of),
        input_bytes=_floats(n.input_bytes for n in of),
        output_bytes=_floats(n.output_bytes for n in of),
        input_fingerprint=_ints(n.input_fingerprint or NO_FINGERPRINT for n in of),
        output_fingerprint=_ints(n.output_fingerprint or NO_FINGERPRINT for n in of),
        iteration_index=_ints(-1 if n.iteration_index is None else n.iteration_index for n in of),
    )


def _attempt_columns(nodes: Sequence[NodeExecution], errors: _Places) -> AttemptColumns:
    codes = {None: NODE_UNKNOWN, **{status: code for code, status in enumerate(NodeStatus)}}
    rows = [(place, attempt) for place, node in enumerate(nodes) for attempt in node.attempt_log]
    return AttemptColumns(
        execution=_ints(place for place, _ in rows),
        number=_ints(a.number for _, a in rows),
        start_ns=_ints(-1 if a.start_ns is None else a.start_ns for _, a in rows),
        end_ns=_ints(-1 if a.end_ns is None else a.end_ns for _, a in rows),
        status=_ints(codes[a.status] for _, a in rows),
        error=_ints(errors[_error(a.error_type, a.error_message)] for _, a in rows),
    )


def _error(error_type: str | None, message: str | None) -> ErrorInfo | None:
    if error_type is None and message is None:
        return None
    found = None if message is None else pattern(message)
    return ErrorInfo(error_type, found, found)


def _elapsed(of: Run | NodeExecution) -> int | None:
    if of.elapsed_ns is not None:
        return of.elapsed_ns
    return None if of.start_ns is None or of.end_ns is None else of.end_ns - of.start_ns


def _ints(values: Iterable[int]) -> Any:
    return np.fromiter(values, dtype=np.int64)


def _floats(values: Iterable[Any]) -> Any:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
