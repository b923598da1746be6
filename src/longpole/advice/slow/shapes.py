"""Durations that have a shape of their own: they follow the input, fall into two kinds, or have a long tail.

Upstream: `node_times`, `analysis.drivers`, `analysis.drivers_modes`. Downstream: `causes`.
"""

import numpy as np

from longpole.advice.observations import Floats, Observations
from longpole.advice.slow.cause import BEYOND_CHANCE_Z, Cause, nanoseconds
from longpole.advice.slow.node_times import NodeTimes
from longpole.analysis.drivers import Dependence, contrast, dependence
from longpole.analysis.drivers_modes import round_seconds, slow_mode
from longpole.analysis.drivers_modes import tail as tail_of
from longpole.analysis.proportions import Flags
from longpole.domain import amounts

_LEAST = 50
_LEAST_EXPLAINED = 0.3
_LEAST_SLOPE = 0.4
_LARGE_TIMES = 3.0
_TAIL_TIMES = 4.0
_TAIL_LEAN = 3.0
_SURELY_TIMES = 5.0
"""A lognormal with a deviation of 0.8, which is a lot, has 3.7."""
_COLD_TIMES = 3.0


def large_input(observed: Observations, times: NodeTimes) -> Cause | None:
    """Duration follows the input, and the largest twentieth is several times the usual."""
    found = size_of(observed, times)
    if found is None:
        return None
    what, sizes, grows = found
    known = sizes > 0
    usual, large = (float(each) for each in np.quantile(sizes[known], (0.5, 0.95)))
    if grows.explained < _LEAST_EXPLAINED or grows.low < _LEAST_SLOPE or large < _LARGE_TIMES * usual:
        return None
    bounded = np.where(known, np.minimum(sizes, usual), usual)
    without = times.durations_s * np.where(known, bounded / np.where(known, sizes, usual), 1.0) ** grows.slope
    low, high = 2**grows.low, 2**grows.high
    return Cause(
        case="input",
        title="{name} takes longer the more it is given",
        words=f"Twice the {what} takes {grows.times_for_twice:.2f} times as long "
        f"({low:.2f}–{high:.2f}, n = {grows.n}); "
        f"the size explains {amounts.share(grows.explained)} of the differences. The largest twentieth has "
        f"{amounts.count(large)} or more, half of them have no more than {amounts.count(usual)}.",
        remedy=f"smaller inputs: no more than {amounts.count(usual)} {what} where that is enough",
        slow=times.places[known & (sizes > usual)],
        without_ns=nanoseconds(without),
        facts={
            "times_for_twice_the_input": grows.times_for_twice,
            "explained_ratio": grows.explained,
            "input_median": usual,
            "input_p95": large,
        },
    )


def size_of(observed: Observations, times: NodeTimes) -> tuple[str, Floats, Dependence] | None:
    """Tokens or bytes, whichever explains more."""
    columns = observed.executions
    best: tuple[str, Floats, Dependence] | None = None
    for what, column in (("input tokens", columns.input_tokens), ("bytes of input", columns.input_bytes)):
        sizes = np.nan_to_num(column[times.places])
        found = dependence(sizes, times.durations_s)
        is_enough = found is not None and found.n >= max(_LEAST, times.places.size // 2)
        if found is not None and is_enough and (best is None or found.explained > best[2].explained):
            best = what, sizes, found
    return best


def mode(observed: Observations, times: NodeTimes) -> Cause | None:
    """A slow kind: what starts cold, or waits something out."""
    found = slow_mode(times.durations_s)
    if found is None:
        return None
    slow = times.durations_s > found.threshold
    waited = round_seconds(times.durations_s[slow])
    cold = _is_cold(observed, times, slow)
    words = (
        f"{amounts.share(found.share)} of its executions ({found.slow_n} of {found.n}) are a slow kind of their own: "
        f"{amounts.duration(found.slow_median)} instead of {amounts.duration(found.usual_median)} (medians)."
    )
    if cold:
        words += f" They come after pauses of {amounts.duration(cold)}: it has to start first."
    elif waited is not None:
        words += f" They begin at {amounts.duration(waited)}, as if something was waited for until it was given up."
    first = "keep it warm: a call now and then, or an instance that stays" if cold else "what the slow kind waits for"
    return Cause(
        case="mode",
        title="{name} has a slow kind of executions",
        words=words,
        remedy=first if waited is None or cold else f"what it waits for {amounts.duration(waited)} each time",
        slow=times.places[slow],
        without_ns=nanoseconds(times.durations_s[~slow]),
        facts={
            "slow_share": found.share,
            "slow_median_seconds": found.slow_median,
            "usual_median_seconds": found.usual_median,
            "waited_seconds": waited,
            "pause_before_seconds": cold,
        },
    )


def _is_cold(observed: Observations, times: NodeTimes, slow: Flags) -> float | None:
    """The usual pause before slow executions, in seconds, if it is several times that before the others."""
    starts = observed.executions.start_ns[times.places]
    pauses = np.diff(starts) / 1e9
    beside = contrast(np.maximum(pauses, 1e-6), slow[1:]) if starts[0] >= 0 else None
    is_cold = beside is not None and beside.ratio >= _COLD_TIMES and beside.z >= BEYOND_CHANCE_Z
    return beside.median if beside is not None and is_cold else None


def tail(observed: Observations, times: NodeTimes) -> Cause | None:  # noqa: ARG001 - every look has the same call
    """A long tail of one kind."""
    found = tail_of(times.durations_s)
    if found is None:
        return None
    leans = found.ratio >= _TAIL_TIMES and found.lean >= _TAIL_LEAN
    if not leans and found.surely < _SURELY_TIMES:
        return None
    bound = float(np.quantile(times.durations_s, 0.75))
    slow = times.durations_s > found.p95
    return Cause(
        case="tail",
        title="{name} sometimes takes many times as long as usual",
        words=f"Its p95 is {amounts.duration(found.p95)}, {found.ratio:.1f} times its median of "
        f"{amounts.duration(found.median)} (n = {found.n}), and nothing that is recorded of the inputs explains it.",
        remedy=f"a second call where the first has no answer after {amounts.duration(bound)}, or a timeout and a retry",
        slow=times.places[slow],
        without_ns=nanoseconds(np.minimum(times.durations_s, bound)),
        facts={"p95_seconds": found.p95, "median_seconds": found.median, "p95_over_median": found.ratio},
    )
