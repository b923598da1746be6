"""Output that nobody reads, answers that were cut off and asked for again, thinking without an answer to show for it.

Upstream: `model_calls`. Downstream: `token_usage`.
"""

from collections.abc import Iterator

import numpy as np

from longpole.advice.estimates import cost_estimate, improvement, share_words
from longpole.advice.evidence import shown_by, titled
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import Floats, Ints, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.tokens.model_calls import ModelCalls, by_run, monthly
from longpole.analysis.proportions import share
from longpole.domain import amounts
from longpole.domain.findings import Finding, Gain
from longpole.domain.graphs import GraphNode, GraphSource, Purity, WorkflowGraph
from longpole.domain.recommendations import Category

_WRITERS = frozenset({"llm", "chain_llm", "parameter_extractor"})
_LEAST_AT_LIMIT = 10
_LEAST_LIMIT = 64
_MOST_AT_LIMIT = 0.6
"""If most answers have one length, that is how long they are."""
_SPIKE = 5.0
_LEAST_REASONING = 0.9
_SHORT_ANSWER = 50
_LEAST_REASONING_USD = 10.0


def token_outputs(observed: Observations, calls: ModelCalls) -> Iterator[Finding]:
    """What is wrong with the output of these calls."""
    yield from _unread(observed, calls)
    yield from _cut_off(observed, calls)
    yield from _reasoning(observed, calls)


def _costs(observed: Observations, places: Ints) -> Floats:
    return np.asarray(np.nan_to_num(observed.executions.cost_usd[places]), dtype=np.float64)


def _unread(observed: Observations, calls: ModelCalls) -> Iterator[Finding]:
    if observed.graph is None or not is_unread(observed.graph, calls.node.node_id):
        return
    usd = by_run(observed, calls.places, _costs(observed, calls.places))
    cost = monthly(observed, usd)
    if cost.low < LEAST_GAIN.usd_per_month:
        return
    name, n = titled(calls.node), int(calls.places.size)
    told = remedy(observed.engine, Action.LIMIT_OUTPUT, calls.node)
    estimate = cost_estimate(cost.value, cost, "what its calls cost, bootstrap over runs", n)
    yield Finding(
        rule="token_usage.unread_output",
        category=Category.COST,
        title=f"No later step reads what {name} writes",
        description=(
            f"By the workflow's graph no step uses the result of {name}, and it does nothing else. It was called {n:,} "
            f"times{_wrote(observed, calls.places)}."
        ),
        improvement=f"{improvement(estimate)} for this step, if it is taken out",
        affected_nodes=(calls.node.node_id,),
        gain=Gain(usd_per_month=cost.low),
        estimate=estimate,
        steps=(f"Check that {name} is there for nothing but its result, and take it out.", *told.steps),
        code_example=told.code_example,
        facts={"calls": n, "usd_per_month": cost.value},
        evidence=(shown_by(observed, "unread_output", observed.executions.run[calls.places], (calls.node,), n=n),),
    )


def _wrote(observed: Observations, places: Ints) -> str:
    output = observed.executions.output_tokens[places]
    known = output[~np.isnan(output)]
    return f" and wrote {known.mean():,.0f} tokens each time" if known.size else ""


def is_unread(graph: WorkflowGraph, node_id: str) -> bool:
    """By a declared graph, nobody can read what the node makes: no step names it, none reads what it does not name.

    Where no step names any other, the graph does not say who reads what.
    """
    node = graph.node(node_id)
    if node is None or graph.source is GraphSource.INFERRED or not _only_writes_text(node):
        return False
    if any(each.has_dynamic_reads for each in graph.nodes) or not any(each.reads for each in graph.nodes):
        return False
    after = [edge for edge in graph.edges if edge.source == node_id]
    if not after or any(edge.branch is not None for edge in after):
        return False  # the last step: its output is the workflow's; or what it says decides where to go
    return not any(node_id in each.reads for each in graph.nodes)


def _only_writes_text(node: GraphNode) -> bool:
    """What it makes is all that it does: an agent and a model with tools may do more."""
    is_plain = node.node_type in _WRITERS and not node.config.get("tools")
    return is_plain and not node.writes and node.purity is not Purity.WRITES


def _cut_off(observed: Observations, calls: ModelCalls) -> Iterator[Finding]:
    columns = observed.executions
    output = columns.output_tokens[calls.places]
    limit = cut_off_at(output)
    if limit is None:
        return
    cut = calls.places[output == limit]
    repeated = cut[_is_repeated(observed, calls.places, cut)]
    if repeated.size < _LEAST_AT_LIMIT:
        return
    wasted = monthly(observed, by_run(observed, repeated, _costs(observed, repeated)))
    if wasted.low < LEAST_GAIN.usd_per_month:
        return
    name, at_limit = titled(calls.node), share(int(cut.size), int(calls.places.size))
    told = remedy(observed.engine, Action.LIMIT_OUTPUT, calls.node, max_tokens=2 * limit)
    cost = monthly(observed, by_run(observed, calls.places, _costs(observed, calls.places)))[0]
    estimate = cost_estimate(cost, wasted, "what the calls cost that were repeated, bootstrap over runs", int(cut.size))
    yield Finding(
        rule="token_usage.cut_off",
        category=Category.COST,
        title=f"Answers of {name} are cut off at a limit, and asked for again",
        description=(
            f"{share_words(at_limit)} of its answers have exactly {limit:,} tokens, hardly any have a few less: "
            "that is its "
            f"limit. {repeated.size:,} of them were followed by another call with the same input in the same run, "
            "so they "
            "were paid for and thrown away."
        ),
        improvement=f"{improvement(estimate)}, if answers are not cut off",
        affected_nodes=(calls.node.node_id,),
        gain=Gain(usd_per_month=wasted.low),
        estimate=estimate,
        subject=calls.model.model or "",
        steps=told.steps,
        code_example=told.code_example,
        facts={"limit_tokens": limit, "cut_off": int(cut.size), "repeated": int(repeated.size)},
        evidence=(
            shown_by(observed, "cut_off", columns.run[repeated], (calls.node,), limit_tokens=limit, n=int(cut.size)),
        ),
    )  # fmt: skip


def cut_off_at(output_tokens: Floats) -> int | None:
    """The length that answers are cut off at: the greatest, often met, and hardly any are just shorter."""
    known = output_tokens[~np.isnan(output_tokens)]
    if not known.size:
        return None
    limit = int(known.max())
    often = int((known == limit).sum())
    nearly = int(((known >= 0.9 * limit) & (known < limit)).sum())
    is_round = limit % 50 == 0 or limit % 64 == 0
    if limit < _LEAST_LIMIT or not is_round or often < _LEAST_AT_LIMIT or often > _MOST_AT_LIMIT * known.size:
        return None
    return limit if often >= _SPIKE * max(nearly / max(0.1 * limit, 1), 0.2) else None


def _is_repeated(observed: Observations, places: Ints, cut: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of `cut` have another call of the same input behind them in their run."""
    columns = observed.executions
    later: dict[tuple[int, int], int] = {}
    for place in places.tolist():
        later[int(columns.run[place]), int(columns.input_fingerprint[place])] = int(columns.start_ns[place])
    return np.array(
        [
            columns.input_fingerprint[place] != 0
            and later[int(columns.run[place]), int(columns.input_fingerprint[place])] > columns.start_ns[place]
            for place in cut
        ],
        dtype=np.bool_,
    )


def _reasoning(observed: Observations, calls: ModelCalls) -> Iterator[Finding]:
    columns = observed.executions
    output, reasoning = columns.output_tokens[calls.places], columns.reasoning_tokens[calls.places]
    known = ~np.isnan(output) & ~np.isnan(reasoning) & (output > 0)
    if known.mean() < 0.9 or not reasoning[known].sum() >= _LEAST_REASONING * output[known].sum():  # noqa: PLR2004 - nearly all
        return
    shown = output[known] - reasoning[known]
    if np.percentile(shown, 95) > _SHORT_ANSWER:
        return
    cost = monthly(observed, by_run(observed, calls.places, _costs(observed, calls.places)))
    if cost.low < _LEAST_REASONING_USD:
        return
    name, n = titled(calls.node), int(known.sum())
    part = float(reasoning[known].sum() / output[known].sum())
    told = remedy(
        observed.engine, Action.TRY_MODEL, calls.node, model=f"{calls.model.model or 'the model'} with less reasoning"
    )
    yield Finding(
        rule="token_usage.reasoning",
        category=Category.COST,
        title=f"{name} thinks much for short answers",
        description=(
            f"{amounts.share(part)} of the output tokens of {name} are reasoning (n = {n:,} calls); half of its "
            f"answers have {np.median(shown):,.0f} tokens or fewer. All its calls come to "
            f"{amounts.money(cost.value)} a month ({amounts.bounds(*cost, 'usd')}). Whether less reasoning is enough, "
            "only a test on a part of the traffic tells."
        ),
        improvement=None,
        affected_nodes=(calls.node.node_id,),
        gain=Gain(),
        subject=calls.model.model or "",
        steps=told.steps,
        code_example=told.code_example,
        facts={"reasoning_share": part, "calls": n, "usd_per_month": cost.value},
        evidence=(
            shown_by(observed, "reasoning", columns.run[calls.places], (calls.node,), n=n, reasoning_share=part),
        ),
        floor="info",
    )
