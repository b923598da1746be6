"""What share of input tokens a prompt cache would serve, on request logs of which it was published.

    python benchmarks/prompt_prefix.py --mooncake DIR

`DIR` has `conversation_trace.jsonl.gz` and `synthetic_trace.jsonl.gz` of the Mooncake release. Each request is a list
of prefix blocks of 512 tokens. Printed are our prediction from the blocks, an exact trie of nested mappings, and our
prediction from texts made of the blocks, by the path that captured prompts take; by how long a block is kept,
and by the number of tokens from which on a prefix is served.
Without `--mooncake` a log is made: sessions that grow over a few system prompts.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from longpole.analysis.prompt_prefix import served_tokens

BLOCK_TOKENS = 512
RULES = ((60, 1_024), (300, 1_024), (3_600, 1_024), (None, 1_024), (None, 0))
"""How many seconds a prefix is kept after its last use, and the tokens that it has at least."""
PUBLISHED = {"conversation_trace": 0.40, "synthetic_trace": 0.66}
TARGET_POINTS = 2.0


class Request(NamedTuple):
    """A prompt as blocks of 512 tokens."""

    at_ns: int
    tokens: int
    blocks: tuple[int, ...]


def recorded(path: Path) -> list[Request]:
    with gzip.open(path, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    made = [Request(int(row["timestamp"] * 1e6), row["input_length"], tuple(row["hash_ids"])) for row in rows]
    return sorted(made, key=lambda request: request.at_ns)


def generated(seed: int, count: int) -> list[Request]:
    """Sessions of some turns, each prompt the one before and a bit more."""
    source = random.Random(seed)
    fresh = iter(range(10**9))
    systems = [tuple(next(fresh) for _ in range(source.randint(1, 8))) for _ in range(12)]
    sessions: list[tuple[int, ...]] = []
    made, now_ns = [], 0
    for _ in range(count):
        now_ns += int(source.expovariate(5) * 1e9)
        if sessions and source.random() < 0.6:
            before = sessions.pop(source.randrange(len(sessions)))
        else:
            before = source.choice(systems)
        blocks = before + tuple(next(fresh) for _ in range(source.randint(1, 4)))
        sessions.append(blocks)
        made.append(Request(now_ns, len(blocks) * BLOCK_TOKENS, blocks))
    return made


def exact(requests: Sequence[Request], ttl_s: int | None, least_tokens: int) -> float:
    """The share by a trie of nested mappings, each with when it was used last."""
    root: dict[int, list[Any]] = {}
    served = 0
    for at_ns, tokens, blocks in requests:
        level, found, is_served = root, 0, True
        for block in blocks:
            entry = level.get(block)
            alive = entry is not None and (ttl_s is None or at_ns - entry[0] <= ttl_s * 10**9)
            is_served = is_served and alive
            found += is_served
            if entry is None:
                entry = level[block] = [at_ns, {}]
            entry[0] = at_ns
            level = entry[1]
        tokens_served = min(found * BLOCK_TOKENS, tokens)
        served += tokens_served if tokens_served >= least_tokens else 0
    return served / sum(request.tokens for request in requests)


def predicted(requests: Sequence[Request], ttl_s: int | None, least_tokens: int) -> float:
    found = served_tokens(
        [request.blocks for request in requests],
        [request.tokens for request in requests],
        [request.at_ns for request in requests],
        block_tokens=BLOCK_TOKENS,
        ttl_ns=None if ttl_s is None else ttl_s * 10**9,
        least_tokens=least_tokens,
    )
    return float(found.sum()) / sum(request.tokens for request in requests)


def from_texts(requests: Sequence[Request], ttl_s: int | None, least_tokens: int) -> float:
    """As captured prompts are looked at: texts, cut into blocks of 128 tokens by their bytes per token."""
    found = served_tokens(
        [tuple(_pieces(request)) for request in requests],
        [request.tokens for request in requests],
        [request.at_ns for request in requests],
        block_tokens=128,
        ttl_ns=None if ttl_s is None else ttl_s * 10**9,
        least_tokens=least_tokens,
    )
    return float(found.sum()) / sum(request.tokens for request in requests)


def _pieces(request: Request) -> Iterator[tuple[int, int]]:
    """A block of 512 tokens as its four pieces; the last one of the prompt may be cut off."""
    for place in range(request.tokens // 128):
        yield request.blocks[min(place // 4, len(request.blocks) - 1)], place % 4


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--mooncake", type=Path, help="the folder with the logs")
    arguments.add_argument("--requests", type=int, default=4_000, help="of the log that is made without one")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    if given.mooncake:
        logs = {name: recorded(given.mooncake / f"{name}.jsonl.gz") for name in PUBLISHED}
    else:
        logs = {"generated": generated(given.seed, given.requests)}
    print("log                       kept   from  predicted  from texts  exact trie  published   CPU s")
    worst = 0.0
    for name, requests in logs.items():
        for ttl_s, least_tokens in RULES:
            begin = time.process_time()
            ours = predicted(requests, ttl_s, least_tokens)
            spent = time.process_time() - begin
            texts, truth = from_texts(requests, ttl_s, least_tokens), exact(requests, ttl_s, least_tokens)
            worst = max(worst, abs(ours - truth) * 100, abs(texts - truth) * 100)
            kept = "for ever" if ttl_s is None else f"{ttl_s} s"
            told = f"{PUBLISHED[name]:.0%}" if not least_tokens and name in PUBLISHED else "–"
            shares = f"{ours:>10.1%} {texts:>11.1%} {truth:>11.1%}"
            print(f"{name:<20} {kept:>9} {least_tokens:>6} {shares} {told:>10} {spent:>7.2f}")
    print(f"farthest from the exact trie: {worst:.2f} points (target: at most {TARGET_POINTS:.0f})")


if __name__ == "__main__":
    main()
