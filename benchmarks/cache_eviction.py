"""How many of the producers' seconds a small cache saves, by what it gives up when it is full.

    uv run python benchmarks/cache_eviction.py --azure AzureLLMInferenceTrace_conv.csv.gz [--mooncake TRACE.jsonl.gz]

Arrivals and output tokens of a log of real requests (Azure, Splitwise, ISCA
2024), keys drawn by Zipf's law; a node takes 0.2 s and 0.02 s a token, and its
result 4 bytes a token. Budgets are shares of the bytes of all results. Beside
it, where it is given: prompt blocks as they came (Mooncake, FAST 2025), each
512 tokens that a cached prefix saves.
"""

import argparse
import csv
import gzip
import json
import random
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from longpole.caching.eviction import Valued, ValueOrder

_BLOCK_TOKENS, _BYTES_A_TOKEN = 512, 4
_SECONDS_A_BLOCK = 0.05
Ask = tuple[int, float, int]
"""Key, seconds that making it takes, bytes of it."""


def main() -> None:
    """Print what each way saves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--azure", type=Path, required=True, help="a log of requests: time, input and output tokens")
    parser.add_argument("--mooncake", type=Path, help="a log of prompt blocks")
    said = parser.parse_args()
    for exponent in (0.8, 1.0, 1.2):
        _table(f"Azure's requests, keys by Zipf {exponent}", list(_azure(said.azure, exponent)))
    if said.mooncake:
        _table("Mooncake's prompt blocks", list(_mooncake(said.mooncake)))


def _azure(path: Path, exponent: float) -> Iterable[Ask]:
    with gzip.open(path, "rt") as file:
        tokens = [int(row["GeneratedTokens"]) for row in csv.DictReader(file)]
    rng = random.Random(7)
    count = len(tokens) // 2
    weights = list(accumulate(1 / rank**exponent for rank in range(1, count + 1)))
    made: dict[int, int] = {}
    for output, key in zip(tokens, rng.choices(range(count), cum_weights=weights, k=len(tokens)), strict=True):
        size = made.setdefault(key, max(1, output))  # the same question has the same answer
        yield key, 0.2 + 0.02 * size, _BYTES_A_TOKEN * size


def _mooncake(path: Path) -> Iterable[Ask]:
    with gzip.open(path, "rt") as file:
        for line in file:
            for block in json.loads(line)["hash_ids"]:
                yield block, _SECONDS_A_BLOCK, _BLOCK_TOKENS * _BYTES_A_TOKEN


def _table(title: str, asks: Sequence[Ask]) -> None:
    sizes = {key: size for key, _, size in asks}
    total_s, distinct = sum(seconds for _, seconds, _ in asks), {key: seconds for key, seconds, _ in asks}
    ceiling_s = total_s - sum(distinct.values())
    print(f"{title}: {len(asks):,} requests, {len(sizes):,} keys, {total_s:,.0f} s; at best {ceiling_s / total_s:.1%}")
    for share in (0.05, 0.1, 0.2):
        budget = int(sum(sizes.values()) * share)
        saved = {name: _saved(make(budget), asks) for name, make in _WAYS.items()}
        told = ", ".join(f"{name} {seconds / total_s:.1%}" for name, seconds in saved.items())
        print(f"  budget {share:.0%}: {told}; by value {saved['by value'] / max(saved['LRU'], 1e-9):.2f} times LRU")


def _saved(cache: "_Lru | _ByValue", asks: Sequence[Ask]) -> float:
    return sum(seconds for key, seconds, size in asks if cache.asked(key, seconds, size))


@dataclass(slots=True)
class _Room:
    budget: int
    used: int = 0


class _Lru:
    """What everybody does: give up what was not asked for for longest."""

    def __init__(self, budget: int) -> None:
        self._room, self._kept = _Room(budget), OrderedDict[int, int]()

    def asked(self, key: int, _seconds: float, size: int) -> bool:
        if key in self._kept:
            self._kept.move_to_end(key)
            return True
        self._kept[key] = size
        self._room.used += size
        while self._room.used > self._room.budget:
            self._room.used -= self._kept.popitem(last=False)[1]
        return False


class _ByValue:
    """What the cache does."""

    def __init__(self, budget: int) -> None:
        self._room, self._kept = _Room(budget), dict[int, Valued]()
        self._order: ValueOrder[int] = ValueOrder(budget)

    def asked(self, key: int, seconds: float, size: int) -> bool:
        if (found := self._kept.get(key)) is not None:
            self._order.use(key, found)
            return True
        valued = self._kept[key] = Valued(seconds, size)
        self._order.add(key, valued)
        self._room.used += size
        while self._room.used > self._room.budget and (least := self._order.take_least()):
            del self._kept[least[0]]
            self._room.used -= least[1].size_bytes
        return False


_WAYS: dict[str, Callable[[int], _Lru | _ByValue]] = {"LRU": _Lru, "by value": _ByValue}

if __name__ == "__main__":
    main()
