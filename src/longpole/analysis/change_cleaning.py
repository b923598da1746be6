"""A series without what is no step: spikes clipped, the profile of the day and that of the week taken out.

A spike is a point far from the median of its neighbours; it is moved to the
edge of what is usual, not removed, so that three of them in a row still count.
A profile is taken out only if it explains enough: of noise, any profile
explains a part.

Upstream: `changepoints`. Source: winsorising against a running median (Hampel's identifier, 1974).
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_WINDOW = 9
_CLIP = 3.0
_MAD_OF_NORMAL = 0.6745
_LEAST_DAYS, _LEAST_WEEKS = 4, 3
_DAYS_KNOWN = 0.8
_LEAST_EXPLAINED = 0.25


def cleaned(logs: Floats, places: Ints, season: int | None) -> Floats:
    """The logarithms of known points, clipped and without the season.

    Args:
        logs: float64 of shape (n,).
        places: The unit of time of each, ascending.
        season: After so many units a profile may repeat.
    """
    clipped = _clipped(logs)
    if season is None or places[-1] - places[0] < _LEAST_DAYS * season:
        return clipped
    profile = _profile(clipped, places % season, season)
    if profile is None:
        return clipped
    return _clipped(logs - profile[places % season])


def week_of(logs: Floats, places: Ints, per_day: int, first_weekday: int = 0) -> Floats:
    """What each point owes to its day of the week; zeros where there is no such pattern, or too few weeks to know.

    Args:
        logs: float64 of shape (n,), without the profile of the day or with it.
        places: The unit of time of each, ascending.
        per_day: So many units are a day.
        first_weekday: Of the day that unit 0 is in, 0 to 6.
    """
    days = places // per_day
    known, of_day = np.unique(days, return_inverse=True)
    if known.size < _LEAST_WEEKS * 7 - 1 or known.size < _DAYS_KNOWN * (known[-1] - known[0] + 1):
        return np.zeros(logs.size)
    medians = np.array([np.median(logs[of_day == day]) for day in range(known.size)])
    every = np.arange(known[0], known[-1] + 1)
    profile = _profile(np.interp(every, known, medians), (every + first_weekday) % 7, 7)
    return np.zeros(logs.size) if profile is None else profile[(days + first_weekday) % 7]


def _clipped(logs: Floats) -> Floats:
    middle = _running_median(logs)
    rest = logs - middle
    spread = float(np.median(np.abs(rest))) / _MAD_OF_NORMAL
    return middle + np.clip(rest, -_CLIP * spread, _CLIP * spread) if spread > 0 else logs


def _running_median(logs: Floats) -> Floats:
    width = min(_WINDOW, logs.size - 1 + logs.size % 2)
    half = width // 2
    padded = np.pad(logs, half, mode="reflect") if logs.size > half else logs
    return np.asarray(np.median(sliding_window_view(padded, 2 * half + 1), axis=1))


def _profile(clipped: Floats, phase: Ints, season: int) -> Floats | None:
    """The median of each hour beside the level of its day; None if it explains too little of what varies."""
    day = np.convolve(np.pad(clipped, season // 2, mode="reflect"), np.ones(season) / season, mode="same")
    rest = clipped - day[season // 2 : season // 2 + clipped.size]
    profile = np.array([np.median(rest[phase == hour]) if (phase == hour).any() else 0.0 for hour in range(season)])
    profile -= profile.mean()
    left = rest - profile[phase]
    spread, kept = (float(np.median(np.abs(each))) for each in (rest, left))
    return profile if spread > 0 and 1 - (kept / spread) ** 2 >= _LEAST_EXPLAINED else None
