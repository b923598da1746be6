"""A prompt that takes along all that was said before grows with each round, and each pays for all before it.

    round 1  ████
    round 2  ████░░             each round sends what the rounds before it made;
    round 3  ████░░░░           twenty rounds cost more than two hundred that forget

Growth is looked for within runs: that one run has longer prompts than another says
nothing of rounds.

Invariant: the bounds hold the slope; the same calls in another order give the
same figures.

Upstream: `advice.tokens.growth`. Source: least squares on deviations from each
run's own means (fixed effects), bounds by drawing whole runs again (cluster bootstrap).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_ROUNDS: Final = 3
_RESAMPLES: Final = 400
_BOUNDS: Final = (2.5, 97.5)
_MOST_DRAWN: Final = 2_000
"""Four hundred drawings of so many take some megabytes; of each of a million runs they would take gigabytes."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How prompts grow from round to round.

    Attributes:
        per_round: Tokens more with each round; `low` and `high` are 95 % bounds.
        first: Tokens of the first round, on average.
        rounds: How many rounds half of the runs have at most.
        growing_share: The share (0–1) of runs whose last prompt is at least 1.3 times their first.
        n: Runs of at least three rounds; only these count.
    """

    per_round: float
    low: float
    high: float
    first: float
    rounds: float
    growing_share: float
    n: int


def rounds_of(run: Ints, order: Ints) -> Ints:
    """The round (from 0) of each call in its run, by `order`; equal orders keep their places. O(n log n)."""
    found = np.empty(run.size, np.int64)
    by_run = np.lexsort((np.arange(run.size), order, run))
    _, first, count = np.unique(run[by_run], return_index=True, return_counts=True)
    found[by_run] = np.arange(run.size) - np.repeat(first, count)
    return found


def growth(run: Ints, rounds: Ints, tokens: Floats, seed: int = 0) -> Growth | None:
    """How `tokens` grow with `rounds` (from 0) within each `run`; None without runs of three rounds. O(n log n)."""
    runs, place = np.unique(run, return_inverse=True)
    place = place.ravel()
    last = np.zeros(runs.size, np.int64)
    np.maximum.at(last, place, rounds)
    is_long = last[place] >= LEAST_ROUNDS - 1
    if not is_long.any():
        return None
    runs, place = np.unique(run[is_long], return_inverse=True)
    place, x, y = place.ravel(), rounds[is_long].astype(float), tokens[is_long]
    count = np.bincount(place)
    x_off = x - (np.bincount(place, x) / count)[place]
    y_off = y - (np.bincount(place, y) / count)[place]
    together, spread = np.bincount(place, x_off * y_off), np.bincount(place, x_off * x_off)
    if not spread.sum() > 0:
        return None
    slope = float(together.sum() / spread.sum())
    low, high = _bounds(together.astype(np.float64), spread.astype(np.float64), seed)
    firsts, lasts = _ends(place, x, y)
    return Growth(
        slope, min(low, slope), max(high, slope), float(firsts.mean()),
        float(np.median(last[last >= LEAST_ROUNDS - 1]) + 1), float((lasts >= 1.3 * firsts).mean()), int(runs.size),
    )  # fmt: skip


def _bounds(together: Floats, spread: Floats, seed: int) -> tuple[float, float]:
    """Of the slope, by drawing runs again; of many runs groups of them, which says the same."""
    chance = np.random.default_rng(seed)
    if together.size > _MOST_DRAWN:
        group = chance.permutation(together.size) % _MOST_DRAWN
        together, spread = (np.bincount(group, each).astype(np.float64) for each in (together, spread))
    drawn = chance.multinomial(together.size, np.full(together.size, 1 / together.size), size=_RESAMPLES)
    slopes = (drawn @ together) / np.maximum(drawn @ spread, 1e-12)
    low, high = np.percentile(slopes, _BOUNDS)
    return float(low), float(high)


def _ends(place: Ints, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Of each run the tokens of its first and of its last call."""
    order = np.lexsort((x, place))
    _, first, count = np.unique(place[order], return_index=True, return_counts=True)
    return y[order][first], y[order][first + count - 1]


def beyond(run: Ints, rounds: Ints, tokens: Floats, keep: int) -> Floats:
    """What each call sends more than the call of round `keep` of its run did: what the last `keep` rounds do not need.

    Returns:
        Tokens, 0 and more; 0 for the rounds up to `keep`, and where that round is missing.
    """
    runs, place = np.unique(run, return_inverse=True)
    place = place.ravel()
    at = rounds == keep
    sent = np.bincount(place[at], tokens[at], minlength=runs.size)
    known = np.bincount(place[at], minlength=runs.size)
    limit = np.where(known > 0, sent / np.maximum(known, 1), np.inf)
    return np.where(rounds > keep, np.maximum(tokens - limit[place], 0.0), 0.0)
