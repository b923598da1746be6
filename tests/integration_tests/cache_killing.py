"""A program for tests: rounds of four processes that store results all the time and are killed at random moments.

python cache_killing.py DATABASE_URL ROUNDS SEED

After each round it reads everything that is there: each result is whole, and is
what its key says; each has its row. Prints how many there were; what is wrong
ends it. The processes are forked from one that has opened nothing.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from sqlalchemy import text

from longpole import runtime
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.settings import Settings
from longpole.store.engine import reading

PROCESSES, KEYS, LONGEST_S = 4, 40, 0.3
SIZES = [10, 1_000, 20_000, 200_000]


def value_of(key: str, kind: int, version: int) -> Any:
    """A result that says what it is; compressed or not, JSON or not."""
    filler = blake2b(f"{key}/{version}".encode(), digest_size=32).hexdigest() * (SIZES[kind % 4] // 64 + 1)
    value = {"key": key, "kind": kind, "version": version, "filler": filler}
    return {"tuple": (value, b"\x00")} if kind > len(SIZES) else value


def store(url: str, begun: int, seed: int) -> None:
    """Store all the time, and invalidate now and then; says once that it has begun."""
    chance = random.Random(seed)
    made = opened(url)
    while True:
        key, kind, version = f"key {chance.randrange(KEYS)}", chance.randrange(8), chance.randrange(1_000_000)
        Cache.store_cached_result(key, "llm", {}, {}, value_of(key, kind, version), 1.0)
        Cache.get_cached_result(key)
        if chance.random() < 0.02:
            Cache.invalidate_cache(cache_key=f"key {chance.randrange(KEYS)}")
        if begun >= 0:
            os.write(begun, b"!")
            os.close(begun)
            begun = -1
    made.close()


def check(url: str) -> None:
    """Read everything; ends the process with what is wrong."""
    made = opened(url)
    with reading(made.engine) as connection:
        keys = list(connection.scalars(text("SELECT cache_key FROM workflow_cache_entries")))
        counts = [
            connection.scalar(text(f"SELECT COUNT(*) FROM {table} WHERE id NOT IN (SELECT id FROM {other})"))
            for table, other in (("cache_uses", "cache_results"), ("cache_results", "cache_uses"))
        ]
        if made.engine.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    assert counts == [0, 0], counts
    for key in keys:
        found = Cache.get_cached_result(key)
        assert found is not None, f"{key} has a row and no result"
        said = found["tuple"][0] if "tuple" in found else found
        assert said["key"] == key, f"another's result under {key}"
        assert found == value_of(key, said["kind"], said["version"]), f"half a result under {key}"
    made.close()
    print(len(keys), flush=True)  # noqa: T201 - whoever started this reads it


def opened(url: str) -> Runtime:
    """A runtime of this process alone; a busy machine is no reason to miss anything."""
    made = Runtime(Settings(database_url=url, cache_timeout_ms=20_000.0))
    runtime.install(made)
    return made


def forked(act: Callable[[], None]) -> int:
    """The id of a process that does this and ends."""
    process_id = os.fork()
    if process_id:
        return process_id
    try:
        act()
    except BaseException as error:  # noqa: BLE001 - it must end here, whatever it is
        print(repr(error), file=sys.stderr, flush=True)  # noqa: T201 - whoever started this reads it
        os._exit(1)
    os._exit(0)


def one_round(url: str, chance: random.Random) -> None:
    """Start, wait until all have begun, kill one after the other, and read everything."""
    ids = []
    for _ in range(PROCESSES):
        heard, begun = os.pipe()
        seed = chance.randrange(1 << 30)
        ids.append(forked(lambda begun=begun, seed=seed: store(url, begun, seed)))  # type: ignore[misc]
        os.close(begun)
        assert os.read(heard, 1) == b"!", "it ended before it began"
        os.close(heard)
    for process_id in chance.sample(ids, PROCESSES):
        time.sleep(chance.random() * LONGEST_S)  # the random moment that this is about
        os.kill(process_id, signal.SIGKILL)
        os.waitpid(process_id, 0)
    _, status = os.waitpid(forked(lambda: check(url)), 0)
    assert status == 0, "what is there is not what was stored"


if __name__ == "__main__":
    rounds_url, rounds, first_seed = sys.argv[1:]
    for number in range(int(rounds)):
        one_round(rounds_url, random.Random(int(first_seed) + number))
