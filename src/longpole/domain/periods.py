"""Which runs a figure is about: those that ended since a full hour, and those that were given up since."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time; runs count in it by their end, else by when they were recorded.

    Periods begin and end at a full hour, as the cells do that figures are read
    from: the last seven days, asked for at 14:20, begin at 14:00. Where hours are
    no longer kept (after 90 days), they begin with the whole day.

    Attributes:
        since_ns: Runs count from this instant on.
        until_ns: Up to, not including, this one; None: however late (clocks that are ahead count as now).
    """

    since_ns: int
    until_ns: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """What figures are asked for: of which workflow, and of which period, as of when.

    Attributes:
        period: The last `days` days before `now_ns`.
        now_ns: When it is asked, nanoseconds since the epoch.
    """

    app_id: str
    workflow_id: str
    days: int
    period: Period
    now_ns: int
