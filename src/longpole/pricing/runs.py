"""What a run cost, node by node, and whether all of it is known.

What a provider or client said it cost stands. A node served from a cache cost
nothing. A node that used tokens whose price is unknown has an unknown cost, and
so has its run then: `known_cost_usd` is the part that is known. Where nothing
says that anything was used, there is no cost either, not a cost of 0.

Invariant: a run's known cost is the sum of its nodes' costs, each at the
precision that money is kept with, so the stored parts add up to the stored sum.

Upstream: `assembly` makes the records, `book` knows the prices.
Downstream: `services` store them.
"""

from decimal import Decimal
from typing import cast

from longpole.domain.records import changed, changing
from longpole.domain.runs import NO_TOKENS, CostSource, NodeExecution, Run, RunRecord
from longpole.domain.units import usd
from longpole.pricing.book import PriceBook

_NOTHING = Decimal(0)
_COMPUTED = CostSource.COMPUTED
_with_cost = changing(NodeExecution, "cost_usd", "cost_source")
_with_costs = changing(Run, "cost_usd", "known_cost_usd")


def priced(record: RunRecord, book: PriceBook) -> RunRecord:
    """`record` with the costs of its nodes and of the run.

    Pricing again, with the same book, changes nothing. A cost that the run
    itself reports stands where its nodes say nothing of usage or costs; it is
    not wholly known where the run used more tokens than its nodes did.
    """
    nodes = tuple([_priced_node(node, record.run, book) for node in record.nodes])
    return RunRecord(_priced_run(record.run, nodes), nodes)


def _priced_node(node: NodeExecution, run: Run, book: PriceBook) -> NodeExecution:
    if node.cost_usd is not None and node.cost_source is not _COMPUTED:
        return node if node.cost_source else changed(node, cost_source=CostSource.REPORTED)
    cost = _NOTHING if node.is_cached else _computed(node, run, book)
    source = None if cost is None else _COMPUTED
    if cost == node.cost_usd and source is node.cost_source:
        return node
    return cast("NodeExecution", _with_cost(node, cost, source))


def _computed(node: NodeExecution, run: Run, book: PriceBook) -> Decimal | None:
    tokens = node.tokens
    if tokens.input is None and tokens.output is None:
        return None
    at_ns = node.start_ns or node.end_ns or run.start_ns or run.end_ns or run.recorded_ns
    if at_ns is None:
        return None
    cost = book.cost_usd(node.model, node.provider, tokens, at_ns, node.requested_model)
    return None if cost is None else usd(cost)


def _priced_run(run: Run, nodes: tuple[NodeExecution, ...]) -> Run:
    costs = [node.cost_usd for node in nodes if node.cost_usd is not None]
    users = [node for node in nodes if node.tokens is not NO_TOKENS or node.reported_tokens_used is not None]
    used = [tokens for node in users if (tokens := node.tokens_used) is not None]
    if not costs and not used:
        return run
    known = sum(costs, _NOTHING) if costs else None
    is_whole = all(node.cost_usd is not None or node.tokens_used is None for node in users)
    total = run.tokens.total if run.total_tokens_used is None else run.total_tokens_used
    if (total or 0) > sum(used):
        is_whole = False
    return cast("Run", _with_costs(run, known if is_whole else None, known))
