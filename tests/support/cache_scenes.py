"""What tests of the node cache share: a clock that is moved by hand, calls with what most of them say, a producer.

Upstream: tests of the services. Downstream: `WorkflowCacheService`.
"""

import threading
from typing import Any

from longpole import runtime as runtime_module
from longpole.services.cache import WorkflowCacheService as Cache

HOUR_NS = 3_600 * 1_000_000_000
CONFIG: dict[str, Any] = {"model": "gpt-4", "temperature": 0.7}
INPUTS = {"prompt": "Hello, world!"}


class Clock:
    """The clock of a runtime, moved by hand."""

    def __init__(self) -> None:
        self.now_ns = 1_790_000_000 * 1_000_000_000

    def __call__(self) -> int:
        return self.now_ns

    def pass_hours(self, hours: float) -> None:
        self.now_ns += round(hours * HOUR_NS)


def store(output: Any, inputs: Any = INPUTS, config: dict[str, Any] = CONFIG, **more: Any) -> str:
    scope = {name: more[name] for name in ("app_id", "workflow_id") if name in more}
    named = {name: more[name] for name in ("node_id", "version") if name in more}
    key = Cache.generate_cache_key(more.get("node_type", "llm"), config, inputs, **scope, **named)
    more = {"node_type": "llm", "execution_time": 5.0, **more}
    assert Cache.store_cached_result(
        cache_key=key, node_config=config, input_data=inputs, output_data=output, **more
    ), "it should have been stored"
    return key


def forget_memory() -> None:
    """As another process would see it."""
    runtime_module.current().cache.memory.clear()


def compute(produce: Any, inputs: Any = INPUTS, **more: Any) -> Any:
    more = {"min_seconds": 0.0, "node_type": "llm", "node_config": CONFIG, **more}
    return Cache.get_or_compute(input_data=inputs, produce=produce, **more)


class Counting:
    """A producer that counts its calls, and does what it is told to."""

    def __init__(self, *results: Any) -> None:
        self.results = list(results) or [{"text": "Hi"}]
        self.calls = 0

    def __call__(self) -> Any:
        self.calls += 1
        result = self.results[min(self.calls, len(self.results)) - 1]
        if isinstance(result, BaseException):
            raise result
        return result


def until(condition: Any) -> None:
    """Wait for something that another thread does."""
    for _ in range(1_000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen within ten seconds")
