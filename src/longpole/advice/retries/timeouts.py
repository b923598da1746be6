"""A timeout that kills what would have succeeded, or that waits far longer than any success takes.

    successes  ▁▅█▆▃▂▁▁▁|            too short: they run up to the timeout, failures stand at it
    successes  ▁▅█▃▁                 too long: none takes a third of it
    timeouts            |█

Upstream: `failures.causes`. Downstream: `outcomes`.
"""

import numpy as np

from longpole.advice.estimates import failed_share_estimate, improvement, share_words
from longpole.advice.evidence import shown_by, titled
from longpole.advice.failures.causes import Failures
from longpole.advice.failures.worth import ends_many_runs
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import FAILED, NODE_FAILED, NODE_SUCCEEDED, Floats, Ints, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.retries.later_calls import later_calls
from longpole.advice.retries.waste import Waste, waste_estimate
from longpole.analysis.error_kinds import is_timeout
from longpole.analysis.intervals import Interval
from longpole.analysis.retry_figures import TimeoutFigures, timeout_figures
from longpole.domain import amounts
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category

_FAR = 3.0
"""A timeout of three times the p99 of successes kills none of them, and neither would one of twice the p99."""
_ALLOWANCE = 2.0
_NEAR_SHARE = 0.05
_SOON_S = 600.0
_MOST_DRAWN = 2_000
_RESAMPLES = 200


def timeout_case(observed: Observations, cause: Failures) -> Finding | None:
    """What another timeout would change; None where failures are no timeouts, or nothing tells that it is wrong."""
    if not cause.is_timeout:
        return None
    succeeded, failed, owners = _attempt_times(observed, cause)
    found = timeout_figures(succeeded, failed)
    if found is None:
        return None
    if found.success_p99_s * _FAR <= found.at_s:
        return _too_long(observed, cause, found, owners)
    is_cut = found.success_p95_s >= found.at_s / 2 and found.near.low >= _NEAR_SHARE
    fits = found.beyond_once / _FAR <= found.timeouts.ratio <= found.beyond_once * _FAR
    return _too_short(observed, cause, found, (succeeded, failed)) if is_cut and fits else None


def _attempt_times(observed: Observations, cause: Failures) -> tuple[Floats, Floats, Ints]:
    """Seconds of single attempts that succeeded and that timed out, and of which executions the latter are."""
    columns, attempts = observed.executions, observed.attempts
    logged = np.isin(attempts.execution, cause.executions) & (attempts.start_ns >= 0) & (attempts.end_ns >= 0)
    has_log = np.zeros(len(columns), np.bool_)
    has_log[attempts.execution[logged]] = True
    single = cause.executions[~has_log[cause.executions] & (columns.attempts[cause.executions] == 1)]
    own = np.isin(single, cause.places)
    of_log = (attempts.end_ns - attempts.start_ns)[logged] / 1e9
    errors = [at for at, each in enumerate(observed.errors) if is_timeout(each.error_type, each.pattern)]
    is_same = (attempts.status[logged] == NODE_FAILED) & np.isin(attempts.error[logged], errors)
    good = columns.elapsed_ns[single[columns.status[single] == NODE_SUCCEEDED]] / 1e9
    bad = columns.elapsed_ns[single[own]] / 1e9
    succeeded = np.concatenate([good, of_log[attempts.status[logged] == NODE_SUCCEEDED]])
    failed = np.concatenate([bad, of_log[is_same]])
    owners = np.concatenate([single[own], attempts.execution[logged][is_same]])
    is_known = np.isfinite(failed)
    return succeeded[np.isfinite(succeeded) & (succeeded > 0)], failed[is_known], owners[is_known]


def _too_long(observed: Observations, cause: Failures, found: TimeoutFigures, owners: Ints) -> Finding | None:
    enough_s = found.success_p99_s * _ALLOWANCE
    lost = np.bincount(
        observed.executions.run[owners],
        weights=np.full(owners.size, found.at_s - enough_s),
        minlength=len(observed.runs),
    )
    known = np.isfinite(observed.runs.elapsed_ns)
    run_s = observed.runs.elapsed_ns[known] / 1e9
    waste = Waste(np.minimum(lost[known], run_s), run_s, 0.0, None, int(np.unique(owners).size))
    if waste.cautious_share < LEAST_GAIN.share_of_run:
        return None
    low = waste.seconds_per_run.low
    name = titled(cause.node)
    timeout = remedy(observed.engine, Action.TIMEOUT, cause.node, timeout_s=_rounded(enough_s))
    retry = remedy(observed.engine, Action.RETRY, cause.node)
    estimate = waste_estimate(waste)
    at, enough = amounts.duration(found.at_s), amounts.duration(_rounded(enough_s))
    return Finding(
        rule="retry_patterns.timeout_long",
        category=Category.RELIABILITY if ends_many_runs(observed, cause) else Category.PERFORMANCE,
        title=f"{name} waits far longer than any success takes before it gives up",
        description=(
            f"{share_words(found.timeouts)} of the attempts of {name} end in a timeout after {at}, while 99 % of those "
            f"that succeed take no more than {amounts.duration(found.success_p99_s)} (n = "
            f"{found.timeouts.n - found.timeouts.count}). After {enough} an attempt can be given up, and tried again."
        ),
        improvement=improvement(estimate),
        affected_nodes=(cause.node.node_id,),
        gain=Gain(low, waste.cautious_share, failed_run_share=_prevented(observed, cause)),
        estimate=estimate,
        subject=cause.subject,
        steps=timeout.steps + (() if cause.is_retried else retry.steps),
        code_example=timeout.code_example,
        facts={
            "timeout_seconds": found.at_s,
            "enough_seconds": enough_s,
            "success_p99_seconds": found.success_p99_s,
            "timeouts": found.timeouts.count,
            "attempts": found.timeouts.n,
        },
        evidence=(shown_by(observed, "timeouts", observed.executions.run[owners], [cause.node], seconds=found.at_s),),
    )


def _prevented(observed: Observations, cause: Failures) -> float | None:
    """The share of runs that a further attempt would save, as calls soon after a timeout do."""
    if cause.is_retried or not ends_many_runs(observed, cause):
        return None
    again = later_calls(observed, cause.executions, 0.0, _SOON_S)
    return cause.share_of(len(observed.runs)).low * again.low or None


def _too_short(
    observed: Observations, cause: Failures, found: TimeoutFigures, times: tuple[Floats, Floats]
) -> Finding | None:
    helped = _would_succeed(*times)
    failing = cause.share_of(len(observed.runs))
    gain = failing.low * helped.low
    if gain <= 0 or not cause.runs.size:
        return None
    name = titled(cause.node)
    twice = _rounded(2 * found.at_s)
    advice = remedy(observed.engine, Action.TIMEOUT, cause.node, timeout_s=twice)
    estimate = failed_share_estimate(
        int((observed.runs.status == FAILED).sum()), failing, helped, "lognormal of the quicker half, bootstrap"
    )
    return Finding(
        rule="retry_patterns.timeout_short",
        category=Category.RELIABILITY,
        title=f"The timeout of {name} ends calls that would have succeeded",
        description=(
            f"{share_words(found.timeouts)} of the attempts of {name} end at {amounts.duration(found.at_s)}, and "
            f"{share_words(found.near)} of those that succeed take more than half of that: the timeout cuts through "
            f"them. As the others are spread, {amounts.share(helped.value)} of what is cut off would end within twice "
            "the time."
        ),
        improvement=improvement(estimate),
        affected_nodes=(cause.node.node_id,),
        gain=Gain(failed_run_share=gain),
        estimate=estimate,
        subject=cause.subject,
        steps=advice.steps,
        code_example=advice.code_example,
        facts={
            "timeout_seconds": found.at_s,
            "proposed_seconds": twice,
            "success_p95_seconds": found.success_p95_s,
            "timeouts": found.timeouts.count,
            "attempts": found.timeouts.n,
        },
        evidence=(shown_by(observed, "timeouts", cause.runs, [cause.node], seconds=found.at_s),),
    )


def _would_succeed(succeeded: Floats, failed: Floats) -> Interval:
    """Of the timeouts, the share that would end within twice the time: expected, and 95 % bounds."""
    source = np.random.default_rng(0)
    draws = []
    good, bad = succeeded[-_MOST_DRAWN:], failed[-_MOST_DRAWN:]
    for _ in range(_RESAMPLES):
        found = timeout_figures(source.choice(good, good.size), source.choice(bad, bad.size))
        if found is not None and found.beyond_once > 0:
            draws.append(1 - found.beyond_twice / found.beyond_once)
    if not draws:
        return Interval(0.0, 0.0, 0.0)
    low, middle, high = (float(each) for each in np.quantile(draws, (0.025, 0.5, 0.975)))
    return Interval(middle, low, high)


def _rounded(seconds: float) -> float:
    """Two figures."""
    return float(f"{seconds:.2g}")
