"""What a program and a server say to each other about a result, step by step, the same for threads and coroutines.

    lookup ─┬ hit ────────────────────────────────────► served         (stale, and a lease: made anew beside it)
            ├ lease ─► run the node ─┬─► store ────────► its result
            │                        └ raised ─► give the lease back, or show what has expired
            ├ wait ─► lookup again
            └ bypass, or no server there ─► run the node

The steps are a generator: `http` does the waiting. A value that JSON does not
keep exactly is neither asked for nor stored.

Upstream: `http`. Source: the lease protocol of `POST …/cache/lookup` and `…/cache/store`.
"""

import math
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from longpole.sdk.transport import BYPASS, COALESCED, HIT, MISS, STALE, Answer, Ask

_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _PAUSE_GROWTH = 0.02, 0.25, 1.5
_MOST_PARTS = 1_000_000
_SCALARS = frozenset({str, int, bool, type(None)})


@dataclass(frozen=True, slots=True)
class Post:
    """Say this to the server; the answer is what it says, or None where there is none."""

    call: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds, where the server did not."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Produce:
    """Run the node, and keep the lease meanwhile; the answer is what came of it."""

    lease: Post | None = None

    def release(self) -> Post | None:
        """What gives the lease back, where the node was interrupted."""
        return None if self.lease is None else Post("store", {**self.lease.body, "release": True})


@dataclass(frozen=True, slots=True)
class Refresh:
    """Take these steps in the background, and go on."""

    steps: "Steps"


Step = Post | Pause | Produce | Refresh
Steps = Generator[Step, Any, Answer]


def steps_to(ask: Ask, wait_s: float) -> Steps:
    """The steps to a result; the server is to wait `wait_s` seconds at a time for who makes it."""
    question = _question(ask)
    if not is_json(question):
        return (yield from _past_the_cache())
    asked = {**question, "wait_seconds": wait_s}
    has_waited, pause_s = False, _FIRST_PAUSE_S
    while True:
        told = yield Post("lookup", {**asked, "waited": has_waited})
        match told and told.get("state"):
            case "hit":
                if told.get("lease"):
                    yield Refresh(_making(ask, question, told))
                how = STALE if told["stale"] else COALESCED if has_waited else HIT
                return Answer(told["output"], how=how)
            case "lease":
                return (yield from _making(ask, question, told))
            case "wait":
                has_waited = True
                yield Pause(pause_s)
                pause_s = min(pause_s * _PAUSE_GROWTH, _LONGEST_PAUSE_S)
            case "bypass" if told.get("reason") == "shadow":
                return (yield from _making(ask, question, told))
            case _:
                return (yield from _past_the_cache())


def _past_the_cache() -> Steps:
    answer: Answer = yield Produce()
    return Answer(answer.value, answer.error, BYPASS)


def _making(ask: Ask, question: Mapping[str, Any], told: Mapping[str, Any]) -> Steps:
    """Run the node, and bring its result."""
    under = {name: told[name] for name in ("lease", "cache_key") if told.get(name)}
    held = Post("lookup", {**question, "lease": under["lease"]}) if "lease" in under else None
    begun_ns = time.perf_counter_ns()
    answer: Answer = yield Produce(held)
    elapsed_s = (time.perf_counter_ns() - begun_ns) / 1e9
    if answer.error is not None and held is not None and ask.stale_if_error_hours:
        said = {**held.body, "failed": True, "stale_if_error_hours": ask.stale_if_error_hours}
        instead = yield Post("lookup", said)
        if instead and instead.get("state") == "hit":
            return Answer(instead["output"], how=STALE if instead["stale"] else COALESCED)
    elif answer.error is not None or not is_json(answer.value):
        if held is not None:
            yield Post("store", {**under, "release": True})
    else:
        yield Post("store", {**question, **under, **_result(ask, answer.value, elapsed_s)})
    return Answer(answer.value, answer.error, BYPASS if held is None else MISS)


def _question(ask: Ask) -> dict[str, Any]:
    said: dict[str, Any] = {
        "node_type": ask.node_type,
        "node_id": ask.node_id,
        "node_config": _config(ask),
        "input_data": ask.inputs,
        "version": ask.version,
        "stale_while_revalidate_hours": ask.stale_while_revalidate_hours,
    }
    return {name: value for name, value in said.items() if value is not None or name == "input_data"}


def _config(ask: Ask) -> Mapping[str, Any] | None:
    """The configuration, with the mode where servers look for it."""
    if ask.mode is None:
        return ask.config
    config = dict(ask.config or {})
    cache = config.get("cache")
    said = cache if isinstance(cache, dict) else {} if cache is None else {"enabled": cache}
    return {**config, "cache": {**said, "mode": ask.mode}}


def _result(ask: Ask, value: Any, elapsed_s: float) -> dict[str, Any]:
    said: dict[str, Any] = {
        "execution_time": elapsed_s,
        "min_seconds": ask.min_seconds,
        "ttl_hours": ask.ttl_hours,
        "stale_if_error_hours": ask.stale_if_error_hours,
        "tags": list(ask.tags) or None,
        "cost": _dollars(ask, value),
    }
    return {"output": value, **{name: each for name, each in said.items() if each is not None}}


def _dollars(ask: Ask, value: Any) -> float | None:
    try:
        amount = ask.cost(value) if callable(ask.cost) else ask.cost
        return None if amount is None else float(amount)
    except Exception:  # noqa: BLE001 - a cost that cannot be told is unknown
        return None


def is_json(value: Any) -> bool:
    """Whether JSON keeps a value exactly, type for type; what contains itself is none."""
    waiting = [value]
    for place, each in enumerate(waiting):  # grows while it is read
        kind = type(each)
        if kind is dict:
            if any(type(name) is not str for name in each):
                return False
            waiting += each.values()
        elif kind is list:
            waiting += each
        elif kind is float:
            if not math.isfinite(each):
                return False
        elif kind not in _SCALARS:
            return False
        if place > _MOST_PARTS:
            return False
    return True
