"""Prompts that grow from round to round, and what keeping only the latest rounds would save.

Upstream: `model_calls`. Downstream: `token_usage`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from longpole.advice.estimates import cost_estimate, improvement
from longpole.advice.evidence import shown_by, titled
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import Floats, Ints, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.tokens.model_calls import (
    ModelCalls,
    by_run,
    cost_of,
    monthly,
    saved_on_input,
)
from longpole.analysis.intervals import Interval
from longpole.analysis.prompt_growth import Growth, beyond, growth, rounds_of
from longpole.domain import amounts
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category

_LEAST_RUNS = 10
_MOSTLY = 0.8
_DOUBLES = 1.0
"""By the last round a prompt is at least twice as long as the first one's: less is what answers need."""
_LEAST_SHARE = 0.1
_KEEP = 4
_BREAK_NS = 1_800 * 10**9


@dataclass(frozen=True, slots=True)
class _Over:
    """What prompts grow over, in words."""

    subject: str
    one: str
    many: str


_ROUNDS = _Over("", "round", "runs")
_SESSIONS = _Over("session", "run", "sessions")


def token_growth(observed: Observations, calls: ModelCalls) -> Iterator[Finding]:
    """At most one finding: the prompts of this node grow, over the rounds of a run or over the runs of a session."""
    columns = observed.executions
    run, tokens = columns.run[calls.places], columns.input_tokens[calls.places]
    index = columns.iteration_index[calls.places]
    rounds = index if (index >= 0).all() else rounds_of(run, columns.start_ns[calls.places])
    finding = _grown(observed, calls, tokens, run, rounds, _ROUNDS)
    if finding is None:
        session = sessions_of(observed)[run]
        known = session >= 0
        if known.all():
            turns = rounds_of(session, run)
            finding = _grown(observed, calls, tokens, session, turns, _SESSIONS)
    if finding is not None:
        yield finding


def sessions_of(observed: Observations) -> Ints:
    """For each run the stretch of its user's runs that it is in, without a break of half an hour; -1: nobody's."""
    users, ends = observed.runs.user, observed.runs.end_ns
    order = np.lexsort((ends, users))
    begins = np.ones(users.size, np.bool_)
    begins[1:] = (np.diff(users[order]) != 0) | (np.diff(ends[order]) > _BREAK_NS)
    found = np.empty(users.size, np.int64)
    found[order] = np.cumsum(begins) - 1
    return np.where(users >= 0, found, -1)


def _grown(  # noqa: PLR0917 - all of one node
    observed: Observations, calls: ModelCalls, tokens: Floats, within: Ints, rounds: Ints, over: _Over
) -> Finding | None:
    found = growth(within, rounds, tokens)
    if found is None or found.n < _LEAST_RUNS or not _is_growth(found):
        return None
    spared = beyond(within, rounds, tokens, _kept(found))
    if spared.sum() < _LEAST_SHARE * tokens.sum():
        return None
    saved_usd = saved_on_input(observed, calls, spared)
    if saved_usd is None:
        return None
    saved = monthly(observed, by_run(observed, calls.places, saved_usd))
    return _finding(observed, calls, found, spared, saved, over) if saved.low >= LEAST_GAIN.usd_per_month else None


def _is_growth(found: Growth) -> bool:
    grown = found.low * (found.rounds - 1)
    return found.low > 0 and grown >= _DOUBLES * found.first and found.growing_share >= _MOSTLY


def _kept(found: Growth) -> int:
    """How many rounds are kept: four, or half of what is usual where that is less."""
    return max(1, min(_KEEP, int(found.rounds // 2)))


def _finding(  # noqa: PLR0917 - all of one node
    observed: Observations,
    calls: ModelCalls,
    found: Growth,
    spared: Floats,
    saved: Interval,
    over: _Over,
) -> Finding:
    places, keep = calls.places, _kept(found)
    cost = max(cost_of(observed, calls) or 0.0, saved.value)
    share = float(spared.sum() / observed.executions.input_tokens[places].sum())
    name = titled(calls.node)
    told = remedy(
        observed.engine, Action.SHORTEN_PROMPT, calls.node, keep_turns=keep,
        keep_tokens=max(100, round(found.first + keep * found.per_round, -2)),
    )  # fmt: skip
    method = f"each call as long as {over.one} {keep} of its {over.many[:-1]} at most, bootstrap over runs"
    estimate = cost_estimate(cost, saved, method, len(observed.runs))
    return Finding(
        rule="token_usage.prompt_growth",
        category=Category.COST,
        title=f"The prompt of {name} grows with every {over.one}" + (" of a session" if over.subject else ""),
        description=(
            f"Each {over.one} of {name} sends {found.per_round:,.0f} tokens more than the one before "
            f"({found.low:,.0f}–{found.high:,.0f}, n = {found.n:,} {over.many} of at least three {over.one}s). The "
            f"first {over.one} sends {found.first:,.0f}; half of these {over.many} have {found.rounds:.0f} {over.one}s "
            "or more. "
            f"{amounts.share(share)} of its input tokens are what the latest {keep} {over.one}s do not need."
        ),
        improvement=f"{improvement(estimate)}, if the latest {keep} {over.one}s are enough",
        affected_nodes=(calls.node.node_id,),
        gain=Gain(usd_per_month=saved.low),
        estimate=estimate,
        subject=" ".join(filter(None, (calls.model.model, over.subject))),
        steps=told.steps,
        code_example=told.code_example,
        facts={
            "tokens_per_round": found.per_round, "tokens_per_round_low": found.low, "tokens_per_round_high": found.high,
            "first_round_tokens": found.first, "usual_rounds": found.rounds, "spared_token_share": share,
            "saved_usd_per_month": saved.value, "runs": found.n,
        },
        evidence=(
            shown_by(
                observed, "prompt_growth", _longest(observed, places), (calls.node,),
                tokens_per_round=found.per_round, low=found.low, high=found.high, n=found.n,
            ),
        ),
    )  # fmt: skip


def _longest(observed: Observations, places: Ints) -> Ints:
    """The runs with the most calls."""
    run, often = np.unique(observed.executions.run[places], return_counts=True)
    return np.asarray(run[np.argsort(-often, kind="stable")[:10]], dtype=np.int64)
