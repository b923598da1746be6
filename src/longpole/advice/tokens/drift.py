"""Prompts that grow from day to day: a memory that is never cleared, a list that somebody adds to.

A prompt that another version made longer is another matter: that is a step, and no growth.

Upstream: `model_calls`, `analysis.drift`. Downstream: `token_usage`.
"""

from collections.abc import Iterator

import numpy as np

from longpole.advice.estimates import cost_estimate, improvement
from longpole.advice.evidence import shown_by, titled
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.tokens.model_calls import (
    ModelCalls,
    by_run,
    cost_of,
    monthly,
    saved_on_input,
)
from longpole.analysis.drift import Drift, drift
from longpole.analysis.intervals import Interval
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category

_LEAST_CALLS = 100
_LEAST_DAYS = 1.0
_LEAST_FACTOR = 1.5
"""By the lower bound: half as much again within one period is no change of inputs, if it went up all the time."""


def token_drift(observed: Observations, calls: ModelCalls) -> Iterator[Finding]:
    """At most one finding: the prompts of this node became longer all through the period."""
    if calls.places.size < _LEAST_CALLS or observed.days < _LEAST_DAYS:
        return
    tokens = observed.executions.input_tokens[calls.places]
    found = drift(observed.executions.start_ns[calls.places], tokens)
    if found is None or found.factor_low < _LEAST_FACTOR or not found.is_steady:
        return
    saved_usd = saved_on_input(observed, calls, np.maximum(tokens - found.first, 0.0))
    if saved_usd is None:
        return
    saved = monthly(observed, by_run(observed, calls.places, saved_usd))
    if saved.low >= LEAST_GAIN.usd_per_month:
        yield _finding(observed, calls, found, saved)


def _finding(observed: Observations, calls: ModelCalls, found: Drift, saved: Interval) -> Finding:
    name, cost = titled(calls.node), max(cost_of(observed, calls) or 0.0, saved.value)
    told = remedy(observed.engine, Action.SHORTEN_PROMPT, calls.node, keep_tokens=round(found.first))
    newest = observed.executions.run[calls.places[-calls.places.size // 4 :]]
    method = "no call longer than the median of the first quarter, bootstrap over runs"
    estimate = cost_estimate(cost, saved, method, len(observed.runs))
    return Finding(
        rule="token_usage.prompt_drift",
        category=Category.COST,
        title=f"The prompt of {name} grows from day to day",
        description=(
            f"In the first quarter of the period half of the calls of {name} sent {found.first:,.0f} tokens or more, "
            f"in the last quarter {found.last:,.0f}: {found.factor:.1f} times as many ({found.factor_low:.1f}–"
            f"{found.factor_high:.1f}, n = {found.n:,} calls). It went up nearly all the time."
        ),
        improvement=f"{improvement(estimate)}, if prompts are as long as they were in the first quarter",
        affected_nodes=(calls.node.node_id,),
        gain=Gain(usd_per_month=saved.low),
        estimate=estimate,
        subject=calls.model.model or "",
        steps=told.steps,
        code_example=told.code_example,
        facts={
            "first_tokens": found.first, "last_tokens": found.last, "growth": found.factor,
            "growth_low": found.factor_low, "saved_usd_per_month": saved.value, "calls": found.n,
        },
        evidence=(
            shown_by(
                observed, "prompt_drift", newest, (calls.node,),
                first_tokens=found.first, last_tokens=found.last, n=found.n,
            ),
        ),
    )  # fmt: skip
