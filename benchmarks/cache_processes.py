"""Caches under several processes: how many questions they answer together, and how often a node runs when all ask.

A stampede is 50 threads (tasks, where a cache is for those only) or four
processes that ask for a result that nobody has; making it takes 0.3 s, and
each time it is made a byte is added to a file.

Downstream: `cache`.
"""

import asyncio
import multiprocessing
import os
import random
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cache_peers as peers

PROCESSES, THREADS = 4, 50
_READS = 0.95
_KEYS = 1_000
_MAKING_S = 0.3
_spawn = multiprocessing.get_context("spawn")


def mixed(
    names: list[str], where: peers.Where, value: Any, seconds: float, rounds: int
) -> dict[str, tuple[float, float]]:
    """Operations per second, and per second of processor time, of four processes that read mostly; medians."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            found[name].append(_mixed_once(name, where, value, seconds))
    return {name: tuple(map(statistics.median, zip(*each, strict=True))) for name, each in found.items()}  # type: ignore[misc]  # a pair for each


def _mixed_once(name: str, where: peers.Where, value: Any, seconds: float) -> tuple[float, float]:
    begin, results = _spawn.Barrier(PROCESSES), _spawn.Queue()
    arguments = [(name, where, value, seconds, number, begin, results) for number in range(PROCESSES)]
    processes = [_spawn.Process(target=_work, args=each) for each in arguments]
    for process in processes:
        process.start()
    ended = [results.get() for _ in processes]
    for process in processes:
        process.join()
    operations = sum(each[0] for each in ended)
    return operations / (sum(each[1] for each in ended) / PROCESSES), operations / sum(each[2] for each in ended)


def _work(*given: Any) -> None:
    name, where, value, seconds, number, begin, results = given
    store = peers.openers(where)[name](where)
    keys = [f"mixed {place}" for place in range(_KEYS)]
    chance = random.Random(number)
    for key in keys[number::PROCESSES]:
        done(store, store.put, key, value)
    begin.wait()
    for key in keys:  # once around: whoever remembers, remembers
        done(store, store.get, key)
    begin.wait()
    operations, begun, processor = 0, time.perf_counter(), time.process_time()
    while (now := time.perf_counter()) < begun + seconds:
        for key in chance.choices(keys, k=100):
            if chance.random() < _READS:
                done(store, store.get, key)
            else:
                done(store, store.put, key, value)
        operations += 100
    results.put((operations, now - begun, time.process_time() - processor))
    store.close()


def done(store: peers.Store, act: Callable[..., Any], *arguments: Any) -> Any:
    """What a call gives, be it awaited or not."""
    return act(*arguments) if store.loop is None else store.loop.run_until_complete(act(*arguments))


def stampede(name: str, where: peers.Where, key: str) -> tuple[int, int | None]:
    """How often a node runs when 50 threads of a process ask at once, and when four processes do; None: cannot be."""
    file = where.folder / f"stampede {abs(hash((name, key)))}"
    store = peers.openers(where)[name](where)
    if store.loop is not None:
        store.loop.run_until_complete(_tasks(store, f"{key} tasks", file))
        store.close()
        return file.stat().st_size, None
    everybody = threading.Barrier(THREADS)

    def ask() -> None:
        everybody.wait()
        store.compute(f"{key} threads", lambda: _make(file))

    threads = [threading.Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    of_threads = file.stat().st_size
    file.unlink()
    if name == "LangGraph InMemoryCache":
        return of_threads, None
    begin = _spawn.Barrier(PROCESSES)
    processes = [
        _spawn.Process(target=_ask, args=(name, where, f"{key} processes", file, begin)) for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return of_threads, file.stat().st_size


def _ask(name: str, where: peers.Where, key: str, file: Path, begin: Any) -> None:
    store = peers.openers(where)[name](where)
    begin.wait()
    store.compute(key, lambda: _make(file))
    store.close()


def _make(file: Path) -> dict[str, str]:
    _note(file)
    time.sleep(_MAKING_S)
    return {"text": "made"}


async def _tasks(store: Any, key: str, file: Path) -> None:
    async def make() -> dict[str, str]:
        _note(file)
        await asyncio.sleep(_MAKING_S)
        return {"text": "made"}

    await asyncio.gather(*(store.compute_async(key, make) for _ in range(THREADS)))


def _note(file: Path) -> None:
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(opened, b"!")
    os.close(opened)
