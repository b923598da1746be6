"""Retries in vain: of errors that stay, and of any after which no attempt has succeeded.

    deterministic   the words say that no further attempt can mend it, and none has
    too_many        whatever it is: after so many attempts none has succeeded any more

Upstream: `failures.causes`. Downstream: `outcomes`.
"""

import numpy as np

from longpole.advice.estimates import share_words
from longpole.advice.evidence import titled
from longpole.advice.failures.causes import Failures
from longpole.advice.failures.worth import LEAST
from longpole.advice.observations import NODE_SUCCEEDED, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.retries.findings import spent, wasted, what_fails
from longpole.advice.retries.waste import waste_after
from longpole.analysis.error_kinds import ErrorKind, http_status
from longpole.analysis.proportions import Share, share
from longpole.analysis.retry_figures import last_worthwhile, success_by_attempt
from longpole.domain.findings import Finding

_RARELY = 0.1


def deterministic(observed: Observations, cause: Failures) -> Finding | None:
    """A fault that stays, and somebody tries again."""
    if cause.kind is not ErrorKind.DETERMINISTIC or not cause.is_retried or cause.places.size < LEAST.runs:
        return None
    recovered = _recovered(observed, cause)
    if recovered.low > _RARELY:
        return None
    waste = waste_after(observed, cause.places, 1)
    name = titled(cause.node)
    status = http_status(cause.subject)
    stop = remedy(observed.engine, Action.STOP_RETRYING, cause.node, error_type=cause.error.error_type, status=status)
    fix = remedy(observed.engine, Action.FIX_ERROR, cause.node, error_type=cause.error.error_type, pattern=cause.said)
    return wasted(
        observed,
        cause,
        waste,
        case="deterministic",
        title=f"{name} is tried again after errors that do not go away",
        description=(
            f"{what_fails(observed, cause)} No further attempt can mend such an error: of the executions that "
            f"met it {share_words(recovered)} ended well. {spent(waste)}"
        ),
        steps=stop.steps + fix.steps,
        code=stop.code_example,
    )


def too_many(observed: Observations, cause: Failures) -> Finding | None:
    """After so many attempts none has succeeded any more."""
    columns = observed.executions
    shares = success_by_attempt(columns.attempts[cause.executions], columns.status[cause.executions] == NODE_SUCCEEDED)
    keep = last_worthwhile(shares)
    if keep is None or not cause.is_retried:
        return None
    later = shares[keep]
    retried = cause.executions[columns.attempts[cause.executions] > keep]
    waste = waste_after(observed, retried, keep)
    name = titled(cause.node)
    advice = remedy(observed.engine, Action.STOP_RETRYING, cause.node, error_type=cause.error.error_type)
    return wasted(
        observed,
        cause,
        waste,
        case="too_many",
        title=f"Further attempts of {name} never succeed",
        description=(
            f"{what_fails(observed, cause)} After attempt {keep}, the next one succeeded in {share_words(later)}. "
            f"{spent(waste)} No more than {keep} {'attempt is' if keep == 1 else 'attempts are'} worth it."
        ),
        steps=(
            *advice.steps,
            f"Try {'once' if keep == 1 else f'{keep} times'} in all, then let the step fail or go on with a default.",
        ),
        code=advice.code_example,
        facts={"worthwhile_attempts": keep},
    )


def _recovered(observed: Observations, cause: Failures) -> Share:
    """Of the executions in which an attempt met the cause's error, those that ended well."""
    columns, attempts = observed.executions, observed.attempts
    errors = np.unique(columns.error[cause.places])
    met = np.unique(attempts.execution[np.isin(attempts.error, errors[errors >= 0])])
    met = np.union1d(met[np.isin(met, cause.executions)], cause.places)
    return share(int((columns.status[met] == NODE_SUCCEEDED).sum()), int(met.size))
