"""How long a cached result takes, beside diskcache, LangGraph's caches, joblib, cashews and Redis, all in one run.

    uv run python benchmarks/cache.py [--rounds 7] [--seconds 2] [--postgres-url URL] [--redis-url URL] [--quick]

Ours is asked through the public calls. Each round asks one cache after the
other, so that all meet the same machine; a time is the median of single calls,
and of rounds. Servers are started where none is named. Peers that are not
installed are skipped; the line that says so says how to get them.
"""

import argparse
import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import cache_peers as peers
import cache_processes as processes
import cache_servers as servers
from sqlalchemy import event, text

from longpole.services.cache import WorkflowCacheService
from longpole.store.engine import reading

SIZES = {"1 KB": 1_000, "10 KB": 10_000, "1 MB": 1_000_000}
_TIMES = {"1 KB": 2_000, "10 KB": 500, "1 MB": 10}
_REFERENCE = "diskcache"
_PEER = "diskcache, JSON"


def main() -> None:
    """Measure everything, and print it as ratios to diskcache."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each cache under four processes, each round")
    parser.add_argument("--postgres-url", default="")
    parser.add_argument("--redis-url", default="")
    said = parser.parse_args()
    for line in peers.absent():
        print(line)
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        where = peers.Where(
            folder,
            stack.enter_context(servers.postgres(said.postgres_url)),
            stack.enter_context(servers.redis(said.redis_url)),
        )
        _single(where, said.rounds)
        _ours(where)
        _four(where, said.seconds, max(1, said.rounds // 2))
        _stampedes(where)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = peers.new_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def value_of(size: int) -> dict[str, Any]:
    """A result like a language model's, so many bytes as JSON."""
    usage = {"input_tokens": 120, "output_tokens": 80, "finish_reason": "stop", "score": 0.25}
    return {"text": "lorem ipsum " * ((size - 120) // 12), "usage": usage, "tags": ["a", "b"]}


def _single(where: peers.Where, rounds: int) -> None:
    """One process: hits, misses and stores, in microseconds."""
    stores = {name: opened(where) for name, opened in peers.openers(where).items()}
    for size_name, size in SIZES.items():
        value, times = value_of(size), _TIMES[size_name]
        keys = [f"{size_name} {number}" for number in range(min(times, 200))]
        found: dict[str, list[tuple[float, ...]]] = {name: [] for name in stores}
        for number in range(rounds):
            for name, store in stores.items():
                store.begin()
                puts = _times(store, store.put, [(key, value) for key in keys])
                assert processes.done(store, store.get, keys[0]) == value
                hits = _times(store, store.get, [(keys[each % len(keys)],) for each in range(times)])
                absent = [(f"absent {number} {each}",) for each in range(len(keys))]
                misses = _times(store, store.get, absent if name != "joblib.Memory" else absent[:5])
                found[name].append((hits, misses, puts))
        _print(f"one process, {size_name}: µs", found)
    for store in stores.values():
        store.close()


def _times(store: peers.Store, act: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> float:
    """The median time of a call, in microseconds."""
    if store.loop is not None:
        return store.loop.run_until_complete(_times_async(act, calls))
    took, clock = [], time.perf_counter_ns
    for arguments in calls:
        begun = clock()
        act(*arguments)
        took.append(clock() - begun)
    return statistics.median(took) / 1_000


async def _times_async(act: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> float:
    took, clock = [], time.perf_counter_ns
    for arguments in calls:
        begun = clock()
        await act(*arguments)
        took.append(clock() - begun)
    return statistics.median(took) / 1_000


def _print(title: str, found: dict[str, list[tuple[float, ...]]]) -> None:
    medians = {name: [statistics.median(each) for each in zip(*rounds, strict=True)] for name, rounds in found.items()}
    print(f"\n{title:<32}{'hit':>10}{'miss':>10}{'store':>11}   hit beside {_REFERENCE}, the quicker of two")
    beside = min((medians[name][0] for name in (_REFERENCE, _PEER) if name in medians), default=None)
    for name, (hit, miss, put) in medians.items():
        ratio = "" if beside is None else f"{hit / beside:8.2f}"
        print(f"  {name:<30}{hit:10.1f}{miss:10.1f}{put:11.1f}   {ratio}")


def _ours(where: peers.Where) -> None:
    """What else is promised: keys, a whole hit, queries, bytes."""
    config, inputs = peers.CONFIG, {"question": "word " * 190, "user": {"id": 7, "language": "en"}}
    print()
    store = peers.openers(where)["Longpole, SQLite"](where)
    assert isinstance(store, peers.Longpole)
    key_us = _times(store, WorkflowCacheService.generate_cache_key, [("llm", config, inputs)] * 2_000)
    print(f"generate_cache_key, 450 bytes of configuration, 1 KB of inputs: {key_us:.1f} µs")
    before = _bytes_of(where)
    for number in range(1_000):
        key = WorkflowCacheService.generate_cache_key("llm", config, {**inputs, "n": number})
        WorkflowCacheService.store_cached_result(key, "llm", config, {**inputs, "n": number}, value_of(1_000), 1.0)
    print(f"stored for a result of 1,000 bytes, indexes included: {(_bytes_of(where) - before) / 1_000:,.0f} bytes")
    store.close()
    for name in peers.OURS:
        if name in (there := peers.openers(where)):
            store = there[name](where)
            store.compute("whole", lambda: value_of(1_000))
            hit_us = _times(store, store.compute, [("whole", _never)] * 500)
            assert isinstance(store, peers.Longpole)
            told = f"{name}: a hit of get_or_compute takes {hit_us:.0f} µs, {hit_us / 1e4:.4f} % of a one-second node"
            print(f"{told}; {_queries(store, 100):g} SQL queries")
            store.close()


def _never() -> Any:
    raise AssertionError


def _queries(store: peers.Longpole, hits: int) -> float:
    """SQL statements per hit, of all connections of this thread."""
    seen: list[str] = []
    cache = store.runtime.cache
    event.listen(store.runtime.engine, "before_cursor_execute", lambda *said: seen.append(said[2]))
    if hasattr(cache.backend, "_lines"):
        ask = cache.backend._lines.ask  # noqa: SLF001 - nothing else sees what it asks
        cache.backend._lines.ask = lambda name, *rest: (seen.append(name), ask(name, *rest))[1]  # noqa: SLF001
    elif hasattr(cache.backend, "_connection"):
        cache.backend._connection().sqlite.set_trace_callback(seen.append)  # noqa: SLF001 - the same
    cache.counts.flush()
    seen.clear()
    for _ in range(hits):
        store.compute("whole", _never)
    return sum("cache_statistics" not in each for each in seen) / hits


def _bytes_of(where: peers.Where) -> int:
    store = peers.openers(where)["Longpole, SQLite"](where)
    with reading(store.runtime.engine) as connection:  # type: ignore[attr-defined]  # only ours has a runtime
        pages = connection.scalar(
            text("SELECT (SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count)")
        )
        return int(pages or 0) * int(connection.scalar(text("SELECT page_size FROM pragma_page_size")) or 0)


def _four(where: peers.Where, seconds: float, rounds: int) -> None:
    names = [name for name in peers.openers(where) if name != "LangGraph InMemoryCache"]
    found = processes.mixed(names, where, value_of(1_000), seconds, rounds)
    best = max((found[name][0] for name in (_REFERENCE, _PEER) if name in found), default=None)
    title = f"{processes.PROCESSES} processes, 95 % reads, 1 KB"
    print(f"\n{title:<32}{'a second':>10}{'a second of processor time':>30}   beside {_REFERENCE}, the quicker of two")
    for name, (each_second, each_processor_second) in found.items():
        ratio = "" if best is None else f"{each_second / best:8.2f}"
        print(f"  {name:<30}{each_second:10,.0f}{each_processor_second:30,.0f}   {ratio}")


def _stampedes(where: peers.Where) -> None:
    print(f"\n{'a node runs, when all ask at once':<36}{processes.THREADS} threads {processes.PROCESSES:>4} processes")
    for name in peers.openers(where):
        threads, several = processes.stampede(name, where, f"stampede of {name} {os.getpid()}")
        print(f"  {name:<34}{threads:8}{'–' if several is None else several:>13}")


if __name__ == "__main__":
    main()
