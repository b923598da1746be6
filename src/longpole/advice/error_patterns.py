"""Failures that other retries would not change: what fails, since when, with which inputs, and what it costs.

    deterministic   the error stays: a bug, a wrong setting, an input that cannot work
    transient       the service is away for a while, longer than retries last
    unknown         neither the words nor the inputs tell

A cause that `retry_patterns` speaks of is not told again. A step that merely
holds the one that failed, or was skipped because of it, is not blamed.

Upstream: `failures.causes`, `failures.traits`. Downstream: `services.advisor`.
"""

from collections.abc import Iterator

import numpy as np

from longpole.advice.estimates import failed_share_estimate, improvement, share_words
from longpole.advice.evidence import shown_by, titled
from longpole.advice.failures.causes import Failures, failures
from longpole.advice.failures.traits import Traits, traits
from longpole.advice.failures.worth import ends_many_runs, harms_many_runs
from longpole.advice.observations import FAILED, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action, Remedy
from longpole.advice.retries.findings import quoted
from longpole.advice.retries.outcomes import retry_outcomes
from longpole.analysis.error_kinds import ErrorKind
from longpole.analysis.intervals import Interval
from longpole.analysis.proportions import share
from longpole.domain import amounts
from longpole.domain.findings import Facts, Finding, Gain
from longpole.domain.recommendations import Category

_ALL_OF_THEM = Interval(1.0, 1.0, 1.0)


def error_patterns(observed: Observations) -> Iterator[Finding]:
    """A finding for each cause that is worth looking at, the one first by which the most runs fail."""
    causes = failures(observed)
    spoken_of = {id(cause) for cause, _ in retry_outcomes(observed, causes)}
    for cause in causes:
        if id(cause) in spoken_of:
            continue
        if ends_many_runs(observed, cause):
            yield _finding(observed, cause)
        elif harms_many_runs(observed, cause):
            yield _harm(observed, cause)


def _finding(observed: Observations, cause: Failures) -> Finding:
    found = traits(observed, cause)
    failing = cause.share_of(len(observed.runs))
    failed = int((observed.runs.status == FAILED).sum())
    estimate = failed_share_estimate(failed, failing, _ALL_OF_THEM, "runs that fail by it, counted; Wilson interval")
    advice = _advice(observed, cause, found)
    title = _UNTRIED if _may_pass(cause, found) else _EACH_TIME if _is_each_time(cause) else _TITLES[cause.kind]
    cost, facts = _cost(observed, cause)
    name = titled(cause.node)
    return Finding(
        rule=f"error_patterns.{cause.kind}",
        category=Category.RELIABILITY,
        title=title.format(name=name),
        description=" ".join(
            [
                f"{share_words(failing)} of the runs fail at {name}: {quoted(cause)}.",
                *found.clauses,
                *_of_retries(cause),
                cost,
            ]
        ),
        improvement=improvement(estimate),
        affected_nodes=(cause.node.node_id,),
        gain=Gain(failed_run_share=failing.low),
        estimate=estimate,
        subject=cause.subject,
        steps=(*_of_version(found), *(step for each in advice for step in each.steps)),
        code_example=advice[0].code_example,
        facts={
            "failed_runs": failing.count,
            "runs": failing.n,
            "failures": int(cause.places.size),
            "error": quoted(cause),
            **facts,
            **found.facts,
        },
        evidence=(
            shown_by(observed, "failed_runs", cause.runs, [cause.node], failed_runs=failing.count, of_runs=failing.n),
        ),
    )


_TITLES = {
    ErrorKind.DETERMINISTIC: "{name} fails in a way that does not go away",
    ErrorKind.TRANSIENT: "{name} fails for longer than trying again helps",
    ErrorKind.UNKNOWN: "{name} fails again and again with the same error",
}
_EACH_TIME = "{name} fails every time"
_UNTRIED = "{name} fails with an error that may pass, and is not tried again"


def _is_each_time(cause: Failures) -> bool:
    return cause.places.size == cause.executions.size


def _may_pass(cause: Failures, found: Traits) -> bool:
    """Whether a retry is worth trying, though too little has been seen to say what it would bring."""
    is_open = not cause.is_retried and not found.is_in_rows and not _is_each_time(cause)
    return cause.kind is ErrorKind.TRANSIENT and is_open


def _harm(observed: Observations, cause: Failures) -> Finding:
    found = traits(observed, cause)
    harmed = share(int(cause.harmed.size), len(observed.runs))
    name = titled(cause.node)
    advice = _advice(observed, cause, found)
    return Finding(
        rule=f"error_patterns.{cause.kind}",
        category=Category.RELIABILITY,
        title=f"Runs go on without {name}, which fails",
        description=" ".join(
            [
                f"{name} fails in {share_words(harmed)} of the runs, which end all the same: {quoted(cause)}.",
                *found.clauses,
                "What it would have contributed is missing in them.",
            ]
        ),
        improvement=None,
        affected_nodes=(cause.node.node_id,),
        gain=Gain(),
        subject=cause.subject,
        steps=advice[0].steps,
        code_example=advice[0].code_example,
        facts={"harmed_runs": harmed.count, "runs": harmed.n, "error": quoted(cause), **found.facts},
        evidence=(shown_by(observed, "harmed_runs", cause.harmed, [cause.node], harmed_runs=harmed.count),),
        floor="low",
    )


def _advice(observed: Observations, cause: Failures, found: Traits) -> tuple[Remedy, ...]:
    engine, node = observed.engine, cause.node
    handle = remedy(engine, Action.HANDLE_ERROR, node)
    if cause.is_timeout:
        return remedy(engine, Action.TIMEOUT, node), handle
    if _may_pass(cause, found):
        return remedy(engine, Action.RETRY, node, max_attempts=3, wait_s=1.0), handle
    if cause.kind is ErrorKind.TRANSIENT:
        return (handle,)
    fix = remedy(engine, Action.FIX_ERROR, node, error_type=cause.error.error_type, pattern=cause.said)
    return (fix, handle) if found.is_poisoned or cause.kind is ErrorKind.UNKNOWN else (fix,)


def _of_version(found: Traits) -> Iterator[str]:
    """What came with a version is looked for in it."""
    version = found.facts.get("mostly_version")
    if version is not None:
        yield f"Go back to the version before {version} where you can, and look at what {version} changed."


def _of_retries(cause: Failures) -> Iterator[str]:
    if cause.is_retried:
        yield "It is tried again already, which does not save these runs."


def _cost(observed: Observations, cause: Failures) -> tuple[str, Facts]:
    """What was spent on the runs that failed by it."""
    runs = observed.runs
    elapsed_s = float(np.nansum(runs.elapsed_ns[cause.runs])) / 1e9
    costs = runs.cost_usd[cause.runs]
    words = f"These runs took {amounts.duration(elapsed_s)} in all"
    facts: dict[str, float | int | str | None] = {"failed_runs_seconds": elapsed_s, "failed_runs_usd_per_month": None}
    if np.isfinite(costs).any():
        monthly = observed.per_month(float(np.nansum(costs)))
        facts["failed_runs_usd_per_month"] = monthly
        words += f" and cost {amounts.money(monthly)} a month"
    return words + ".", facts
