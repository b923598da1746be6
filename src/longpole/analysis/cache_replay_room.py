"""How much room results take that are kept at one time.

A cache that has less serves less than its TTL promises.

Invariant: it is that of the fullest moment.

Upstream: `advice.cache.trials`. Downstream: `cache_replay`. Source: a sweep over the instants at which results are
kept and expire.
"""

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.cache_replay import MADE, Ledger, Played

Floats = NDArray[np.float64]


def room_needed(ledger: Ledger, played: Played, ttl_ns: int, size: Floats) -> float:
    """How much all results that are fresh at one time take at most, in the unit of `size`."""
    kept = (played.state == MADE) & ledger.is_kept
    ends, sizes = ledger.end_ns[kept], size[kept]
    instants = np.concatenate([ends, ends + ttl_ns])
    changes = np.concatenate([sizes, -sizes])
    order = np.lexsort((changes, instants))  # what expires at an instant makes room before what is kept then
    return float(np.cumsum(changes[order]).max(initial=0.0))
