"""Calls of models by node and model, and what their tokens come to.

A call that a cache served cost nothing, and is none here.

Invariant: places are in order of time; money is per thirty days at the period's rate.

Upstream: `observations`. Downstream: `token_usage` and its parts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from longpole.advice.node_groups import node_groups
from longpole.advice.observations import Floats, Ints, ModelInfo, NodeInfo, Observations
from longpole.analysis.bootstrap import mean_interval
from longpole.analysis.bottlenecks import evenly
from longpole.analysis.intervals import Interval
from longpole.domain.runs import TokenUsage

LEAST_CALLS = 30
_PRICED = 200
_ANSWERS = 4


@dataclass(frozen=True, slots=True, eq=False)
class ModelCalls:
    """The calls that one node made of one model; `places` are those of its executions, in order of time."""

    node: NodeInfo
    model: ModelInfo
    places: Ints


def model_calls(observed: Observations) -> Iterator[ModelCalls]:
    """By node and model, where input tokens are known; at least thirty calls of each."""
    columns = observed.executions
    called = np.flatnonzero((columns.model >= 0) & (columns.is_cached != 1) & (columns.input_tokens > 0))
    if not called.size:
        return
    group, _ = node_groups(observed)
    keys = group[columns.node[called]] * (len(observed.models) + 1) + columns.model[called]
    order = np.lexsort((called, columns.start_ns[called], keys))
    _, first = np.unique(keys[order], return_index=True)
    for places in np.split(called[order], first[1:]):
        if places.size >= LEAST_CALLS:
            node, model = observed.nodes[columns.node[places[0]]], observed.models[columns.model[places[0]]]
            yield ModelCalls(node, model, places)


def price(observed: Observations, model: ModelInfo, tokens: TokenUsage) -> float | None:
    """Dollars of a call with these tokens, at today's prices; None where nobody knows."""
    if observed.price_book is None:
        return None
    found = observed.price_book.cost_usd(model.model, model.provider, tokens, observed.until_ns)
    return None if found is None else float(found)


def tokens_at(observed: Observations, place: int) -> TokenUsage:
    """What one execution used; a kind that is not known is None."""
    columns = observed.executions
    return TokenUsage(
        _known(columns.input_tokens, place),
        _known(columns.output_tokens, place),
        _known(columns.cache_read_tokens, place),
        None,
        _known(columns.reasoning_tokens, place),
    )


def _known(values: Floats, place: int) -> int | None:
    value = values[place]
    return None if np.isnan(value) else int(value)


def monthly(observed: Observations, usd_by_run: Floats) -> Interval:
    """Dollars a month with 95 % bounds, of what each run comes to: runs are drawn again, calls of one run together."""
    return mean_interval(usd_by_run).times(observed.runs_per_month)


def by_run(observed: Observations, places: Ints, values: Floats) -> Floats:
    """The sum of `values` of the executions at `places` for each run; 0 for runs without any."""
    return np.bincount(observed.executions.run[places], values, minlength=len(observed.runs)).astype(np.float64)


def saved_on_input(observed: Observations, calls: ModelCalls, spared: Floats) -> Floats | None:
    """Dollars by call of so many tokens of input less, part of which a cache served; None without prices."""
    columns = observed.executions
    tokens = columns.input_tokens[calls.places]
    size = int(np.median(tokens))
    whole = price(observed, calls.model, TokenUsage(size, 0))
    read = price(observed, calls.model, TokenUsage(size, 0, size))
    if whole is None or read is None or not size:
        return None
    cached = np.clip(np.nan_to_num(columns.cache_read_tokens[calls.places]) / tokens, 0.0, 1.0)
    return np.asarray(spared * (whole * (1 - cached) + read * cached) / size, dtype=np.float64)


def cost_of(observed: Observations, calls: ModelCalls) -> float | None:
    """Dollars a month of these calls at today's prices; None without prices.

    Two hundred calls say what a token costs, and all of them how many there were: calls of one node differ in length.
    """
    size = _size(observed, calls.places)
    some = evenly(calls.places.size, _PRICED)
    paid = [price(observed, calls.model, tokens_at(observed, int(place))) for place in calls.places[some]]
    known = [(usd, tokens) for usd, tokens in zip(paid, size[some].tolist(), strict=True) if usd is not None]
    tokens = sum(tokens for _, tokens in known)
    if not tokens:
        return None
    return observed.per_month(sum(usd for usd, _ in known) / tokens * float(size.sum()))


def _size(observed: Observations, places: Ints) -> Floats:
    """Tokens of calls, those of the answer counted as often as they cost more with most models."""
    columns = observed.executions
    return np.nan_to_num(columns.input_tokens[places]) + _ANSWERS * np.nan_to_num(columns.output_tokens[places])
