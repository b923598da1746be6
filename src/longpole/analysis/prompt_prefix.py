"""What a provider's prompt cache would serve: what prompts begin with alike, up to the first difference.

    09:00  ████████████ rules ████████████ question       nothing is shared: the first byte differs
    09:01  ████████████ rules ████████████ question

    ████████████ rules ████████████ 09:00 question        the rules are read from the cache
    ████████████ rules ████████████ 09:01 question

A prefix is served while it was used a short time before; using it keeps it.

Invariant: what is served of a prompt is at most the prompt; a longer time to
live never serves less.

Upstream: `advice.prompt_prefixes`, `benchmarks.prompt_prefix`. Source: the prefix
caching of providers (a least length of 1,024 tokens, steps of 128, five minutes
since the last use); the replay of Mooncake's blocks (Qin et al., FAST 2025).
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

LEAST_TOKENS: Final = 1_024
STEP_TOKENS: Final = 128
TTL_NS: Final = 300 * 10**9
MOST_OF_THEM: Final = 0.9
"""What at least so many prompts have in common is what their author wrote."""
_SHINGLE: Final = 64
_MOST_SHINGLES: Final = 512
_REFERENCES: Final = 3


class PrefixTrie:
    """All prefixes that were used, by block, and when last. O(blocks) for a prompt, in time and in memory."""

    def __init__(self, ttl_ns: int | None) -> None:
        self._ttl_ns = ttl_ns
        self._places: dict[tuple[int, Hashable], int] = {}
        self._used_ns: list[int] = []

    def use(self, blocks: Iterable[Hashable], now_ns: int) -> int:
        """How many of the leading blocks are served; from now on all of them are there. Times must not fall."""
        parent, served, is_served = -1, 0, True
        for block in blocks:
            place = self._places.setdefault((parent, block), len(self._used_ns))
            if place == len(self._used_ns):
                self._used_ns.append(now_ns)
                is_served = False
            elif is_served and (self._ttl_ns is None or now_ns - self._used_ns[place] <= self._ttl_ns):
                served += 1
            else:
                is_served = False
            self._used_ns[place] = now_ns
            parent = place
        return served


def served_tokens(
    prompts: Sequence[Sequence[Hashable]],
    tokens: Sequence[int],
    times_ns: Sequence[int],
    *,
    block_tokens: int,
    ttl_ns: int | None = TTL_NS,
    least_tokens: int = LEAST_TOKENS,
) -> Ints:
    """The tokens of each prompt that a cache would serve, in order of time.

    Args:
        prompts: Each as its blocks, the first one first.
        tokens: How long each one is.
        times_ns: When each was sent; must not fall.
        block_tokens: The length of a block.
        ttl_ns: How long a block is kept after its last use; None: for ever.
        least_tokens: What is shorter is not served.
    """
    trie = PrefixTrie(ttl_ns)
    found = np.zeros(len(prompts), np.int64)
    for place, (blocks, length, now_ns) in enumerate(zip(prompts, tokens, times_ns, strict=True)):
        served = min(trie.use(blocks, now_ns) * block_tokens, length)
        found[place] = served if served >= least_tokens else 0
    return found


@dataclass(frozen=True, slots=True)
class Layout:
    """How prompts of one author are laid out, in bytes.

    Attributes:
        prefix: What most of them begin with.
        stable: What most of them have in common behind that, in order, in pieces.
        reach: Where the last of these pieces ends, in a usual prompt.
        n: Prompts that were looked at.
    """

    prefix: bytes
    stable: tuple[bytes, ...]
    reach: int
    n: int

    @property
    def stable_bytes(self) -> int:
        """All that most prompts have in common."""
        return len(self.prefix) + sum(map(len, self.stable))

    def stable_first(self, prompt: bytes) -> bytes:
        """`prompt` with what it has in common with the others before what is its own."""
        if not prompt.startswith(self.prefix):
            return prompt
        rest, moved = prompt[len(self.prefix) :], []
        for piece in self.stable:
            at = rest.find(piece)
            if at >= 0:
                moved.append(piece)
                rest = rest[:at] + rest[at + len(piece) :]
        return b"".join([self.prefix, *moved, rest])


def common_length(a: bytes, b: bytes) -> int:
    """How many bytes two texts begin with alike."""
    size = min(len(a), len(b))
    if a[:size] == b[:size]:
        return size
    differ = np.frombuffer(a, np.uint8, size) != np.frombuffer(b, np.uint8, size)
    return int(np.argmax(differ))


def layout(prompts: Sequence[bytes]) -> Layout:
    """What most of `prompts` have in common, at their beginning and behind it. O(n · length)."""
    if not prompts:
        return Layout(b"", (), 0, 0)
    reference, length = max(
        ((each, _shared_by_most(each, prompts)) for each in _references(prompts)), key=lambda pair: pair[1]
    )
    prefix = reference[:length]
    others = [each for each in prompts if each.startswith(prefix)]
    pieces = _pieces(reference, length, others, round(MOST_OF_THEM * len(prompts)))
    return Layout(prefix, tuple(piece for _, piece in pieces), pieces[-1][0] if pieces else length, len(prompts))


def _references(prompts: Sequence[bytes]) -> list[bytes]:
    """A few of them, of middle length: one that begins unlike all others must not speak for them."""
    ordered = sorted(prompts, key=len)
    middle = len(ordered) // 2
    return ordered[max(middle - 1, 0) : middle - 1 + _REFERENCES] or ordered[:_REFERENCES]


def _shared_by_most(reference: bytes, prompts: Sequence[bytes]) -> int:
    lengths = np.sort([common_length(reference, each) for each in prompts])
    return int(lengths[int((1 - MOST_OF_THEM) * len(prompts))])


def _pieces(reference: bytes, begin: int, others: Sequence[bytes], least: int) -> list[tuple[int, bytes]]:
    """Stretches of the reference behind `begin` that most others have as well, with where each ends."""
    step = max(_SHINGLE, (len(reference) - begin) // _MOST_SHINGLES)
    starts = range(begin, len(reference) - _SHINGLE + 1, step)
    is_common = [_is_common(reference[at : at + _SHINGLE], others, least) for at in starts]
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(is_common):
        end = at
        while end < len(is_common) and is_common[end]:
            end += 1
        if end > at:
            found.extend(_whole(reference, starts[at], starts[end - 1] + _SHINGLE, others, least))
        at = end + 1
    return found


def _whole(reference: bytes, begin: int, end: int, others: Sequence[bytes], least: int) -> list[tuple[int, bytes]]:
    """A stretch as it is if most have it in one piece, else its halves likewise."""
    piece = reference[begin:end]
    if _is_common(piece, others, least):
        return [(end, piece)]
    if end - begin < 2 * _SHINGLE:
        return []
    middle = (begin + end) // 2
    return _whole(reference, begin, middle, others, least) + _whole(reference, middle, end, others, least)


def _is_common(piece: bytes, others: Sequence[bytes], least: int) -> bool:
    missing = len(others) - least
    for each in others:
        if piece not in each:
            missing -= 1
            if missing < 0:
                return False
    return missing >= 0
