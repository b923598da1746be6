"""Steps that make runs long, and why: a cause that the step's own executions show, and what it took without it.

That a step takes the largest part of a run is no finding: one of them always
does. It is one when something tells the slow executions from the others, and
the replay of the runs with what the others really took is surely shorter.

Upstream: `slow.node_times`, `slow.causes`, `waiting.critical_waiting`, `analysis.what_if`.
Downstream: `services.advisor`.
"""

from collections.abc import Iterator

import numpy as np

from longpole.advice.estimates import improvement, replayed
from longpole.advice.evidence import shown_by, titled
from longpole.advice.observations import Observations, SampledRun
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.slow.cause import Cause
from longpole.advice.slow.causes import cause_of
from longpole.advice.slow.node_times import NodeTimes, critical_node_times
from longpole.advice.waiting.critical_waiting import critical_waiting
from longpole.advice.what_if_worth import best_shift, gain_of
from longpole.analysis.bottlenecks import critical_times
from longpole.analysis.what_if import what_if
from longpole.domain import amounts
from longpole.domain.findings import Finding
from longpole.domain.metric_names import metric_name
from longpole.domain.recommendations import Category
from longpole.domain.what_if import OtherDurations, Shift, WhatIf

_SINCE = {"version", "since"}
"""Causes that all runs have from a moment on: only these are replayed."""


def slow_nodes(observed: Observations) -> Iterator[Finding]:
    """A finding for each step with a cause, the one with the most time first; then waiting in which nothing runs."""
    critical = critical_times((run.nodes, run.start_ns, run.end_ns) for run in observed.sample if not run.has_failed)
    for times in critical_node_times(observed, critical):
        cause = cause_of(observed, times)
        found = None if cause is None else _finding(observed, times, cause)
        if found is not None:
            yield found
    yield from critical_waiting(observed)


def _finding(observed: Observations, times: NodeTimes, cause: Cause) -> Finding | None:
    node = times.node
    change = OtherDurations(node.node_id, tuple(cause.without_ns.tolist()))
    answer = what_if(_sample(observed, cause), [change], graph=observed.graph)
    best = best_shift(answer)
    if best is None:
        return None
    statistic, shift = best
    advice = remedy(observed.engine, Action.FASTER_NODE, node, cause=cause.remedy)
    runs = observed.executions.run[cause.slow]
    estimate = replayed(statistic, shift, answer.n)
    return Finding(
        rule=f"slow_nodes.{cause.case}",
        category=Category.PERFORMANCE,
        title=cause.title.format(name=titled(node)),
        description=" ".join(
            (
                f"Of what decides how long runs take, {amounts.share(times.critical_share)} is {titled(node)}.",
                cause.words,
                *_limit(statistic, shift, answer),
            )
        ),
        improvement=improvement(estimate),
        affected_nodes=(node.node_id,),
        gain=gain_of(shift),
        estimate=estimate,
        subject=cause.subject,
        steps=advice.steps,
        code_example=advice.code_example,
        facts={"critical_share": times.critical_share, **cause.facts},
        evidence=(shown_by(observed, "slow_runs", runs, [node], executions=int(cause.slow.size)),),
    )


def _sample(observed: Observations, cause: Cause) -> tuple[SampledRun, ...]:
    if cause.case not in _SINCE:
        return observed.sample
    wanted = set(np.unique(observed.executions.run[cause.slow]).tolist())
    return tuple(run for run in observed.sample if run.place in wanted)


def _limit(statistic: str, shift: Shift, answer: WhatIf) -> Iterator[str]:
    """What no change of the step can exceed."""
    limit = {"p50": answer.limit_p50, "p95": answer.limit_p95}.get(statistic)
    if limit is not None and shift.baseline:
        run = metric_name(f"execution_time_{statistic}")
        yield f"If it took no time at all, the {run} would take {amounts.duration(limit)}."
