"""A figure is told with the bounds within which it may be otherwise.

Upstream: `bootstrap`, `cache_replay_intervals`, rules. Source: none; it only names three numbers.
"""

from typing import NamedTuple


class Interval(NamedTuple):
    """A figure, and 95 % bounds of it."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> "Interval":
        """The same of a figure that is so many times as large."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)

    def off(self, whole: float) -> "Interval":
        """What is left of `whole` without it; never less than nothing."""
        return Interval(*(max(whole - part, 0.0) for part in (self.value, self.high, self.low)))
