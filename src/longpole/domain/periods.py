"""Which runs a figure is about: those that ended since an instant, and what has fallen silent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, and when a run without an end counts in it.

    Attributes:
        since_ns: Runs count from this instant on, by their end, else by when they were recorded.
        until_ns: Up to, not including, this one; None: however late (clocks that are ahead count as now).
        silent_before_ns: Runs without an end count, as partial, if nothing was heard of them since then.
    """

    since_ns: int
    until_ns: int | None
    silent_before_ns: int
