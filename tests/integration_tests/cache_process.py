"""A program for tests: a process that uses the cache, and does what it is told line by line.

python cache_process.py SETTINGS            (JSON; each line of its input is a JSON list: what to do, and arguments)

It answers each line with one line of JSON. `ask` answers later: it says when
all of its threads or tasks have asked, when one of them runs the node, and how
it ended; a node that runs ends when it is told `finish`.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from longpole import runtime
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.settings import Settings

CONFIG = {"model": "m"}
_saying = threading.Lock()


def say(*words: Any) -> None:
    """Answer."""
    with _saying:
        print(json.dumps(words), flush=True)  # noqa: T201 - whoever started this waits for it


def key_of(name: str) -> str:
    """The key of the node's execution with this input."""
    return Cache.generate_cache_key("llm", CONFIG, {"name": name})


def compute(name: str, produce: Callable[[], Any]) -> Any:
    """The result of a node."""
    return Cache.get_or_compute("llm", CONFIG, {"name": name}, produce, min_seconds=0.0)


async def compute_async(name: str, produce: Callable[[], Any]) -> Any:
    """The same for a coroutine."""
    return await Cache.get_or_compute_async(
        "llm", CONFIG, {"name": name}, lambda: asyncio.to_thread(produce), min_seconds=0.0
    )


class Asking:
    """Many who ask for the same at once."""

    def __init__(self, name: str, number: int, value: Any) -> None:
        self.name, self.number, self.value = name, number, value
        self.finish = threading.Event()
        self.produced = 0
        self._waiting = number
        self._lock = threading.Lock()

    def produce(self) -> Any:
        """The node."""
        with self._lock:
            self.produced += 1
        say("producing", self.name)
        self.finish.wait()
        if self.value == "raise":
            raise ConnectionError("down")
        return self.value

    def _begin(self) -> None:
        with self._lock:
            self._waiting -= 1
            if self._waiting == 0:
                say("asking", self.name)

    def _one(self, _number: int) -> str:
        self._begin()
        try:
            return str(compute(self.name, self.produce))
        except ConnectionError:
            return "error"

    async def _one_async(self) -> str:
        self._begin()
        try:
            return str(await compute_async(self.name, self.produce))
        except ConnectionError:
            return "error"

    async def _all_async(self) -> list[str]:
        return list(await asyncio.gather(*(self._one_async() for _ in range(self.number))))

    def run(self, how: str) -> None:
        """Ask, and say how it ended: what came back, and how often the node ran."""
        if how == "async":
            answers = asyncio.run(self._all_async())
        else:
            with ThreadPoolExecutor(self.number) as pool:
                answers = list(pool.map(self._one, range(self.number)))
        say("ended", self.name, sorted(set(answers)), len(answers), self.produced)


class Load:
    """Threads that ask for a few keys all the time, and know what must not come any more."""

    def __init__(self, threads: int, keys: int) -> None:
        self.version = self.least = 1
        self.problems: list[str] = []
        self.made = self.asked = 0
        self._keys, self._stop = keys, threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        while not self._stop.is_set():
            number += 1
            least, name = self.least, f"key {number % self._keys}"
            try:
                found = compute(name, lambda name=name: self._made(name))
            except Exception as error:  # noqa: BLE001 - none may reach a caller
                self.problems.append(repr(error))
                return
            if found["name"] != name or found["version"] < least:
                self.problems.append(f"{found} came for {name} when {least} was the least")
                return
            self.asked += 1

    def _made(self, name: str) -> Any:
        self.made += 1
        return {"name": name, "version": self.version}

    def end(self) -> None:
        """Stop."""
        self._stop.set()
        for thread in self._threads:
            thread.join()


def obey() -> None:
    """Do what the lines of the input say, until they end."""
    asking: dict[str, Asking] = {}
    load: Load | None = None
    for line in sys.stdin:
        what, *rest = json.loads(line)
        if what == "ask":
            name, number, how, value = rest
            asking[name] = Asking(name, number, value)
            threading.Thread(target=asking[name].run, args=(how,), daemon=True).start()
        elif what == "finish":
            asking[rest[0]].finish.set()
        elif what == "get":
            say(Cache.get_cached_result(key_of(rest[0])))
        elif what == "store":
            say(Cache.store_cached_result(key_of(rest[0]), "llm", CONFIG, {}, rest[1], 1.0))
        elif what == "invalidate":
            say(Cache.invalidate_cache(everything=True))
        elif what == "how long is it seen":
            say(seen_for_s(key_of(rest[0])))
        elif what == "load":
            load = Load(*rest)
            say("loaded")
        elif load is not None:
            say(told(load, what, *rest))


def seen_for_s(key: str) -> float:
    """Ask for something until it is not there any more."""
    begun = time.monotonic()
    while Cache.get_cached_result(key) is not None:
        pass
    return time.monotonic() - begun


def told(load: Load, what: str, number: int = 0) -> Any:
    """What is to be said to a load: how it is going after so many more questions, or what is true from now on."""
    if what == "version":
        load.version = number
    elif what == "least":
        load.least = number
    elif what == "go on":
        asked, made = load.asked, load.made
        while load.asked < asked + number and not load.problems:
            time.sleep(0.001)
        return {"problems": load.problems, "asked": load.asked - asked, "made": load.made - made}
    elif what == "end":
        load.end()
    return load.problems


if __name__ == "__main__":
    made = Runtime(Settings(**json.loads(sys.argv[1])))
    runtime.install(made)
    Cache.get_cached_result("the connection is open")
    say("ready")
    obey()
    made.close()
