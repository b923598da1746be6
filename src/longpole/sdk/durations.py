"""How long, as people say it: seconds, or a timedelta.

Upstream: `nodes`. Downstream: the services' hours.
"""

import math
from datetime import timedelta

Duration = float | timedelta
_SECONDS_PER_HOUR = 3_600


def hours(duration: Duration | None, name: str) -> float | None:
    """A duration in hours; None where none was said.

    Raises:
        ValueError: It is negative or endless.
        TypeError: It is no duration.
    """
    if duration is None:
        return None
    if isinstance(duration, timedelta):
        duration = duration.total_seconds()
    if isinstance(duration, bool) or not isinstance(duration, int | float):
        raise TypeError(f"{name} is a number of seconds or a timedelta, not {type(duration).__name__}")
    if not math.isfinite(duration) or duration < 0:
        raise ValueError(f"{name} is 0 or more seconds, got {duration}")
    return duration / _SECONDS_PER_HOUR
