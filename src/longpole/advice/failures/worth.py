"""Whether enough runs fail by a cause to speak of it.

Every workflow fails now and then. What is told is told surely: at the lower
end of the interval, and of five runs at least.

Upstream: `causes`. Downstream: `error_patterns`, `retries.findings`.
"""

from dataclasses import dataclass

from longpole.advice.failures.causes import Failures
from longpole.advice.observations import Observations
from longpole.analysis.error_kinds import ErrorKind
from longpole.analysis.proportions import share


@dataclass(frozen=True, slots=True)
class LeastFailures:
    """From where on failures are told.

    Attributes:
        runs: Fewer may be anything.
        passing_share: Of faults that pass. One run in a hundred is a usual error budget.
        staying_share: Of errors that stay, or of which that is not known: half of it, as they can be mended.
        many: So many runs are worth a look, even of a great many.
        passing_share_of_many, staying_share_of_many: The shares then.
        harmed_share: Of runs that end well without a step that failed: one in fifty.
    """

    runs: int = 5
    passing_share: float = 0.01
    staying_share: float = 0.005
    many: int = 30
    passing_share_of_many: float = 0.005
    staying_share_of_many: float = 0.001
    harmed_share: float = 0.02


LEAST = LeastFailures()


def ends_many_runs(observed: Observations, cause: Failures) -> bool:
    """Enough runs fail by it."""
    failing = cause.share_of(len(observed.runs))
    passes, is_many = cause.kind is ErrorKind.TRANSIENT, failing.count >= LEAST.many
    usual, of_many = (
        (LEAST.passing_share, LEAST.passing_share_of_many)
        if passes
        else (LEAST.staying_share, LEAST.staying_share_of_many)
    )
    return failing.count >= LEAST.runs and failing.low >= (of_many if is_many else usual)


def harms_many_runs(observed: Observations, cause: Failures) -> bool:
    """Runs end well without it, but so many that somebody should know."""
    harmed = share(int(cause.harmed.size), len(observed.runs))
    return harmed.count >= LEAST.runs and harmed.low >= LEAST.harmed_share
