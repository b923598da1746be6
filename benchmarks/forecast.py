"""Forecasts of generated hourly usage beside the seasonal naive one, and what a month costs.

    python benchmarks/forecast.py [--series 200] [--seed 1] [--peers-python PYTHON]

The generator makes usage with a day and a week, a trend, up to two level shifts, noise that follows itself, missing
points and gaps of hours; 21, 35 or 60 days of it are known, the next 48 hours are asked for. Sums: of some days known,
the next ones are summed, of that generator, of usage that never changes but for noise, and of usage whose level walks
from day to day; the bounds are those of 80 %. `--peers-python` names an interpreter with statsforecast, whose MSTL with
AutoETS then stands beside ours.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HORIZON, DAY, WEEK = 48, 24, 168
Told = tuple[Floats, Floats | None, Floats | None]
"""Middle, low, high."""


def usage(random: np.random.Generator, days: int) -> tuple[Floats, Floats]:
    """Hourly usage as it is known, with gaps, and as it was."""
    count = days * DAY
    hours = np.arange(count)
    phase = 2 * np.pi * (hours % DAY) / DAY
    logs = random.uniform(0.2, 1.0) * np.sin(phase + random.uniform(0, 6))
    logs = logs + random.uniform(0, 0.4) * np.sin(2 * phase + random.uniform(0, 6))
    weekday = hours // DAY % 7
    logs += np.where(weekday >= 5, -random.uniform(0.1, 1.2), 0.0) + 0.1 * random.normal(size=7)[weekday]
    logs += random.uniform(-0.3, 0.6) * hours / count
    for _ in range(int(random.integers(0, 3))):
        logs[int(random.integers(count // 4, count)) :] += np.log(random.choice([0.6, 0.75, 1.3, 1.6]))
    values = random.poisson(random.uniform(20, 2_000) * np.exp(logs + _noise(random, count))).astype(np.float64)
    known = values.copy()
    known[random.random(count) < 0.01] = np.nan
    for _ in range(int(random.integers(0, 3))):
        start = int(random.integers(0, count - 12))
        known[start : start + int(random.integers(3, 12))] = np.nan
    return known, values


def _noise(random: np.random.Generator, count: int) -> Floats:
    sigma, rho = random.uniform(0.08, 0.3), random.uniform(0, 0.7)
    shocks = random.normal(0, sigma * np.sqrt(1 - rho**2), count)
    noise = np.zeros(count)
    for place in range(1, count):
        noise[place] = rho * noise[place - 1] + shocks[place]
    return noise


def ours(known: Floats) -> Told:
    """Our forecast with its 95 % band."""
    from longpole.analysis.forecast import forecast  # noqa: PLC0415 - peers run without it
    from longpole.analysis.forecast_paths import band  # noqa: PLC0415 - the same

    made = forecast(known, HORIZON, (DAY, WEEK))
    assert made is not None
    bounds = band(made)
    return made.values, bounds.low, bounds.high


def naive(known: Floats) -> Told:
    """Tomorrow is as today was."""
    last = _filled(known)[-DAY:]
    return np.tile(last, HORIZON // DAY), None, None


def mstl(known: Floats) -> Told:
    """Statsforecast's MSTL with AutoETS."""
    from statsforecast.models import MSTL, AutoETS  # noqa: PLC0415 - in the peers' environment

    made = MSTL([DAY, WEEK], trend_forecaster=AutoETS(model="ZZN")).forecast(_filled(known), HORIZON, level=[95])
    return made["mean"], made["lo-95"], made["hi-95"]


def _filled(known: Floats) -> Floats:
    there = np.flatnonzero(np.isfinite(known))
    return np.interp(np.arange(known.size), there, known[there])


def measured(name: str, method: Callable[[Floats], Told], count: int, seed: int) -> dict[str, object]:
    """Mean sMAPE and MASE, coverage of the 95 % band, milliseconds a series."""
    random = np.random.default_rng(seed)
    smape, mase, covered, spent = [], [], [], 0.0
    for _ in range(count):
        known, values = usage(random, int(random.choice([21, 35, 60])))
        past, actual = values[:-HORIZON], values[-HORIZON:]
        begun = time.process_time()
        middle, low, high = method(known[:-HORIZON])
        spent += time.process_time() - begun
        error = np.abs(actual - middle)
        smape.append(200 * np.mean(error / (np.abs(actual) + np.abs(middle) + 1e-9)))
        mase.append(np.mean(error) / np.mean(np.abs(past[DAY:] - past[:-DAY])))
        if low is not None and high is not None:
            covered.append(np.mean((actual >= low) & (actual <= high)))
    return {
        "method": name,
        "smape": float(np.mean(smape)),
        "mase": float(np.mean(mase)),
        "coverage": float(np.mean(covered)) if covered else None,
        "ms": spent / count * 1_000,
    }


def calm(random: np.random.Generator, days: int) -> tuple[Floats, Floats]:
    """Usage that stays as it is: a day, a week, noise."""
    return _made(random, np.zeros(days))


def walking(random: np.random.Generator, days: int) -> tuple[Floats, Floats]:
    """Usage whose level goes up and down from day to day, by up to 6 %."""
    return _made(random, np.cumsum(random.normal(0, random.uniform(0, 0.06), days)))


def _made(random: np.random.Generator, levels: Floats) -> tuple[Floats, Floats]:
    hours = np.arange(levels.size * DAY)
    logs = random.uniform(0.2, 1) * np.sin(2 * np.pi * (hours % DAY) / DAY)
    logs += np.where(hours // DAY % 7 >= 5, -random.uniform(0.1, 1.2), 0.0)
    logs += np.repeat(levels, DAY) + random.normal(0, 0.2, hours.size)
    values = random.poisson(random.uniform(20, 2_000) * np.exp(logs)).astype(np.float64)
    return values, values


@dataclass(frozen=True)
class Sums:
    """What is summed: of which usage, how many days of it are known, and how many are to come."""

    name: str
    usage: Callable[[np.random.Generator, int], tuple[Floats, Floats]]
    known: int
    ahead: int


SUMS = (
    Sums("usage", usage, 60, 30),
    Sums("usage", usage, 21, 30),
    Sums("usage", usage, 120, 30),
    Sums("usage", usage, 60, 90),
    Sums("calm", calm, 60, 30),
    Sums("walking", walking, 60, 30),
)


def summed(of: Sums, count: int, seed: int) -> tuple[float, float, float]:
    """Of the sum of the days to come: median error, how often the 80 % bounds held it, their median half width."""
    from longpole.analysis.forecast import forecast  # noqa: PLC0415 - peers run without it
    from longpole.analysis.forecast_paths import sums  # noqa: PLC0415 - the same

    random = np.random.default_rng((seed, 30))
    errors, held, widths = [], [], []
    for number in range(count):
        known, values = of.usage(random, of.known + of.ahead)
        by_day = np.nansum(known.reshape(-1, DAY), 1)[: of.known]
        actual = float(values.reshape(-1, DAY)[of.known :].sum())
        made = forecast(by_day, of.ahead, (7,))
        assert made is not None
        errors.append(abs(float(made.values.sum()) - actual) / actual)
        low, high = np.quantile(sums(made, seed=number), [0.1, 0.9])
        held.append(low <= actual <= high)
        widths.append((high - low) / 2 / actual)
    return float(np.median(errors)), float(np.mean(held)), float(np.median(widths))


def main() -> None:
    """Measure, or (inside the peers' interpreter) measure the peer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers-python", help="an interpreter that has statsforecast")
    parser.add_argument("--as-peer", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.as_peer:
        json.dump([measured("MSTL + AutoETS", mstl, given.series, given.seed)], sys.stdout)
        return
    results = [measured("seasonal naive (24 h)", naive, given.series, given.seed)]
    results.append(measured("ours", ours, given.series, given.seed))
    if given.peers_python:
        command = [given.peers_python, str(Path(__file__)), "--as-peer", "--series", str(given.series)]
        told = subprocess.run([*command, "--seed", str(given.seed)], check=True, capture_output=True, text=True)
        results += json.loads(told.stdout)
    base = results[0]
    print(f"{'':24}{'sMAPE':>8}{'MASE':>8}{'relative':>10}{'coverage':>10}{'ms':>9}")
    for each in results:
        relative = (each["smape"] / base["smape"] + each["mase"] / base["mase"]) / 2
        coverage = "" if each["coverage"] is None else f"{each['coverage']:.1%}"
        row = (
            f"{each['method']:24}{each['smape']:8.2f}{each['mase']:8.3f}{relative:10.3f}{coverage:>10}{each['ms']:9.1f}"
        )
        print(row)
    print(f"{'target':24}{'':16}{0.78:10.3f}{'93-97 %':>10}{10.0:9.1f}")
    print(f"\n{'a sum of days':24}{'known':>8}{'ahead':>8}{'error':>9}{'held':>8}{'width':>9}")
    for of in SUMS:
        error, held, width = summed(of, given.series, given.seed)
        print(f"{of.name:24}{of.known:8}{of.ahead:8}{error:9.1%}{held:8.0%}{width:>8.0%}±")
    print(f"{'target (the first)':24}{'':16}{'10.0%':>9}{'75-88 %':>8}")


if __name__ == "__main__":
    main()
