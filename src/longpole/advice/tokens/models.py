"""A smaller model where the work is small: a difference in price, and the test that must come first.

Upstream: `model_calls`, `analysis.model_prices`. Downstream: `token_usage`.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from longpole.advice.estimates import cost_estimate, improvement
from longpole.advice.evidence import shown_by, titled
from longpole.advice.observations import FAILED, Floats, ModelInfo, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.tokens.model_calls import ModelCalls, by_run, monthly, price, tokens_at
from longpole.analysis.intervals import Interval
from longpole.analysis.model_prices import runs_per_arm, smaller_models
from longpole.domain import amounts
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category

_LEAST_USD = 20.0
"""A month, surely saved: a test is a day's work."""
_MUCH_USD = 200.0
_LEAST_RATIO = 3.0
"""A price at least three times as high: for less nobody should risk answers."""
_SHORT = 64
"""Tokens of output: a label, a number, yes or no."""
_SHARE = 0.1
_EFFECT = 0.05
_MOST_PRICED = 2_000


class _Offer(NamedTuple):
    model: ModelInfo
    is_used: bool
    saved: Interval
    cost: float


def token_models(observed: Observations, calls: ModelCalls, others: Sequence[ModelCalls]) -> Iterator[Finding]:
    """At most one finding: a cheaper model is worth a test for the short answers of this node."""
    output = observed.executions.output_tokens[calls.places]
    output = output[~np.isnan(output)]
    if observed.price_book is None or not output.size or np.percentile(output, 95) > _SHORT:
        return
    offers = [
        offer for model, is_used in _candidates(calls, others) if (offer := _offer(observed, calls, model, is_used))
    ]
    best = max(offers, key=lambda offer: (offer.is_used, offer.saved.low), default=None)
    if best is not None:
        yield _finding(observed, calls, best)


def _candidates(calls: ModelCalls, others: Sequence[ModelCalls]) -> Iterator[tuple[ModelInfo, bool]]:
    """What this workflow really uses for the same type of step, then the next smaller ones of the same family."""
    seen = {calls.model.model}
    for other in others:
        if other.model.model not in seen and other.node.node_type == calls.node.node_type:
            seen.add(other.model.model)
            yield other.model, True
    for name in smaller_models(calls.model.model or "")[:1]:
        if name not in seen:
            yield ModelInfo(name, calls.model.provider), False


def _offer(observed: Observations, calls: ModelCalls, model: ModelInfo, is_used: bool) -> _Offer | None:  # noqa: FBT001 - of two
    places = calls.places[np.linspace(0, calls.places.size - 1, min(calls.places.size, _MOST_PRICED)).astype(int)]
    now, then = [], []
    for place in places.tolist():
        tokens = tokens_at(observed, place)
        paid, other = price(observed, calls.model, tokens), price(observed, model, tokens)
        if paid is None or other is None:
            return None
        now.append(paid)
        then.append(other)
    if sum(now) < _LEAST_RATIO * sum(then) or sum(then) == 0:
        return None
    scale = calls.places.size / places.size
    saved = monthly(observed, by_run(observed, places, (np.array(now) - np.array(then)) * scale))
    cost = sum(now) * scale / len(observed.runs) * observed.runs_per_month
    return _Offer(model, is_used, saved, cost) if saved.low >= _LEAST_USD else None


def _finding(observed: Observations, calls: ModelCalls, offer: _Offer) -> Finding:
    name, n, model = titled(calls.node), int(calls.places.size), amounts.one_line(str(offer.model.model))
    runs = runs_per_arm(_variation(_times(observed)), _EFFECT)
    days = runs / (_SHARE * max(len(observed.runs) / observed.days, 1e-9))
    told = remedy(observed.engine, Action.TRY_MODEL, calls.node, model=model, share=_SHARE, runs_per_arm=runs)
    where = "which this workflow uses already" if offer.is_used else "the next smaller one of its family"
    output = observed.executions.output_tokens[calls.places]
    method = "the same tokens at the other model's price; quality unknown"
    estimate = cost_estimate(offer.cost, offer.saved, method, n)
    return Finding(
        rule="token_usage.model_price",
        category=Category.COST,
        title=f"A cheaper model may be worth a test for the short answers of {name}",
        description=(
            f"{name} calls {amounts.one_line(str(calls.model.model))} ({n:,} calls), and 95 % of its answers have "
            f"{np.nanpercentile(output, 95):,.0f} tokens or fewer. {model}, {where}, would cost "
            f"{amounts.money(offer.saved.value)} a month less ({amounts.bounds(*offer.saved, 'usd')}) for the same "
            f"tokens. Whether its answers are good enough cannot be seen here. A test with {amounts.share(_SHARE)} of "
            f"the traffic needs {runs:,} runs on each side to see a difference of {amounts.share(_EFFECT)}: about "
            f"{days:,.0f} days at the present traffic."
        ),
        improvement=f"{improvement(estimate)}, if a test shows that answers stay good enough",
        affected_nodes=(calls.node.node_id,),
        gain=Gain(),
        estimate=estimate,
        subject=f"{calls.model.model} to {model}",
        steps=told.steps,
        code_example=told.code_example,
        facts={
            "usd_per_month_less": offer.saved.value, "runs_per_arm": runs, "test_share": _SHARE, "test_days": days,
            "calls": n,
        },
        evidence=(
            shown_by(
                observed, "model_price", observed.executions.run[calls.places], (calls.node,), model=calls.model.model,
                other_model=model, n=n,
            ),
        ),
        floor="low" if offer.saved.low >= _MUCH_USD else "info",
    )  # fmt: skip


def _times(observed: Observations) -> Floats:
    """What a test compares: the runs' time, of those that did not fail."""
    taken = observed.runs.elapsed_ns[observed.runs.status != FAILED]
    return np.asarray(taken[~np.isnan(taken)], dtype=np.float64)


def _variation(values: Floats) -> float:
    return float(values.std() / values.mean()) if values.size > 1 and values.mean() > 0 else 1.0
