"""What a run, and what a node execution, adds to its cell.

    cell of runs    tier, workflow, start, version
    cell of nodes   tier, workflow, start, node, version, model (0: the node as a whole)

A node's part by model holds its executions, times, tokens and money again;
only the node as a whole knows the critical path, and what users measure.

Upstream: `rollup_rows`. Downstream: `rollup`; the names are those of the columns
of `store.tables.rollups`.
"""

import numpy as np

from longpole.analysis.metric_cells import metric_sketches
from longpole.analysis.rollup import UNKNOWN, Cells, Sketches, roll_up
from longpole.analysis.rollup_paths import Paths, paths
from longpole.analysis.rollup_rows import TOKENS, NodeRows, RunRows
from longpole.analysis.sketch import Ints

SUCCEEDED, FAILED, PARTIAL = 0, 1, 2
START, VERSION_OF_RUN, NODE, VERSION_OF_NODE, MODEL = 2, 3, 3, 4, 5
"""Parts of the keys."""

WHOLE = 0
"""In the place of a model: the node as a whole."""

CACHE_RATE_UNIT = 1_000_000
"""Hit rates are kept in millionths of a percent."""


def cells_of(runs: RunRows, nodes: NodeRows) -> tuple[Cells, Cells]:
    """The cells of runs, and those of their node executions."""
    on = paths(runs, nodes)
    retries = np.bincount(nodes.run, weights=nodes.retries, minlength=len(runs)).astype(np.int64)
    return _run_cells(runs, nodes, on, retries), _node_cells(runs, nodes, on)


def _run_cells(runs: RunRows, nodes: NodeRows, on: Paths, retries: Ints) -> Cells:
    weight = np.maximum(runs.node_count, 1)
    numbers = {
        "run_count": np.ones(len(runs), np.int64),
        **{name: _is(runs.status, code) for name, code in _STATUS.items()},
        "node_count": runs.node_count,
        "failed_nodes": runs.failed_nodes,
        "retries": retries,
        "cost_usd": runs.known_cost,
        "cost_known_runs": _known(runs.cost),
        "cache_rate_nodes": np.where(runs.cache_rate >= 0, runs.cache_rate * weight, UNKNOWN),
        "cache_known_nodes": np.where(runs.cache_rate >= 0, weight, 0),
        **{f"{kind}_tokens": runs.tokens[kind] for kind in TOKENS},
        "path_ns": on.path_ns,
        **{f"{kind}_ns": lengths for kind, lengths in on.waiting_ns.items()},
        "memory_bytes": runs.memory_bytes,
        "memory_known": _known(runs.memory_bytes),
        "memory_max_bytes": runs.memory_bytes,
    }
    made = roll_up(runs.keys, numbers, _run_distributions(runs, nodes, on, retries))
    further = {
        "node_time": _node_times(runs, nodes, made.keys),
        **metric_sketches(runs.measured, runs.keys, made.keys),
        **metric_sketches(nodes.measured, runs.keys[nodes.run], made.keys),
    }
    return Cells(made.keys, made.numbers, {**made.sketches, **further})


_STATUS = {"succeeded": SUCCEEDED, "failed": FAILED, "partial": PARTIAL}


def _run_distributions(runs: RunRows, nodes: NodeRows, on: Paths, retries: Ints) -> dict[str, Ints]:
    has_path = (on.path_ns > 0) & (np.bincount(nodes.run, minlength=len(runs)) > 0)
    return {
        "run_time": runs.elapsed_ns,
        "critical_time": np.where(has_path, on.work_ns, UNKNOWN),
        "waiting_time": np.where(has_path, on.path_ns - on.work_ns, UNKNOWN),
        **{f"tokens_{kind}": runs.tokens[kind] for kind in ("input", "output", "cache_read", "reasoning")},
        "cost": runs.cost,
        "retries": retries,
        "cache_hit_rate": runs.cache_rate,
        "node_count": runs.node_count,
    }


RUN_SKETCHES = (
    "run_time",
    "critical_time",
    "waiting_time",
    "tokens_input",
    "tokens_output",
    "tokens_cache_read",
    "tokens_reasoning",
    "cost",
    "retries",
    "cache_hit_rate",
    "node_count",
    "node_time",
)
"""What cells of runs keep sketches of: nanoseconds, tokens, pico-dollars, counts, millionths of a percent."""


def _node_times(runs: RunRows, nodes: NodeRows, keys: Ints) -> Sketches:
    """For each cell of runs the sketch of the times of all their node executions."""
    made = roll_up(runs.keys[nodes.run], {}, {"node_time": nodes.elapsed_ns})
    found = dict(zip(map(tuple, made.keys.tolist()), made.sketches["node_time"], strict=True))
    return [found.get(tuple(key)) for key in keys.tolist()]


def _node_cells(runs: RunRows, nodes: NodeRows, on: Paths) -> Cells:
    around = runs.keys[nodes.run]
    keys = np.column_stack(
        [around[:, : START + 1], nodes.node_key, around[:, START + 1], np.full(len(nodes), WHOLE, np.int64)]
    )
    own = on.repeats == 0
    is_on_path = on.critical_ns >= 0
    numbers = {
        "executions": np.ones(len(nodes), np.int64),
        "succeeded": _is(nodes.status, SUCCEEDED),
        "failed": _is(nodes.status, FAILED),
        "retries": nodes.retries,
        "cache_hits": _is(nodes.is_cached, 1),
        "cache_known": _known(nodes.is_cached),
        "cost_usd": np.where(own, nodes.cost, UNKNOWN),
        "cost_known": (own & (nodes.cost >= 0)).astype(np.int64),
        **{f"{kind}_tokens": np.where(own, nodes.tokens[kind], UNKNOWN) for kind in TOKENS},
        "self_ns": np.where(nodes.elapsed_ns >= 0, np.maximum(nodes.elapsed_ns - on.covered_ns, 0), UNKNOWN),
        "on_path_runs": is_on_path.astype(np.int64),
        "critical_ns": on.critical_ns,
        "input_bytes": nodes.input_bytes,
        "input_bytes_known": _known(nodes.input_bytes),
        "output_bytes": nodes.output_bytes,
        "output_bytes_known": _known(nodes.output_bytes),
        "memory_bytes": nodes.memory_bytes,
        "memory_known": _known(nodes.memory_bytes),
        "memory_max_bytes": nodes.memory_bytes,
    }
    distributions = {"time": nodes.elapsed_ns, "critical": on.critical_ns}
    made = _with_models(keys, nodes.model_key, numbers, distributions)
    of_users = metric_sketches(nodes.measured, keys, made.keys)
    return Cells(made.keys, made.numbers, {**made.sketches, **of_users})


def _with_models(keys: Ints, model_key: Ints, numbers: dict[str, Ints], distributions: dict[str, Ints]) -> Cells:
    """Cells of nodes as wholes, and once more of what each model did for them."""
    called = np.flatnonzero(model_key != WHOLE)
    parts = keys[called]
    parts[:, MODEL] = model_key[called]
    off_path = {"on_path_runs": 0, "critical_ns": UNKNOWN, "critical": UNKNOWN}

    def doubled(columns: dict[str, Ints]) -> dict[str, Ints]:
        return {
            name: np.concatenate(
                [column, np.full(len(called), off_path[name], np.int64) if name in off_path else column[called]]
            )
            for name, column in columns.items()
        }

    return roll_up(np.concatenate([keys, parts]), doubled(numbers), doubled(distributions))


NODE_SKETCHES = ("time", "critical")
"""What cells of nodes keep sketches of, in nanoseconds: times of executions, times on the path per run."""


def _is(values: Ints, code: int) -> Ints:
    is_it: Ints = (values == code).astype(np.int64)
    return is_it


def _known(values: Ints) -> Ints:
    is_known: Ints = (values >= 0).astype(np.int64)
    return is_known
