"""The tables, each with what a row of it is. Three of the contract's tables are views over compact ones.

    workflow_performance_metrics  (view)  ── runs ──────────── workflows
    workflow_node_performance     (view)  ── node_executions ─ nodes, models
                                             node_attempts
    run_directory                            which partition a run is in (PostgreSQL)
    trace_chunks, run_traces, span_contents  what arrived, from which runs are assembled anew
    dirty_marks ─► run_cells, node_cells     what periods come to
    run_changes                              what has become of runs lately
    upkeep_tasks, upkeep_facts               what happens by itself
    workflow_optimization_recommendations · workflow_performance_trends
    workflow_graphs                          steps, edges and who reads what
    degradations                             levels that changed, and what was behind it
    custom_metrics                           what users measure besides
    alert_rules ─► alert_deliveries          who is told of what

    workflow_cache_entries        (view)  ── cache_results, cache_uses ─ cache_scopes
    cache_statistics, cache_bypasses         what the cache did, by the hour
    cache_leases, cache_generations          what processes tell each other of it
    cache_secrets, cache_facts               what it remembers

Dimension keys are 63-bit hashes of what they stand for, so that any process on
any machine knows a key without asking. Run keys are time-ordered.
"""

from longpole.store.tables.alerts import alert_deliveries, alert_rules
from longpole.store.tables.cache import cache_facts, cache_results, cache_scopes, cache_uses
from longpole.store.tables.cache_counts import cache_bypasses, cache_statistics
from longpole.store.tables.cache_signals import cache_generations, cache_leases, cache_secrets
from longpole.store.tables.custom_metrics import custom_metrics
from longpole.store.tables.degradations import degradations
from longpole.store.tables.dimensions import models, nodes, workflows
from longpole.store.tables.graphs import graphs
from longpole.store.tables.live import run_changes
from longpole.store.tables.metadata import metadata
from longpole.store.tables.recommendations import recommendations
from longpole.store.tables.rollups import dirty_marks, node_cells, run_cells, versions
from longpole.store.tables.runs import node_attempts, node_executions, run_directory, runs
from longpole.store.tables.traces import run_traces, span_contents, trace_chunks
from longpole.store.tables.trends import trends
from longpole.store.tables.upkeep import upkeep_facts, upkeep_tasks

__all__ = [
    "alert_deliveries",
    "alert_rules",
    "cache_bypasses",
    "cache_facts",
    "cache_generations",
    "cache_leases",
    "cache_results",
    "cache_scopes",
    "cache_secrets",
    "cache_statistics",
    "cache_uses",
    "custom_metrics",
    "degradations",
    "dirty_marks",
    "graphs",
    "metadata",
    "models",
    "node_attempts",
    "node_cells",
    "node_executions",
    "nodes",
    "recommendations",
    "run_cells",
    "run_changes",
    "run_directory",
    "run_traces",
    "runs",
    "span_contents",
    "trace_chunks",
    "trends",
    "upkeep_facts",
    "upkeep_tasks",
    "versions",
    "workflows",
]
