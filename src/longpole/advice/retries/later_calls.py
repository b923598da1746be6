"""What calls of a step do that come soon after one of them failed: other runs show what a retry would have met.

Upstream: `observations`. Downstream: `more`, `waits`.
"""

import numpy as np

from longpole.advice.observations import NODE_FAILED, Ints, Observations
from longpole.analysis.error_clusters import passes
from longpole.analysis.proportions import Share


def later_calls(observed: Observations, executions: Ints, after_s: float, within_s: float) -> Share:
    """How often the next call succeeds at its first attempt, that starts so long after the end of a failed attempt.

    Args:
        observed: The workflow.
        executions: Those of the step, in order of time.
        after_s: Seconds after the end of a failed first attempt, not before.
        within_s: Not after.
    """
    columns, attempts = observed.executions, observed.attempts
    elapsed = np.nan_to_num(columns.elapsed_ns).astype(np.int64)
    first = (attempts.number == 1) & (attempts.start_ns >= 0) & (attempts.end_ns >= 0)
    elapsed[attempts.execution[first]] = (attempts.end_ns - attempts.start_ns)[first]
    timed = executions[columns.start_ns[executions] >= 0]
    fails = (columns.status[timed] == NODE_FAILED) | (columns.attempts[timed] > 1)
    until = columns.start_ns[timed[fails]] + elapsed[timed[fails]]
    return passes(until, columns.start_ns[timed], fails, int(after_s * 1e9), int(within_s * 1e9))
