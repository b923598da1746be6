"""Numbers that all processes of a machine see at once: a small file, mapped into the memory of each.

    0 │ format │ 1 │ stamp │ 2… │ generation of each slot │ …│ what the database said of each slot when last looked │

Reading one costs what reading a list does. They are changed with the file
locked. A number only ever has to differ from what it was: so where the
database says something new, or starts over with a new file, the slot's
generation grows.

Upstream: `cache_generations`. Source: mmap(2), flock(2).
"""

import fcntl
import mmap
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SLOTS = 1_024
STAMP = 1
FIRST = 2
_SEEN = FIRST + SLOTS
_BYTES = 8 * (_SEEN + SLOTS)
_FORMAT = 0x31_43_50_4C  # "LPC1"


class SharedNumbers:
    """The numbers of one database; of this process alone where there can be no such file.

    Attributes:
        numbers: To be read only; `FIRST` + slot is where a slot's generation is.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        mapped = None if path is None else _mapped(path)
        self.is_shared = mapped is not None
        self.numbers = memoryview(bytearray(_BYTES) if mapped is None else mapped).cast("Q")

    def note(self, said: Mapping[int, int]) -> None:
        """What the database says of slots: where that is new, what was remembered of the slot is void."""
        if all(self.numbers[_SEEN + slot] == generation for slot, generation in said.items()):
            return
        with self._alone():
            for slot, generation in said.items():
                if self.numbers[_SEEN + slot] != generation:
                    self.numbers[FIRST + slot] += 1
                    self.numbers[_SEEN + slot] = generation

    def touch(self, slots: Iterable[int]) -> None:
        """What was remembered of these slots is void, whatever the database says."""
        with self._alone():
            for slot in slots:
                self.numbers[FIRST + slot] += 1

    def stamp(self) -> None:
        """Tell every process that something is to be read anew."""
        with self._alone():
            self.numbers[STAMP] += 1

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock:
            file = self._opened() if self.is_shared else None
            try:
                yield
            finally:
                if file is not None:
                    fcntl.flock(file, fcntl.LOCK_UN)  # a child that was forked meanwhile has the file open too
                    os.close(file)

    def _opened(self) -> int | None:
        """The file, locked; None where it cannot be any more: then two may change a number at once."""
        assert self._path is not None, "numbers that are shared have a file"
        try:
            return _locked(self._path, 0)
        except OSError:
            return None

    def forget(self) -> None:
        """In a forked child: whoever held the lock is not here."""
        self._lock = threading.Lock()


def _locked(path: Path, flags: int) -> int:
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        os.close(file)
        raise
    return file


def _mapped(path: Path) -> mmap.mmap | None:
    """The file in memory, made if it is not there; None where that cannot be, or another version made it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = _locked(path, os.O_CREAT)
    except OSError:
        return None
    try:
        os.posix_fallocate(file, 0, _BYTES)  # a full disk says so now, not by a signal later
        return _known(mmap.mmap(file, _BYTES))
    except OSError:
        return None
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)


def _known(mapped: mmap.mmap) -> mmap.mmap | None:
    found = int.from_bytes(mapped[:8], sys.byteorder)
    if found == 0:
        mapped[:8] = _FORMAT.to_bytes(8, sys.byteorder)
    return mapped if found in {0, _FORMAT} else None
