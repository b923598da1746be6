"""Node executions that LangGraph tells nobody of: in the trace of the program, else in the SDK's current run.

Upstream: `cache`. Downstream: `spans`, `sdk.runs`.
"""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

from longpole.integrations.langgraph.spans import Parent, add_hit
from longpole.integrations.langgraph.tasks import Task
from longpole.sdk.runs import place

_NS = 1e9


def record_hit(parent: Parent | None, task: Task, node_type: str, start_ns: int, end_ns: int) -> None:
    """A node was served, inside of the span `parent`. Instants are nanoseconds since the epoch."""
    if parent is None or not add_hit(parent, task, start_ns, end_ns):
        _add(task, node_type, start_ns, end_ns, is_cached=True, cost_usd=None)


def record_run(
    parent: Parent | None, task: Task, node_type: str, start_ns: int, end_ns: int, *, cost_usd: Decimal | None
) -> None:
    """A node ran; where the program is traced, its instrumentation says so itself."""
    if parent is None:
        _add(task, node_type, start_ns, end_ns, is_cached=False, cost_usd=cost_usd)


def _add(task: Task, node_type: str, start_ns: int, end_ns: int, *, is_cached: bool, cost_usd: Decimal | None) -> None:
    here = place.get()
    if here is None:
        return
    node = {
        "node_execution_id": uuid.uuid4().hex,
        "node_id": task.node_id,
        "node_type": node_type,
        "status": "succeeded",
        "start_time": datetime.fromtimestamp(start_ns / _NS, UTC).isoformat(),
        "end_time": datetime.fromtimestamp(end_ns / _NS, UTC).isoformat(),
        "execution_time": (end_ns - start_ns) / _NS,
        "is_cached": is_cached,
        "tokens_cost": None if cost_usd is None else float(cost_usd),
        "parent_node_execution_id": here.inside,
    }
    here.run.add({name: value for name, value in node.items() if value is not None})
