"""Where there are too many executions to play all of them: some keys, with all that happened to them.

To take each run by chance would tear repetitions apart: of a log in which
36.6 % are repeated, a tenth of the requests shows 12.1 %. A key is taken whole
or not at all, by its hash.

    share taken by hash of the key   ──►  hits ÷ executions, put right by how many there should have been

Invariant: a sample of everything is everything; two samples of different sizes
hold the same keys, as far as the smaller one goes.

Upstream: `cache_estimate`. Source: Waldspurger et al., "Efficient MRC construction with SHARDS",
FAST 2015 (the adjusted form); the design's analysis §3.
"""

from dataclasses import dataclass

import numpy as np

from longpole.analysis.cache_replay import Flags, Ints, Ledger, mixed_key

MOST = 10_000_000
_STEPS = 1 << 24


@dataclass(frozen=True, slots=True)
class KeySample:
    """Which executions were taken, of how many, and the share of keys that that should have been."""

    taken: Flags
    of: int
    share: float

    def hit_ratio(self, hits: int) -> float:
        """Hits by executions of all, from those of the sample. A hot key too many, or missing, is put right."""
        expected = self.of * self.share
        if not expected:
            return 0.0
        return float(np.clip((hits + expected - np.count_nonzero(self.taken)) / expected, 0.0, 1.0))


def sample_of_keys(key: Ints, most: int = MOST) -> KeySample:
    """About `most` executions, with all others of their keys; all, where there are no more."""
    share = min(1.0, most / max(key.size, 1))
    if share == 1.0:
        return KeySample(np.ones(key.size, np.bool_), key.size, 1.0)
    step = mixed_key(key) & (_STEPS - 1)
    below = max(1, round(share * _STEPS))
    return KeySample(step < below, key.size, below / _STEPS)


def part_of(ledger: Ledger, taken: Flags) -> Ledger:
    """The executions of a ledger that were taken."""
    return Ledger(
        ledger.key[taken],
        ledger.start_ns[taken],
        ledger.end_ns[taken],
        ledger.succeeded[taken],
        ledger.is_kept[taken],
    )
