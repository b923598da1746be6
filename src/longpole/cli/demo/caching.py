"""One of the demo's workflows twice, with LangGraph's node cache in Longpole: what the second run did not have to do.

Upstream: `session`. Downstream: `workflows.trip_planner`, `integrations.langgraph`, `outcome`.
"""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from longpole.cli.cache_tables import statistics_tables
from longpole.cli.demo.exporting import SERVICE
from longpole.cli.demo.plan import PlannedRun
from longpole.cli.demo.workflows.trip_planner import WISHES, trip_planner
from longpole.cli.fitting import Column, FittingTable
from longpole.cli.report import waterfall
from longpole.domain import amounts
from longpole.integrations.langgraph import LongpoleCache
from longpole.services import runs
from longpole.services.cache import WorkflowCacheService

if TYPE_CHECKING:
    from longpole.domain.runs import RunRecord

WORKFLOW = "trip_planner_cached"
_NODE_TYPES = {"understand": "llm", "itinerary": "llm", "flights": "tool", "hotels": "tool", "weather": "tool"}


def same_trip_twice() -> list[PlannedRun]:
    """The same run, to be carried out one after the other."""
    cache: LongpoleCache[object] = LongpoleCache(SERVICE, WORKFLOW, node_types=_NODE_TYPES)
    planner = trip_planner(WORKFLOW, cache)
    return [PlannedRun(planner, {"wish": WISHES[0]}, "mara", f"again-{number}") for number in (1, 2)]


def report() -> Group:
    """The two runs side by side, what the cache says of itself, and the second one drawn."""
    first, second = _records()
    parts: list[RenderableType] = [_table(first, second), Text(_verdict(first, second))]
    parts += statistics_tables(WorkflowCacheService.get_cache_statistics(SERVICE, WORKFLOW, days=1))
    return Group(*parts, waterfall(second, "The second run"))


def _records() -> "tuple[RunRecord, RunRecord]":
    found = sorted(runs.list_runs(SERVICE, WORKFLOW, limit=100).items, key=lambda run: run.start_ns or 0)
    first, second = (runs.get_run(run.workflow_run_id) for run in found[-2:])
    return first, second


def _table(*records: "RunRecord") -> FittingTable:
    columns = (
        Column("Run", justify="left"),
        Column("Took"),
        Column("Node executions", 2),
        Column("Served from the cache"),
        Column("Tokens", 3),
        Column("Cost", 1),
    )
    rows = [
        (
            name,
            amounts.duration(record.run.total_execution_time),
            amounts.count(record.run.node_count),
            amounts.count(sum(bool(node.is_cached) for node in record.nodes)),
            amounts.count(record.run.total_tokens_used or 0),
            amounts.money(record.run.known_cost_usd),
        )
        for name, record in zip(("first", "second"), records, strict=True)
    ]
    return FittingTable("The same trip twice", columns, rows)


def _verdict(first: "RunRecord", second: "RunRecord") -> str:
    long_s, short_s = first.run.total_execution_time, second.run.total_execution_time
    if not long_s or not short_s:
        return ""
    return f"The second run was {long_s / short_s:.0f} times as fast: cache=LongpoleCache(…) is all that was added.\n"
