"""Streams of questions: when each was asked, what, how long answering took, and whether it failed.

Keys by Zipf's law over arrivals of a log of real requests (Azure, Splitwise,
ISCA 2024) or over bursts of chance; prompt blocks as they came (Mooncake, FAST 2025).
"""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
MINUTE_S, HOUR_S, DAY_S = 60.0, 3_600.0, 86_400.0
BEGIN_NS = 1_790_000_000 * 10**9
_FAILING = 0.02
_BLOCK_S = 0.2


@dataclass(frozen=True, slots=True)
class Stream:
    """A place in every array per question, in order of time.

    Attributes:
        name: What is printed.
        key: Equal numbers are the same question.
        run: Which request asked it.
        ttls_s: The TTLs that tell something on a stream of this length.
    """

    name: str
    key: Ints
    run: Ints
    start_ns: Ints
    took_ns: Ints
    failed: NDArray[np.bool_]
    ttls_s: tuple[float, ...]

    def __len__(self) -> int:
        return int(self.key.size)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When requests came, in seconds from the first, and how long answering each took."""

    name: str
    at_s: NDArray[np.float64]
    took_s: NDArray[np.float64]

    def over(self, days: float) -> "Arrivals":
        """The same, spread over so many days: the same bursts, hours apart."""
        stretched = self.at_s * (days * DAY_S / max(float(self.at_s[-1]), 1.0))
        return Arrivals(f"{self.name}, over {days:g} days", stretched, self.took_s)


def azure(folder: Path) -> Iterator[Arrivals]:
    """The two logs: an hour each. Answering takes 0.2 s and 0.02 s a token."""
    for path in sorted(folder.glob("*.csv.gz")):
        with gzip.open(path, "rt") as file:
            rows = list(csv.DictReader(file))
        at = [datetime.fromisoformat(row["TIMESTAMP"][:26]).timestamp() for row in rows]
        tokens = np.array([int(row["GeneratedTokens"]) for row in rows], dtype=np.float64)
        name = path.name.removesuffix(".csv.gz").rpartition("_")[2]
        yield Arrivals(f"Azure {name}", np.array(at) - at[0], 0.2 + 0.02 * tokens)


def bursts(count: int, seed: int = 3) -> Arrivals:
    """Without a log: an hour in which requests come in bursts."""
    rng = np.random.default_rng(seed)
    gaps = rng.exponential(1.0, count) * np.repeat(rng.gamma(0.4, 2.5, count // 50 + 1), 50)[:count]
    at = np.cumsum(gaps)
    return Arrivals("bursts", at * HOUR_S / at[-1], 0.2 + rng.lognormal(1.0, 0.8, count))


def zipf(arrivals: Arrivals, exponent: float, *, drifts: bool, seed: int = 7) -> Stream:
    """Keys by popularity; where it drifts, what is popular makes way for others, a tenth of them while it lasts."""
    rng = np.random.default_rng(seed)
    n = arrivals.at_s.size
    keys = n // 2
    weights = 1 / np.arange(1, keys + 1) ** exponent
    key = rng.choice(keys, n, p=weights / weights.sum())
    if drifts:
        key = key + (np.arange(n) * keys // (10 * n))
    is_long = arrivals.at_s[-1] > DAY_S
    ttls = (HOUR_S, 6 * HOUR_S, DAY_S, 7 * DAY_S) if is_long else (MINUTE_S, 5 * MINUTE_S, HOUR_S)
    name = f"{arrivals.name}, Zipf {exponent}{', drifting' if drifts else ''}"
    return _stream(name, key, np.arange(n), arrivals, ttls)


def mooncake(folder: Path, most: int) -> Iterator[Stream]:
    """Each request's prompt blocks as questions of one run; and whole requests, which hardly repeat."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as file:
            requests = [json.loads(line) for _, line in zip(range(most), file, strict=False)]
        name = f"Mooncake {path.name.partition('_')[0]}"
        counts = [len(request["hash_ids"]) for request in requests]
        at = np.array([request["timestamp"] / 1_000 for request in requests])
        blocks = np.concatenate([np.array(request["hash_ids"], dtype=np.int64) for request in requests])
        run = np.repeat(np.arange(len(requests)), counts)
        ttls = (MINUTE_S, 5 * MINUTE_S, HOUR_S)
        yield _stream(f"{name}, prefix blocks", blocks, run, Arrivals(name, at[run], np.full(run.size, _BLOCK_S)), ttls)
        whole = np.array([hash(tuple(request["hash_ids"])) for request in requests], dtype=np.int64)
        took = np.array([0.2 + 0.02 * request["output_length"] for request in requests])
        yield _stream(f"{name}, whole requests", whole, np.arange(at.size), Arrivals(name, at, took), (HOUR_S,))


def again(stream: Stream, seed: int) -> Stream:
    """The same questions at the same times, answered another time: other durations, other failures."""
    rng = np.random.default_rng(seed)
    took = stream.took_ns[rng.permutation(len(stream))]
    return Stream(
        stream.name, stream.key, stream.run, stream.start_ns, took, rng.random(len(stream)) < _FAILING, stream.ttls_s
    )


def part(stream: Stream, since: int, until: int) -> Stream:
    """The questions from a place on, up to another."""
    cut = slice(since, until)
    return Stream(
        stream.name, stream.key[cut], stream.run[cut], stream.start_ns[cut], stream.took_ns[cut], stream.failed[cut],
        stream.ttls_s,
    )  # fmt: skip


def _stream(name: str, key: Ints, run: Ints, arrivals: Arrivals, ttls_s: tuple[float, ...]) -> Stream:
    at_s, took_s = arrivals.at_s, arrivals.took_s
    order = np.argsort(at_s, kind="stable")
    failed = np.random.default_rng(11).random(key.size) < _FAILING
    start = BEGIN_NS + np.round(at_s[order] * 1e9).astype(np.int64)
    took = np.round(took_s[order] * 1e9).astype(np.int64)
    return Stream(name, key[order].astype(np.int64), run[order].astype(np.int64), start, took, failed, ttls_s)
