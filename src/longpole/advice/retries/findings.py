"""How findings on retries are put: what fails, what that costs, what the change would bring.

Upstream: `failures.causes`, `waste`. Downstream: `more`, `less`, `timeouts`.
"""

from longpole.advice.estimates import failed_share_estimate, improvement, share_words
from longpole.advice.evidence import shown_by, titled
from longpole.advice.failures.causes import Failures
from longpole.advice.failures.worth import ends_many_runs
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import FAILED, Observations
from longpole.advice.retries.waste import Waste, waste_estimate
from longpole.analysis.intervals import Interval
from longpole.analysis.proportions import Share
from longpole.domain import amounts
from longpole.domain.findings import Facts, Finding, Gain
from longpole.domain.recommendations import Category

_LONGEST = 160


def what_fails(observed: Observations, cause: Failures) -> str:
    """A sentence: how many runs, where, with which error."""
    failing = cause.share_of(len(observed.runs))
    return f"{share_words(failing)} of the runs fail at {titled(cause.node)}: {quoted(cause)}."


def quoted(cause: Failures) -> str:
    """What a cause says, on one line."""
    return amounts.one_line(cause.subject, _LONGEST) or "no message"


def spent(waste: Waste) -> str:
    """A sentence: what attempts in vain take."""
    seconds = waste.seconds_per_run
    bounds = f"({amounts.bounds(*seconds, 's')}, n = {waste.run_s.size:,})"
    words = f"Further attempts take {amounts.duration(seconds.value)} per run on average {bounds}"
    if waste.tokens > 0:
        words += f" and {amounts.count(waste.tokens)} tokens in all"
    return words + "."


def reliability(
    observed: Observations,
    cause: Failures,
    *,
    case: str,
    title: str,
    description: str,
    helped: Share,
    method: str,
    steps: tuple[str, ...],
    code: str | None,
    facts: Facts,
) -> Finding:
    """A finding of which the gain is runs that do not fail; `helped` is the share of them that would not."""
    failing = cause.share_of(len(observed.runs))
    failed = int((observed.runs.status == FAILED).sum())
    estimate = failed_share_estimate(failed, failing, Interval(helped.ratio, helped.low, helped.high), method)
    return Finding(
        rule=f"retry_patterns.{case}",
        category=Category.RELIABILITY,
        title=title,
        description=description,
        improvement=improvement(estimate),
        affected_nodes=(cause.node.node_id,),
        gain=Gain(failed_run_share=failing.low * helped.low),
        estimate=estimate,
        subject=cause.subject,
        steps=steps,
        code_example=code,
        facts={"failed_runs": failing.count, "runs": failing.n, "error": quoted(cause), **facts},
        evidence=(shown_by(observed, "failed_runs", cause.runs, [cause.node], failed_runs=failing.count),),
    )


def wasted(
    observed: Observations,
    cause: Failures,
    waste: Waste,
    *,
    case: str,
    title: str,
    description: str,
    steps: tuple[str, ...],
    code: str | None,
    facts: Facts | None = None,
) -> Finding | None:
    """A finding of which the gain is what is spent in vain; None where neither that nor the failures are worth it."""
    failing = cause.share_of(len(observed.runs))
    pays = waste.cautious_share >= LEAST_GAIN.share_of_run or (waste.usd_per_month or 0.0) >= LEAST_GAIN.usd_per_month
    if not pays and not ends_many_runs(observed, cause):
        return None
    estimate = waste_estimate(waste)
    return Finding(
        rule=f"retry_patterns.{case}",
        category=Category.RELIABILITY,
        title=title,
        description=description,
        improvement=improvement(estimate),
        affected_nodes=(cause.node.node_id,),
        gain=Gain(
            seconds_per_run=waste.seconds_per_run.low,
            share_of_run=waste.cautious_share,
            usd_per_month=waste.usd_per_month,
            failed_run_share=failing.low if ends_many_runs(observed, cause) else None,
        ),
        estimate=estimate,
        subject=cause.subject,
        steps=steps,
        code_example=code,
        facts={
            "failed_runs": failing.count,
            "runs": failing.n,
            "error": quoted(cause),
            "executions_retried": waste.executions,
            "wasted_seconds_per_run": waste.seconds_per_run.value,
            "wasted_tokens": waste.tokens,
            **(facts or {}),
        },
        evidence=(shown_by(observed, "retried_in_vain", observed.executions.run[cause.places], [cause.node]),),
    )
