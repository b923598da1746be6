"""Retries: missing ones, those in vain, waits that are too long or too short, and timeouts beside what succeeds.

Speaks of a cause of failures where other retries, or another timeout, would
change what becomes of it; `error_patterns` speaks of all the rest.

Upstream: `failures.causes`. Downstream: `services.advisor`.
"""

from collections.abc import Iterator

from longpole.advice.failures.causes import failures, recovered_timeouts
from longpole.advice.observations import Observations
from longpole.advice.retries.outcomes import retry_outcomes
from longpole.advice.retries.timeouts import timeout_case
from longpole.advice.retries.waits import long_waits
from longpole.domain.findings import Finding


def retry_patterns(observed: Observations) -> Iterator[Finding]:
    """What is wrong with how the workflow tries again; one finding for each cause."""
    in_vain: set[str] = set()
    timed_out: set[str] = set()
    for cause, finding in retry_outcomes(observed, failures(observed)):
        in_vain.update(finding.affected_nodes if finding.rule in _NO_WAITS else ())
        timed_out.update(finding.affected_nodes if cause.is_timeout else ())
        yield finding
    for cause in recovered_timeouts(observed):
        found = None if cause.node.node_id in timed_out else timeout_case(observed, cause)
        if found is not None:
            yield found
    yield from (finding for finding in long_waits(observed) if not in_vain & set(finding.affected_nodes))


_NO_WAITS = {"retry_patterns.deterministic", "retry_patterns.too_many"}
"""What should not be tried again needs no shorter waits."""
