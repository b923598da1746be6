"""Waits between attempts that are longer than they need be: runs stand still though the fault has passed.

Speaks where waiting is a part of the runs' time, and calls succeed as often
after a much shorter wait: after the shorter ones of the step's own waits, or
where calls of other runs came that soon after a failure.

Upstream: `observations`, `analysis.what_if`. Downstream: `retry_patterns`.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from longpole.advice.estimates import improvement, replayed, share_words
from longpole.advice.evidence import shown_by, titled
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.node_groups import executions_by_group, node_groups
from longpole.advice.observations import NODE_SUCCEEDED, Ints, NodeInfo, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.retries.later_calls import later_calls
from longpole.advice.what_if_worth import best_shift, gain_of
from longpole.analysis.proportions import Share, difference_z, share
from longpole.analysis.retry_figures import Waits, wait_effect, waits
from longpole.analysis.what_if import what_if
from longpole.domain import amounts
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category
from longpole.domain.what_if import Retries, Shift

_LEAST_WAITS = 15
_LEAST_OWN_WAITS = 12
_PARTS = (0.5, 0.35, 0.2)
_CLEARLY_LONG_S = 5.0
_CLEARLY_MUCH = 0.05
_MOSTLY = 0.5
_SHORTER_S = (0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0)
_LONG = 2.0
"""A wait is too long if half of it does as well."""
_AS_GOOD = 0.1
_BEYOND_CHANCE_Z = 2.0


def long_waits(observed: Observations) -> Iterator[Finding]:
    """A finding for each step of which the waits are too long, the most time first."""
    attempts = observed.attempts
    if not attempts.execution.size:
        return
    group, _ = node_groups(observed)
    pauses = waits(
        attempts.execution,
        attempts.number,
        attempts.start_ns,
        attempts.end_ns,
        attempts.status == NODE_SUCCEEDED,
    )
    of = group[observed.executions.node[pauses.execution]]
    total = float(np.nansum(observed.runs.elapsed_ns))
    spent = np.bincount(of, weights=pauses.wait_ns, minlength=int(group.max(initial=0)) + 1)
    executions = executions_by_group(observed, group)
    for each in np.argsort(-spent, kind="stable").tolist():
        if not total or spent[each] < LEAST_GAIN.share_of_run * total:
            return
        own = of == each
        found = _of_step(observed, pauses.of(own), executions, each) if own.sum() >= _LEAST_WAITS else None
        if found is not None:
            yield found


def _of_step(observed: Observations, pauses: Waits, executions: Mapping[int, Ints], group: int) -> Finding | None:
    wait_s = float(np.mean(pauses.wait_ns)) / 1e9
    enough = _by_own_waits(pauses, wait_s) or _by_other_calls(observed, executions.get(group), wait_s, pauses)
    node = observed.nodes[int(observed.executions.node[pauses.execution[0]])]
    if enough is None:
        return _unproven(observed, node, pauses, wait_s)
    answer = what_if(observed.sample, [Retries(node.node_id, wait_share=enough[0] / wait_s)], graph=observed.graph)
    best = best_shift(answer)
    return None if best is None else _finding(observed, node, pauses, (wait_s, *enough), (*best, answer.n))


def _by_own_waits(pauses: Waits, wait_s: float) -> tuple[float, Share] | None:
    """The shorter ones of the waits, if they are short enough and do as well as the longer ones."""
    for part in _PARTS:
        effect = wait_effect(pauses, _LEAST_OWN_WAITS, part)
        if effect is None or effect.short_ns / 1e9 * _LONG > wait_s:
            continue
        if effect.z <= 1 and effect.short.low >= effect.long.ratio - 2.5 * _AS_GOOD:
            return effect.short_ns / 1e9, effect.short
    return None


def _by_other_calls(
    observed: Observations, executions: Ints | None, wait_s: float, pauses: Waits
) -> tuple[float, Share] | None:
    """The shortest time after which calls of other runs succeed as often as the step's own after its wait."""
    if executions is None:
        return None
    now = float(pauses.succeeded.mean())
    for shorter_s in _SHORTER_S:
        if shorter_s * _LONG > wait_s:
            return None
        again = later_calls(observed, executions, shorter_s / 4, shorter_s)
        as_good = difference_z(int(now * len(pauses)), len(pauses), again.count, again.n) < _BEYOND_CHANCE_Z
        if again.n >= _LEAST_WAITS and as_good and again.low >= now - 2 * _AS_GOOD:
            return shorter_s, again
    return None


def _finding(
    observed: Observations,
    node: NodeInfo,
    pauses: Waits,
    waited: tuple[float, float, Share],
    best: tuple[str, Shift, int],
) -> Finding:
    wait_s, enough_s, again = waited
    statistic, shift, n = best
    estimate = replayed(statistic, shift, n)
    name = titled(node)
    advice = remedy(
        observed.engine, Action.CHANGE_BACKOFF, node, wait_s=round(enough_s, 2), now_wait_s=round(wait_s, 2)
    )
    own = share(int(pauses.succeeded.sum()), len(pauses))
    runs = observed.executions.run[pauses.execution]
    return Finding(
        rule="retry_patterns.backoff_long",
        category=Category.PERFORMANCE,
        title=f"{name} waits longer between attempts than the fault lasts",
        description=(
            f"{name} waits {amounts.duration(wait_s)} before it tries again, and then succeeds in {share_words(own)}. "
            f"Calls up to {amounts.duration(enough_s)} after a failure succeed in {share_words(again)}: the rest "
            "of the wait brings nothing."
        ),
        improvement=improvement(estimate),
        affected_nodes=(node.node_id,),
        gain=gain_of(shift),
        estimate=estimate,
        steps=advice.steps,
        code_example=advice.code_example,
        facts={
            "wait_seconds": wait_s,
            "proposed_wait_seconds": enough_s,
            "waits": len(pauses),
            "shorter_wait_succeeds_ratio": again.ratio,
        },
        evidence=(shown_by(observed, "retry_waits", runs, [node], wait_seconds=wait_s),),
    )


def _unproven(observed: Observations, node: NodeInfo, pauses: Waits, wait_s: float) -> Finding | None:
    """Long waits that mostly end well, with nothing seen in between: where to look, without a promise."""
    own = share(int(pauses.succeeded.sum()), len(pauses))
    of_time = float(pauses.wait_ns.sum()) / max(float(np.nansum(observed.runs.elapsed_ns)), 1.0)
    if wait_s < _CLEARLY_LONG_S or of_time < _CLEARLY_MUCH or own.low < _MOSTLY:
        return None
    name = titled(node)
    advice = remedy(observed.engine, Action.CHANGE_BACKOFF, node, now_wait_s=round(wait_s, 2))
    return Finding(
        rule="retry_patterns.backoff_long",
        category=Category.PERFORMANCE,
        title=f"{name} waits long between attempts",
        description=(
            f"{name} waits {amounts.duration(wait_s)} before it tries again, and then succeeds in {share_words(own)}. "
            f"That is {amounts.share(of_time)} of the runs' time. No call came sooner after a failure, so how soon "
            "one would succeed is not known: try half the wait, and see whether as many succeed."
        ),
        improvement=None,
        affected_nodes=(node.node_id,),
        gain=Gain(),
        steps=advice.steps,
        code_example=advice.code_example,
        facts={"wait_seconds": wait_s, "waits": len(pauses), "share_of_time": of_time},
        evidence=(
            shown_by(observed, "retry_waits", observed.executions.run[pauses.execution], [node], wait_seconds=wait_s),
        ),
        floor="low",
    )
