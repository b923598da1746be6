"""Keys that any process can make without asking the database.

Dimension keys are hashes of what they stand for: 63 bits, so a million
different values share one with a chance of 1 in 10 million. Row keys are
time-ordered (new rows go to the right edge of the index, and a row's day can
be read off its key) and differ between processes.

    0 │ 51 bits: microseconds since 2024 │ 12 bits: this process
"""

import hashlib
import os
import threading
import time

_EPOCH_US = 1_704_067_200_000_000
_PROCESS_BITS = 12
_lock = threading.Lock()
_last_us = 0
_process = 0
_process_id = -1


def dimension_key(*parts: str | None) -> int:
    """A 63-bit hash of `parts`; None, the empty text and the border between parts all count."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        encoded = b"\xff" if part is None else part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4, "big"))
        digest.update(encoded)
    return int.from_bytes(digest.digest(), "big") >> 1


def row_key() -> int:
    """A new time-ordered key, larger than every earlier one of this process."""
    global _last_us, _process, _process_id  # noqa: PLW0603 - one clock per process
    with _lock:
        if _process_id != os.getpid():
            _process_id = os.getpid()
            _process = int.from_bytes(os.urandom(2), "big") & ((1 << _PROCESS_BITS) - 1)
        _last_us = max(_last_us + 1, time.time_ns() // 1_000 - _EPOCH_US)
        return _last_us << _PROCESS_BITS | _process


def key_time_ns(key: int) -> int:
    """When a row key was made, nanoseconds since the epoch."""
    return ((key >> _PROCESS_BITS) + _EPOCH_US) * 1_000


def first_key_at(at_ns: int) -> int:
    """The smallest row key of an instant: those of a day are from this of its begin to this of the next, exclusive."""
    return max(0, -(-at_ns // 1_000) - _EPOCH_US) << _PROCESS_BITS
