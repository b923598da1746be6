"""What other retries would do about a cause of failures: start them, end them, make one more, or wait otherwise.

Whoever reports a cause comes here first: what is found here is not also a
finding of `error_patterns`. The first case that is sure speaks; a cause of
which none is sure is left to that rule.

Upstream: `failures.causes`. Downstream: `retry_patterns`, `error_patterns`.
"""

from collections.abc import Callable, Iterator, Sequence

from longpole.advice.failures.causes import Failures
from longpole.advice.observations import Observations
from longpole.advice.retries.less import deterministic, too_many
from longpole.advice.retries.more import backoff_short, missing, too_few
from longpole.advice.retries.timeouts import timeout_case
from longpole.domain.findings import Finding

Case = Callable[[Observations, Failures], Finding | None]
_CASES: tuple[Case, ...] = (deterministic, timeout_case, backoff_short, too_many, too_few, missing)


def retry_outcomes(observed: Observations, causes: Sequence[Failures]) -> Iterator[tuple[Failures, Finding]]:
    """Each cause that other retries would change, with what is found of it; no cause twice."""
    for cause in causes:
        found = next((made for case in _CASES if (made := case(observed, cause)) is not None), None)
        if found is not None:
            yield cause, found
