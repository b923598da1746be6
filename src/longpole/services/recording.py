"""What callers report of runs and nodes, checked and stored; the same report again changes nothing.

A later report of a run or node replaces the earlier one wholly. What nobody
reported of a run is derived from its nodes. What a node used without a cost
being reported is priced, where its model is known.

Upstream: `performance`, `rest`. Downstream: `store.recorded_runs`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection

from longpole import runtime
from longpole.domain.errors import InvalidInputError, RunElsewhereError
from longpole.domain.runs import CostSource, NodeExecution, Run, RunRecord
from longpole.pricing.runs import priced
from longpole.services.reports import NodeReport, RunReport
from longpole.store import recorded_runs, reported_runs, run_reads
from longpole.store.disk_usage import require_room

_NODE_FIELDS = frozenset(each.name for each in fields(NodeReport))
_RUN_FIELDS = frozenset(each.name for each in fields(RunReport)) | {"nodes"}
_REQUIRED_OF_NODES = ("node_id", "node_execution_id", "node_type")


@dataclass(frozen=True, slots=True)
class RejectedNode:
    """A reported node execution that was not stored: its place in the list, and what was wrong with which field."""

    index: int
    node_execution_id: str | None
    field: str
    problem: str


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run that was reported with its nodes: the run as stored, how many nodes are stored, and the others."""

    run: Run
    stored: int
    rejected: tuple[RejectedNode, ...]


def record_workflow_execution(report: RunReport) -> Run:
    """Store what is said of a run; it stands as given.

    Raises:
        InvalidInputError: Names the field that is wrong; nothing is stored then.
        StorageUnavailableError: Nothing is stored; also while the disk budget is used up.
    """
    reported = _reported(report)
    with runtime.unit_of_work() as connection:
        return _record(connection, report.run_id(), reported, (), "service")


def record_node_execution(report: NodeReport) -> NodeExecution:
    """Store what is said of a node execution, before or after its run.

    Raises:
        InvalidInputError: Names the field that is wrong; nothing is stored then.
        StorageUnavailableError: Nothing is stored; also while the disk budget is used up.
    """
    node = report.node()
    with runtime.unit_of_work() as connection:
        _record(connection, node.workflow_run_id, None, (node,), "service")
        return run_reads.find_nodes(connection, node.workflow_run_id, [node.node_execution_id])[node.node_execution_id]


def record_run(app_id: str, workflow_id: str, payload: Mapping[str, Any]) -> RecordedRun:
    """Store a run with its nodes, as they come over HTTP: good nodes are stored, the others are told of.

    Args:
        app_id: The application that the run must belong to, if it exists.
        workflow_id: The workflow likewise.
        payload: Fields of a run, and `nodes`: a list of fields of node executions.

    Raises:
        RunElsewhereError: The run is there, in another application or workflow; nothing is stored then.
        InvalidInputError: Something is wrong with the run itself; nothing is stored then.
        StorageUnavailableError: Nothing is stored; also while the disk budget is used up.
    """
    report = _run_report(app_id, workflow_id, payload)
    reported = _reported(report)
    nodes, rejected = _good_and_bad(report.run_id(), payload.get("nodes"))
    with runtime.unit_of_work() as connection:
        there = run_reads.find_run(connection, report.run_id())
        if (
            there is not None
            and there.app_id is not None
            and (there.app_id, there.workflow_id) != (app_id, workflow_id)
        ):
            raise RunElsewhereError
        run = _record(connection, report.run_id(), reported, nodes, "rest")
    return RecordedRun(run, len(nodes), rejected)


def _record(
    connection: Connection,
    run_id: str,
    reported: dict[str, Any] | None,
    nodes: Sequence[NodeExecution],
    source: str,
) -> Run:
    """Store what differs from what is there already. `reported` is None where only nodes are reported."""
    here = runtime.current()
    require_room(connection, here.settings.disk_budget)
    now_ns = here.clock()
    stored = recorded_runs.lock_or_add_run(connection, run_id, source, now_ns)
    there = run_reads.find_nodes(connection, run_id, [node.node_execution_id for node in nodes])
    changed = [node for node in nodes if not _is_same(there.get(node.node_execution_id), node)]
    if not changed and (reported is None or reported == stored.reported):
        return _found(connection, run_id)
    recorded_runs.put_nodes(connection, stored, _priced(changed, now_ns))
    stands = stored.reported if reported is None else reported
    return recorded_runs.put_run(connection, run_id, stored, stands, now_ns)


def _found(connection: Connection, run_id: str) -> Run:
    run = run_reads.find_run(connection, run_id)
    assert run is not None, "its row is locked"
    return run


def _is_same(there: NodeExecution | None, node: NodeExecution) -> bool:
    """A cost that was computed was not reported, so it makes no difference."""
    if there is not None and there.cost_source is CostSource.COMPUTED:
        there = replace(there, cost_usd=None, cost_source=None)
    return there == node


def _priced(nodes: Sequence[NodeExecution], now_ns: int) -> Sequence[NodeExecution]:
    """The nodes with what they cost, at the prices of their own time, else of now."""
    if all(node.cost_usd is not None or not (node.model or node.is_cached) for node in nodes):
        return nodes
    run = Run(nodes[0].workflow_run_id, None, None, recorded_ns=now_ns)
    return priced(RunRecord(run, tuple(nodes)), runtime.current().price_book).nodes


def _reported(report: RunReport) -> dict[str, Any]:
    """What was said of a run, as it is kept; priced by its model where no cost was said."""
    run_id = report.run_id()
    said = report.said()
    model, provider = report.call()
    if "cost_usd" not in said and "tokens" in said and model is not None:
        at_ns = said.get("end_ns", said.get("start_ns"))
        call = NodeExecution(
            run_id, "", "", "llm", "", start_ns=at_ns, model=model, provider=provider, tokens=said["tokens"]
        )
        cost_usd = _priced([call], runtime.current().clock())[0].cost_usd
        said |= {} if cost_usd is None else {"cost_usd": cost_usd}
    return reported_runs.to_json(said)


def _run_report(app_id: str, workflow_id: str, payload: Mapping[str, Any]) -> RunReport:
    unknown = sorted(set(payload) - _RUN_FIELDS)
    if unknown:
        raise InvalidInputError(unknown[0], "is not a field of a run")
    said = {name: value for name, value in payload.items() if name != "nodes"}
    for name, value in (("app_id", app_id), ("workflow_id", workflow_id)):
        if said.setdefault(name, value) != value:
            raise InvalidInputError(name, f"must be that of the path, {value!r}, or be left out", said[name])
    said.setdefault("workflow_run_id", None)
    return RunReport(**said)


def _good_and_bad(run_id: str, nodes: Any) -> tuple[list[NodeExecution], tuple[RejectedNode, ...]]:
    if nodes is None:
        return [], ()
    if not isinstance(nodes, Sequence) or isinstance(nodes, (str, bytes)):
        raise InvalidInputError("nodes", "must be a list", nodes)
    good: dict[str, NodeExecution] = {}
    bad: list[RejectedNode] = []
    for index, said in enumerate(nodes):
        try:
            node = _node_report(run_id, said).node()
            if node.node_execution_id in good:
                raise InvalidInputError("node_execution_id", "is in this list already")  # noqa: TRY301 - told of below
            good[node.node_execution_id] = node
        except InvalidInputError as error:
            given = said.get("node_execution_id") if isinstance(said, Mapping) else None
            bad.append(RejectedNode(index, given if isinstance(given, str) else None, error.field, error.problem))
    return list(good.values()), tuple(bad)


def _node_report(run_id: str, said: Any) -> NodeReport:
    if not isinstance(said, Mapping):
        raise InvalidInputError("node", "must be an object", said)
    unknown = sorted(set(said) - _NODE_FIELDS)
    if unknown:
        raise InvalidInputError(unknown[0], "is not a field of a node execution")
    if said.get("workflow_run_id", run_id) != run_id:
        raise InvalidInputError("workflow_run_id", f"must be that of the run, {run_id!r}, or be left out")
    required = dict.fromkeys(_REQUIRED_OF_NODES)
    return NodeReport(**{**required, **said, "workflow_run_id": run_id})
