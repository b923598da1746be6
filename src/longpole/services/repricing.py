"""Today's price book on yesterday's runs: what a new price file, or a newer table, says they cost.

What a provider or a caller said it cost stands, for nodes and for runs. Doing
it again changes nothing; stopping half-way leaves every run priced wholly, by
the old book or by the new one.

Upstream: `cli`. Downstream: `pricing`, `store.repricing`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from longpole import runtime
from longpole.domain.runs import NO_TOKENS, RunRecord
from longpole.pricing.book import PriceBook
from longpole.pricing.runs import priced
from longpole.store.recorded_runs import TELEMETRY
from longpole.store.repricing import NodeCost, RunCost, StoredCosts, count_runs, lock_next_runs, write_costs

_RUNS_PER_TRANSACTION = 200

Progress = Callable[[int, int], None]
"""Told how many runs are done, of how many."""


@dataclass(frozen=True, slots=True)
class RepriceResult:
    """How many runs were looked at, how many of them and of their node executions cost something else now.

    `unknown_runs` is how many still have an unknown cost.
    """

    runs: int = 0
    changed_runs: int = 0
    changed_nodes: int = 0
    unknown_runs: int = 0

    def __add__(self, other: "RepriceResult") -> "RepriceResult":
        """Both together."""
        return RepriceResult(
            self.runs + other.runs,
            self.changed_runs + other.changed_runs,
            self.changed_nodes + other.changed_nodes,
            self.unknown_runs + other.unknown_runs,
        )


def reprice(since_ns: int, progress: Progress | None = None) -> RepriceResult:
    """Compute the costs of the runs that count for a time from `since_ns` on anew.

    Args:
        since_ns: Nanoseconds since the epoch: a run counts by its end, else by when it was recorded.
        progress: Called after each transaction.

    Raises:
        StorageUnavailableError: Runs up to the last call of `progress` are done.
    """
    book = runtime.current().price_book
    with runtime.reading() as connection:
        total = count_runs(connection, since_ns)
    result = RepriceResult()
    after_key = -1
    while True:
        with runtime.unit_of_work() as connection:
            stored = lock_next_runs(connection, since_ns, after_key, _RUNS_PER_TRANSACTION)
            if not stored:
                return result
            nodes, runs, outcome = _changes(stored, book)
            write_costs(connection, nodes, runs, runtime.current().clock())
        after_key = stored[-1].run_key
        result += outcome
        if progress is not None:
            progress(result.runs, max(total, result.runs))


def _changes(stored: list[StoredCosts], book: PriceBook) -> tuple[list[NodeCost], list[RunCost], RepriceResult]:
    nodes: list[NodeCost] = []
    runs: list[RunCost] = []
    unknown = 0
    for was in stored:
        now = _repriced(was, book)
        nodes += [
            NodeCost(was.run_key, new.node_execution_id, new.cost_usd, new.cost_source)
            for old, new in zip(was.nodes, now.nodes, strict=True)
            if (old.cost_usd, old.cost_source) != (new.cost_usd, new.cost_source)
        ]
        unknown += now.run.cost_usd is None and now.run.total_tokens_used is not None
        if (was.run.cost_usd, was.run.known_cost_usd) != (now.run.cost_usd, now.run.known_cost_usd):
            runs.append(RunCost(was.run_key, now.run.cost_usd, now.run.known_cost_usd))
    return nodes, runs, RepriceResult(len(stored), len(runs), len(nodes), unknown)


def _repriced(was: StoredCosts, book: PriceBook) -> RunRecord:
    nodes = priced(RunRecord(was.run, was.nodes), book).nodes
    if was.is_reported:
        return RunRecord(was.run, nodes)
    # A total that a caller reported says nothing of who used it; telemetry's is what its spans used.
    asked = was.run if was.run.source == TELEMETRY else replace(was.run, tokens=NO_TOKENS, total_tokens_used=None)
    counted = tuple(node for node in nodes if node.node_execution_id in was.counted)
    run = priced(RunRecord(asked, counted), book).run
    return RunRecord(replace(was.run, cost_usd=run.cost_usd, known_cost_usd=run.known_cost_usd), nodes)
