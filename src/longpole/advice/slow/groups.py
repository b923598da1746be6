"""Groups of executions that take longer than the others: of a version, from a moment on, of a model, a user, an hour.

Upstream: `node_times`, `analysis.drivers`. Downstream: `causes`.
"""

import numpy as np

from longpole.advice.observations import Floats, Ints, Observations
from longpole.advice.slow.cause import BEYOND_CHANCE_Z, LEAST_GROUP, Cause, nanoseconds
from longpole.advice.slow.node_times import NodeTimes
from longpole.advice.slow.shapes import size_of
from longpole.analysis.drivers import Contrast, contrast, onset
from longpole.analysis.proportions import Flags
from longpole.domain import amounts
from longpole.domain.findings import Facts
from longpole.domain.units import NS_PER_DAY, NS_PER_HOUR, instant

_LEAST_TIMES = 1.25
"""A quarter longer: less is within what load and luck do from day to day."""
_LEAST_TIMES_OF_HOURS = 2.0
"""Services take some half longer at their busy hours, every day: that is no news."""
_LEAST_HOUR = 10
_LEAST_DAYS = 3
_MOST_DAYS = 0.7
_EXPLAINS_NOTHING = 0.1
_HOURS = 24


def version(observed: Observations, times: NodeTimes) -> Cause | None:
    """The newest version beside the one that was there before it."""
    codes = observed.runs.version[observed.executions.run[times.places]]
    names, first = np.unique(codes[codes >= 0], return_index=True)
    often = [int((codes == code).sum()) for code in names]
    ordered = [
        code for _, code, n in sorted(zip(first.tolist(), names.tolist(), often, strict=True)) if n >= LEAST_GROUP
    ]
    if len(ordered) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    old, new = ordered[-2:]
    both = np.isin(codes, (old, new))
    beside = contrast(times.durations_s[both], codes[both] == new)
    if not _is_slower(beside):
        return None
    was, now = (amounts.name(observed.versions[code]) for code in (old, new))
    return Cause(
        case="version",
        subject=observed.versions[new],
        title="{name} takes longer in the newest version",
        words=f"Since version {now} it takes {_beside(beside)} with version {was}. The two ran one after the other: "
        "other things may have changed as well.",
        remedy=f"what version {now} changed in it",
        slow=times.places[codes == new],
        without_ns=nanoseconds(times.durations_s[codes == old]),
        facts={"version": now, "version_before": was, **_figures(beside)},
    )


def since(observed: Observations, times: NodeTimes) -> Cause | None:
    """From a moment on, a day at least on both sides, so that an hour of the day is not taken for a change."""
    starts = observed.executions.start_ns[times.places]
    if starts[0] < 0 or starts[-1] - starts[0] < 2 * NS_PER_DAY:
        return None
    found = onset(times.durations_s, LEAST_GROUP)
    if found is None or not _is_slower(found.contrast):
        return None
    at = int(starts[found.at])
    if min(at - starts[0], starts[-1] - at) < NS_PER_DAY:
        return None
    moment = amounts.moment(instant(at))
    return Cause(
        case="since",
        title="{name} takes longer than it did before",
        words=f"Since {moment} it takes {_beside(found.contrast)} before.",
        remedy="what changed at that time: its service, its data, its load",
        slow=times.places[found.at :],
        without_ns=nanoseconds(times.durations_s[: found.at]),
        facts={"since": moment, **_figures(found.contrast)},
    )


def model(observed: Observations, times: NodeTimes) -> Cause | None:
    """The slowest model beside the quickest, for inputs of one size."""
    codes = observed.executions.model[times.places]
    groups = [int(code) for code in np.unique(codes[codes >= 0]) if (codes == code).sum() >= LEAST_GROUP]
    if len(groups) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    alike = _for_one_size(observed, times)
    medians = {code: float(np.median(alike[codes == code])) for code in groups}
    slow = max(groups, key=lambda code: (medians[code], code))
    quick = min(groups, key=lambda code: (medians[code], code))
    both = np.isin(codes, (slow, quick))
    beside = contrast(alike[both], codes[both] == slow)
    if not _is_slower(beside):
        return None
    slow_name, quick_name = (amounts.name(f"{observed.models[code].model}") for code in (slow, quick))
    return Cause(
        case="model",
        subject=f"{observed.models[slow].model}",
        title="{name} takes longer with one of its models",
        words=f"With {slow_name} it takes {_beside(beside)} with {quick_name}, for inputs of one size.",
        remedy=f"{quick_name} instead of {slow_name}, after comparing what they answer",
        slow=times.places[codes == slow],
        without_ns=nanoseconds(times.durations_s[codes == quick]),
        facts={"model": slow_name, "quicker_model": quick_name, **_figures(beside)},
    )


def _for_one_size(observed: Observations, times: NodeTimes) -> Floats:
    """Durations as they would be for inputs of the median size."""
    found = size_of(observed, times)
    if found is None or found[2].explained < _EXPLAINS_NOTHING:
        return times.durations_s
    _, sizes, grows = found
    usual = float(np.median(sizes[sizes > 0]))
    made: Floats = times.durations_s * (usual / np.where(sizes > 0, sizes, usual)) ** grows.slope
    return made


def user(observed: Observations, times: NodeTimes) -> Cause | None:
    """The user whose executions take longest, for inputs of any size."""
    codes = observed.runs.user[observed.executions.run[times.places]]
    code = _slowest_group(codes, times)
    beside = None if code is None else contrast(times.durations_s, codes == code)
    if code is None or beside is None or not _is_slower(beside, times_longer=2 * _LEAST_TIMES - 1):
        return None
    user = amounts.name(observed.users[code])
    return Cause(
        case="user",
        subject=observed.users[code],
        title="{name} takes longer for one user",
        words=f"For user {user} it takes {_beside(beside)} for others, and the size of the input does not explain it.",
        remedy=f"what this user's data or settings have that others' have not ({user})",
        slow=times.places[codes == code],
        without_ns=_mixed(times, codes == code),
        facts={"user": user, **_figures(beside)},
    )


def hour(observed: Observations, times: NodeTimes) -> Cause | None:
    """Some hours of the day, on each of three days or more."""
    starts = observed.executions.start_ns[times.places]
    hours, days = (starts // NS_PER_HOUR) % _HOURS, starts // NS_PER_DAY
    overall = float(np.median(times.durations_s))
    medians = np.zeros(_HOURS)
    for hour in np.flatnonzero(np.bincount(hours, minlength=_HOURS) >= _LEAST_HOUR).tolist():
        medians[hour] = np.median(times.durations_s[hours == hour])
    busy = np.isin(hours, np.flatnonzero(medians > _LEAST_TIMES * overall))
    beside = contrast(times.durations_s, busy)
    if beside is None or not _is_slower(beside, times_longer=_LEAST_TIMES_OF_HOURS) or beside.n < LEAST_GROUP:
        return None
    slow_days = [
        day
        for day in np.unique(days[busy]).tolist()
        if np.median(times.durations_s[busy & (days == day)]) > _LEAST_TIMES * beside.other_median
    ]
    if len(slow_days) < max(_LEAST_DAYS, _MOST_DAYS * np.unique(days[busy]).size):
        return None
    names = ", ".join(f"{hour}:00" for hour in np.unique(hours[busy]).tolist())
    return Cause(
        case="hour",
        title="{name} takes longer at some hours of the day",
        words=f"In the UTC hours {names} it takes {_beside(beside)} at others, on {len(slow_days)} days.",
        remedy="more room at these hours, or work that can wait moved out of them",
        slow=times.places[busy],
        without_ns=_mixed(times, busy),
        facts={"hours": names, "days": len(slow_days), **_figures(beside)},
    )


def _slowest_group(codes: Ints, times: NodeTimes) -> int | None:
    found, often = np.unique(codes[codes >= 0], return_counts=True)
    groups = [int(code) for code, n in zip(found, often, strict=True) if n >= LEAST_GROUP]
    medians = {code: float(np.median(times.durations_s[codes == code])) for code in groups}
    return max(groups, key=lambda code: (medians[code], -code), default=None)


def _is_slower(beside: Contrast | None, times_longer: float = _LEAST_TIMES) -> bool:
    return (
        beside is not None
        and min(beside.n, beside.other_n) >= LEAST_GROUP
        and beside.z >= BEYOND_CHANCE_Z
        and beside.ratio >= times_longer
        and beside.low >= 1 + (times_longer - 1) / 2
    )


def _beside(beside: Contrast | None) -> str:
    """`2.10 s (median of 200), 1.80 times (1.60–2.05) the 1.17 s (of 180)`."""
    assert beside is not None
    return (
        f"{amounts.duration(beside.median)} (median of {beside.n}), {beside.ratio:.2f} times ({beside.low:.2f}–"
        f"{beside.high:.2f}) the {amounts.duration(beside.other_median)} (of {beside.other_n}) it took"
    )


def _figures(beside: Contrast | None) -> Facts:
    assert beside is not None
    return {
        "median_seconds": beside.median,
        "other_median_seconds": beside.other_median,
        "times_as_long": beside.ratio,
        "executions": beside.n,
        "other_executions": beside.other_n,
    }


def _mixed(times: NodeTimes, slow: Flags) -> Ints:
    """All executions, if those of the group were as the others are."""
    return nanoseconds(times.durations_s[~slow])
