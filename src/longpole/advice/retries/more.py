"""Retries that are missing, too few, or too early: more of them would have saved runs.

    missing         a fault that passes, and nobody tries again
    backoff_short   tried again before it had passed
    too_few         given up while every other attempt still succeeds

What the next attempt would have done is told by what really happened: the same
input that came again, the next call of the step, the last attempt.

Upstream: `failures.causes`. Downstream: `outcomes`.
"""

import numpy as np

from longpole.advice.estimates import share_words
from longpole.advice.evidence import titled
from longpole.advice.failures.causes import Failures
from longpole.advice.failures.worth import LEAST, ends_many_runs
from longpole.advice.observations import NODE_FAILED, NODE_SUCCEEDED, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.retries.findings import reliability, what_fails
from longpole.advice.retries.later_calls import later_calls
from longpole.analysis.error_kinds import ErrorKind
from longpole.analysis.proportions import Share, clustering_z, share
from longpole.analysis.retry_figures import success_by_attempt, wait_effect, waits
from longpole.domain import amounts
from longpole.domain.findings import Finding

_MOSTLY = 0.5
_NEARLY_HALF = 0.4
_BEYOND_CHANCE_Z = 4.0
_IN_ROWS_Z = 3.0
_LEAST_CALLS = 20
_SOON_S = 600.0
"""What a call ten minutes later does says nothing of a retry."""
_WAITS_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


def missing(observed: Observations, cause: Failures) -> Finding | None:
    """A fault that passes, each on its own, and nobody tries again."""
    if cause.kind is not ErrorKind.TRANSIENT or cause.is_retried or not ends_many_runs(observed, cause):
        return None
    again, how = _next_try(observed, cause)
    if again is None or again.low < _MOSTLY:
        return None
    name = titled(cause.node)
    advice = remedy(observed.engine, Action.RETRY, cause.node, max_attempts=3, wait_s=1.0)
    return reliability(
        observed,
        cause,
        case="missing",
        title=f"{name} gives up at the first fault that would have passed",
        description=(
            f"{what_fails(observed, cause)} Nothing tries again, though {how}: {share_words(again)}. One more attempt "
            "would have saved most of these runs."
        ),
        helped=again,
        method=f"one more attempt succeeds as {how}, Wilson interval",
        steps=advice.steps,
        code=advice.code_example,
        facts={"next_try_succeeds_ratio": again.ratio, "next_tries": again.n},
    )


def too_few(observed: Observations, cause: Failures) -> Finding | None:
    """Given up while every other attempt still succeeds."""
    columns = observed.executions
    if cause.kind is ErrorKind.DETERMINISTIC or not cause.is_retried or not ends_many_runs(observed, cause):
        return None
    shares = success_by_attempt(columns.attempts[cause.executions], columns.status[cause.executions] == NODE_SUCCEEDED)
    most = int(np.median(columns.attempts[cause.places]))
    if most > len(shares) or shares[most - 1].n < 3 * LEAST.runs or shares[most - 1].low < _NEARLY_HALF:
        return None
    last = shares[most - 1]
    name = titled(cause.node)
    advice = remedy(observed.engine, Action.RETRY, cause.node, max_attempts=most + 1)
    return reliability(
        observed,
        cause,
        case="too_few",
        title=f"One more attempt of {name} would often succeed",
        description=(
            f"{what_fails(observed, cause)} It is given up after {most} attempts, though the last of them still "
            f"succeeds in {share_words(last)}: one more would as well."
        ),
        helped=last,
        method="one more attempt succeeds as the last one does, Wilson interval",
        steps=advice.steps,
        code=advice.code_example,
        facts={"attempts_now": most, "last_attempt_succeeds_ratio": last.ratio},
    )


def backoff_short(observed: Observations, cause: Failures) -> Finding | None:
    """Tried again before it had passed."""
    if cause.kind is ErrorKind.DETERMINISTIC or not cause.is_retried or not ends_many_runs(observed, cause):
        return None
    attempts = observed.attempts
    own = np.isin(attempts.execution, cause.executions)
    pauses = waits(
        attempts.execution[own],
        attempts.number[own],
        attempts.start_ns[own],
        attempts.end_ns[own],
        attempts.status[own] == NODE_SUCCEEDED,
    )
    if len(pauses) < 3 * LEAST.runs:
        return None
    now = share(int(pauses.succeeded.sum()), len(pauses))
    now_s = float(np.median(pauses.wait_ns)) / 1e9
    found = _longer_wait(observed, cause, now, now_s) if cause.kind is ErrorKind.TRANSIENT else None
    effect = wait_effect(pauses)
    if effect is not None and effect.z >= _BEYOND_CHANCE_Z and effect.long.low >= effect.short.high:
        now, now_s, found = effect.short, effect.short_ns / 1e9, (effect.long_ns / 1e9, effect.long)
    if found is None:
        return None
    wait_s, again = found
    name = titled(cause.node)
    advice = remedy(observed.engine, Action.CHANGE_BACKOFF, cause.node, wait_s=wait_s, now_wait_s=round(now_s, 3))
    return reliability(
        observed,
        cause,
        case="backoff_short",
        title=f"{name} is tried again before the fault has passed",
        description=(
            f"{what_fails(observed, cause)} After a wait of {amounts.duration(now_s)} the next attempt succeeds in "
            f"{share_words(now)}; {amounts.duration(wait_s)} after a failure, calls succeed in {share_words(again)}."
        ),
        helped=again,
        method=f"calls {amounts.duration(wait_s)} after a failure, Wilson interval",
        steps=advice.steps,
        code=advice.code_example,
        facts={"now_wait_seconds": now_s, "proposed_wait_seconds": wait_s, "longer_wait_succeeds_ratio": again.ratio},
    )


def _longer_wait(observed: Observations, cause: Failures, now: Share, now_s: float) -> tuple[float, Share] | None:
    """The shortest wait after which calls of the step, also those of other runs, succeed far more often than now."""
    for wait_s in _WAITS_S:
        if wait_s < 2 * now_s:
            continue
        again = later_calls(observed, cause.executions, wait_s, 4 * wait_s)
        if again.n >= 3 * LEAST.runs and again.low >= max(_MOSTLY, now.high + 0.1):
            return wait_s, again
    return None


def _next_try(observed: Observations, cause: Failures) -> tuple[Share | None, str]:
    """What tells that the next try succeeds, best first: the same input, the next call, faults that come one by one."""
    if cause.repeats.passed.n >= 2 * LEAST.runs:
        return cause.repeats.passed, "the same input succeeds when it comes again"
    soon = later_calls(observed, cause.executions, 1.0, _SOON_S)
    if soon.n >= _LEAST_CALLS:
        return soon, "the next call, a second to ten minutes later, succeeds"
    failed = observed.executions.status[cause.executions] == NODE_FAILED
    if clustering_z(failed) < _IN_ROWS_Z and failed.size >= 10 * LEAST.runs:
        return share(int((~failed).sum()), int(failed.size)), "the faults come one by one, and calls succeed"
    return None, ""
