"""Change points on generated series: ours beside Otava and ruptures, in one run.

    python benchmarks/changepoints.py [--series 60] [--seed 1] [--peers-python PYTHON] [--peers-series 3]

Families: independent noise of 5 and 15 %, noise that follows itself (AR(1), 0.5), 2 % spikes of 1.6 to 4.5 times, and
both; each with 1 to 4 steps of 0.6 to 2.0 times (a fifth at least), and once more without any. Beside them, reported
and without a target: AR(1) of 0.8, a daily season, a drift, missing hours. Peers are installed in an environment of
their own (`pip install apache-otava ruptures`), since Otava pins NumPy; `--peers-python` names its interpreter.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

POINTS, MARGIN, APART, LEAST = 400, 5, 30, 0.2
PEERS_DELAYS = 1
"""Series of each of three families: peers take minutes to look at a series anew for every point that comes."""
NEAR = 15  # while it is new, nobody can say exactly where a step is
Floats = NDArray[np.float64]
Found = Callable[[Floats], list[int]]


@dataclass(frozen=True)
class Family:
    """How a series is made beside its steps."""

    name: str
    cv: float = 0.15
    rho: float = 0.0
    spikes: float = 0.0
    season: float = 0.0
    drift: float = 0.0
    missing: float = 0.0
    is_target: bool = True


FAMILIES = (
    Family("noise 5 %", cv=0.05),
    Family("noise 15 %"),
    Family("AR 0.5", rho=0.5),
    Family("spikes", spikes=0.02),
    Family("AR 0.5 + spikes", rho=0.5, spikes=0.02),
    Family("AR 0.8", rho=0.8, is_target=False),
    Family("daily season", season=0.3, is_target=False),
    Family("drift +30 %", drift=0.3, is_target=False),
    Family("10 % missing", missing=0.1, is_target=False),
)


def series(family: Family, steps: dict[int, float], random: np.random.Generator) -> Floats:
    """One series with these steps: place → ratio."""
    sigma = np.sqrt(np.log1p(family.cv**2))
    shocks = random.normal(0, sigma * np.sqrt(1 - family.rho**2), POINTS)
    noise = np.empty(POINTS)
    noise[0] = random.normal(0, sigma)
    for place in range(1, POINTS):
        noise[place] = family.rho * noise[place - 1] + shocks[place]
    level = np.zeros(POINTS)
    for place, ratio in steps.items():
        level[place:] += np.log(ratio)
    hours = np.arange(POINTS)
    level += family.season * np.sin(2 * np.pi * hours / 24) + np.log1p(family.drift) * hours / POINTS
    values = 2.0 * np.exp(level + noise)
    spiked = random.random(POINTS) < family.spikes
    values[spiked] *= random.uniform(1.6, 4.5, int(spiked.sum()))
    values[random.random(POINTS) < family.missing] = np.nan
    return values


def random_steps(random: np.random.Generator) -> dict[int, float]:
    """One to four steps, at least 30 points apart."""
    while True:
        places = np.sort(random.integers(APART, POINTS - APART, random.integers(1, 5)))
        if np.all(np.diff(places) >= APART):
            break
    return {int(place): _ratio(random) for place in places}


def _ratio(random: np.random.Generator) -> float:
    """Of 0.6 to 2.0 and at least a fifth, so that PELT's figures are about those of the design (F1 0.84 at 8·log n)."""
    while True:
        ratio = float(np.exp(random.uniform(np.log(0.6), np.log(2.0))))
        if abs(ratio - 1) >= LEAST:
            return ratio


def score(found: list[int], true: list[int]) -> tuple[int, int, int]:
    """True positives, false positives, misses; each true step is found once, within the margin."""
    left = list(true)
    hits = 0
    for place in found:
        near = min(left, key=lambda each: abs(each - place), default=None)
        if near is not None and abs(near - place) <= MARGIN:
            left.remove(near)
            hits += 1
    return hits, len(found) - hits, len(left)


def ours(season: int | None) -> Found:
    """Our method."""
    from longpole.analysis.changepoints import changepoints  # noqa: PLC0415 - peers run without it

    return lambda values: [each.index for each in changepoints(values, season=season)]


def _filled(values: Floats) -> Floats:
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(values.size), known, values[known])


def otava(p_value: float, magnitude: float) -> Found:
    """Apache Otava's e-divisive with t-tests."""
    from otava.analysis import compute_change_points  # noqa: PLC0415 - in the peers' environment

    def found(values: Floats) -> list[int]:
        try:
            points, _ = compute_change_points(
                _filled(values), window_len=50, max_pvalue=p_value, min_magnitude=magnitude
            )
        except ValueError:  # of some lengths it makes an empty window
            return found(values[:-1])
        return [int(point.index) for point in points]

    return found


def ruptures_pelt(factor: float) -> Found:
    """PELT of ruptures on logarithms, at so many log(n) times the noise of differences."""
    import ruptures  # noqa: PLC0415 - in the peers' environment

    def found(values: Floats) -> list[int]:
        logs = np.log(_filled(values))
        sigma = float(np.median(np.abs(np.diff(logs)))) / 0.6745 / np.sqrt(2)
        made = ruptures.Pelt(model="l2", min_size=2, jump=1).fit(logs.reshape(-1, 1))
        return [int(each) for each in made.predict(pen=factor * np.log(logs.size) * sigma**2)[:-1]]

    return found


def methods(*, are_peers: bool) -> dict[str, Found]:
    """What is compared."""
    if are_peers:
        return {
            "Otava p=.001": otava(0.001, 0.0),
            "Otava p=1e-5, 5 %": otava(1e-5, 0.05),
            "ruptures PELT 8·log n": ruptures_pelt(8),
        }
    return {"ours": ours(None), "ours, season 24": ours(24)}


def measured(name: str, method: Found, count: int, seed: int, each: int = 12) -> dict[str, object]:
    """F1 by family, false alarms on series without steps, milliseconds a series, delays."""
    by_family, nulls, null_points, spent, done = {}, 0, 0, 0.0, 0
    totals = np.zeros(3, np.int64)
    for number, family in enumerate(FAMILIES):
        random = np.random.default_rng((seed, number))
        counts, false = np.zeros(3, np.int64), 0
        for _ in range(count):
            steps = random_steps(random)
            begun = time.process_time()
            found = method(series(family, steps, random))
            spent, done = spent + time.process_time() - begun, done + 1
            counts += score(found, sorted(steps))
            false += len(method(series(family, {}, random)))
        if family.is_target:
            totals, nulls, null_points = totals + counts, nulls + false, null_points + count * POINTS
        by_family[family.name] = {"f1": f1(counts), "false_per_10k": false / (count * POINTS) * 10_000}
    return {
        "method": name,
        "f1": f1(totals),
        "precision": totals[0] / max(totals[0] + totals[1], 1),
        "recall": totals[0] / max(totals[0] + totals[2], 1),
        "false_per_10k": nulls / null_points * 10_000,
        "ms": spent / done * 1_000,
        "families": by_family,
        "delay": {f"+{round(step * 100 - 100)} %": delay(method, step, seed, each) for step in (1.2, 1.3, 1.5, 2.0)},
    }


def f1(counts: NDArray[np.int64]) -> float:
    """The harmonic mean of precision and recall."""
    hits, false, missed = (int(each) for each in counts)
    return 2 * hits / max(2 * hits + false + missed, 1)


def delay(method: Found, ratio: float, seed: int, each: int = 12, most: int = 60) -> list[float]:
    """Points after a step until it is told (median), and the share that is not told within `most`."""
    waits = []
    for number, family in enumerate((FAMILIES[1], FAMILIES[2], FAMILIES[4])):
        random = np.random.default_rng((seed, 100 + number))
        for _ in range(each):
            values = series(family, {200: ratio}, random)
            waits.append(next(_told(method, values, most), None))
    known = sorted(most + 1 if wait is None else wait for wait in waits)
    return [known[len(known) // 2], sum(wait is None for wait in waits) / len(waits)]


def _told(method: Found, values: Floats, most: int) -> Iterator[int]:
    for after in range(1, most + 1):
        if any(abs(place - 200) <= NEAR for place in method(values[: 200 + after])):
            yield after


def shown(results: list[dict[str, object]]) -> None:
    """The table."""
    print(f"{'':26}{'F1':>7}{'P':>7}{'R':>7}{'false/10k':>11}{'ms':>8}   delay: points (not told in 60)")
    for result in results:
        delays = ", ".join(f"{step}: {wait:.0f} ({missed:.0%})" for step, (wait, missed) in result["delay"].items())
        print(
            f"{result['method']:26}{result['f1']:7.3f}{result['precision']:7.3f}{result['recall']:7.3f}"
            f"{result['false_per_10k']:11.2f}{result['ms']:8.1f}   {delays}"
        )
    print("target                      0.950                       1.00    15.0   +20 %: 15")
    print(f"\n{'F1 (false alarms per 10k points without a step)':50}")
    for family in FAMILIES:
        cells = [result["families"][family.name] for result in results]
        print(f"{family.name:20}" + "".join(f"{cell['f1']:10.3f} ({cell['false_per_10k']:6.2f})" for cell in cells))


def main() -> None:
    """Measure, or (inside the peers' interpreter) measure the peers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=60, help="series of each family")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers-python", help="an interpreter that has apache-otava and ruptures")
    parser.add_argument("--peers-series", type=int, default=3, help="of each family, for peers: they are slow")
    parser.add_argument("--as-peers", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    results = [
        measured(name, method, given.series, given.seed, PEERS_DELAYS if given.as_peers else 12)
        for name, method in methods(are_peers=given.as_peers).items()
    ]
    if given.as_peers:
        json.dump(results, sys.stdout, default=float)
        return
    if given.peers_python:
        command = [given.peers_python, str(Path(__file__)), "--as-peers", "--seed", str(given.seed)]
        told = subprocess.run(
            [*command, "--series", str(given.peers_series)], check=True, capture_output=True, text=True
        )
        results += json.loads(told.stdout)
    shown(results)


if __name__ == "__main__":
    main()
